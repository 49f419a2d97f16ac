/*
 * text.c
 *	  Numbers, percent-encoding and base64.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
parse_integer(const char *text, int64_t *value)
{
	char	   *end;

	/* strtoll would skip leading blanks and take a plus sign */
	if (!isdigit((unsigned char) text[text[0] == '-' ? 1 : 0]))
		return false;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
decode_percent(char *text)
{
	char	   *out = text;

	for (const char *p = text; *p; p++)
	{
		if (*p == '%')
		{
			int			high = hex_digit(p[1]);
			int			low = high < 0 ? -1 : hex_digit(p[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*out++ = high * 16 + low;
			p += 2;
		}
		else
			*out++ = *p == '+' ? ' ' : *p;
	}
	*out = '\0';
	return true;
}

void
encode_base64(char *out, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += 3)
	{
		uint32_t	group = (uint32_t) bytes[i] << 16;

		if (i + 1 < length)
			group |= (uint32_t) bytes[i + 1] << 8;
		if (i + 2 < length)
			group |= bytes[i + 2];
		*out++ = base64_digits[group >> 18];
		*out++ = base64_digits[group >> 12 & 63];
		*out++ = i + 1 < length ? base64_digits[group >> 6 & 63] : '=';
		*out++ = i + 2 < length ? base64_digits[group & 63] : '=';
	}
	*out = '\0';
}

int
decode_base64(uint8_t *out, size_t room, const char *text)
{
	size_t		digits = strcspn(text, "=");
	size_t		length = 0;
	uint32_t	bits = 0;

	if (strlen(text) % 4 != 0 || strlen(text) > digits + 2 ||
		strspn(text + digits, "=") != strlen(text + digits))
		return -1;
	for (size_t i = 0; i < digits; i++)
	{
		const char *digit = strchr(base64_digits, text[i]);

		if (digit == NULL)
			return -1;
		bits = bits << 6 | (uint32_t) (digit - base64_digits);
		if (i % 4 == 0)
			continue;
		if (length == room)
			return -1;
		out[length++] = (uint8_t) (bits >> (6 - 2 * (i % 4)));
	}
	return (int) length;
}

bool
list_has(const char *list, const char *word)
{
	size_t		length = strlen(word);

	while (*list)
	{
		size_t		item = strcspn(list, ",");

		if (item == length && strncmp(list, word, length) == 0)
			return true;
		list += item;
		list += *list == ',';
	}
	return false;
}
