/*
 * buffer.c
 *	  A growable run of bytes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define NANO 1000000000

static void *
or_die(void *memory)
{
	if (memory == NULL)
	{
		fputs("out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *
allocate(size_t size)
{
	return or_die(calloc(1, size));
}

void *
reallocate(void *memory, size_t size)
{
	return or_die(realloc(memory, size));
}

char *
copy_text(const char *text)
{
	return or_die(strdup(text));
}

/* Room for so many more bytes and a NUL. */
static void
buffer_reserve(Buffer *buffer, size_t more)
{
	size_t		needed = buffer->length + more + 1;

	if (needed <= buffer->capacity)
		return;
	if (needed < 2 * buffer->capacity)
		needed = 2 * buffer->capacity;
	if (needed < 256)
		needed = 256;
	buffer->data = reallocate(buffer->data, needed);
	buffer->capacity = needed;
}

void
buffer_append(Buffer *buffer, const char *bytes, size_t length)
{
	buffer_reserve(buffer, length);
	if (length > 0)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void
buffer_text(Buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void
buffer_char(Buffer *buffer, char c)
{
	buffer_append(buffer, &c, 1);
}

void
buffer_printf(Buffer *buffer, const char *format,...)
{
	va_list		args;
	char	   *text;
	int			length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		or_die(NULL);
	buffer_append(buffer, text, length);
	free(text);
}

/* Pages are mostly integers, and printf would be most of rendering. */
void
buffer_integer(Buffer *buffer, int64_t value)
{
	char		digits[24];
	char	   *p = digits + sizeof(digits);
	uint64_t	rest = value < 0 ? -(uint64_t) value : (uint64_t) value;

	do
		*--p = '0' + rest % 10;
	while ((rest /= 10) > 0);
	if (value < 0)
		*--p = '-';
	buffer_append(buffer, p, digits + sizeof(digits) - p);
}

void
buffer_json(Buffer *buffer, const char *text)
{
	if (text == NULL)
	{
		buffer_text(buffer, "null");
		return;
	}
	buffer_char(buffer, '"');
	for (const char *p = text; *p; p++)
	{
		if ((unsigned char) *p < 0x20)
			buffer_printf(buffer, "\\u%04x", *p);
		else
		{
			if (*p == '"' || *p == '\\')
				buffer_char(buffer, '\\');
			buffer_char(buffer, *p);
		}
	}
	buffer_char(buffer, '"');
}

void
buffer_csv(Buffer *buffer, const char *text)
{
	if (text == NULL)
		return;
	if (*text != '\0' && strpbrk(text, "\",\r\n\\ ") == NULL)
	{
		buffer_text(buffer, text);
		return;
	}
	buffer_char(buffer, '"');
	for (const char *p = text; *p; p++)
	{
		if (*p == '"')
			buffer_char(buffer, '"');
		buffer_char(buffer, *p);
	}
	buffer_char(buffer, '"');
}

void
buffer_nano(Buffer *buffer, int64_t value)
{
	uint64_t	absolute = value < 0 ? -(uint64_t) value : (uint64_t) value;
	char		fraction[10];
	int			digits = 9;

	if (value < 0)
		buffer_char(buffer, '-');
	buffer_integer(buffer, absolute / NANO);
	snprintf(fraction, sizeof(fraction), "%09u", (unsigned) (absolute % NANO));
	while (digits > 0 && fraction[digits - 1] == '0')
		digits--;
	if (digits > 0)
		buffer_printf(buffer, ".%.*s", digits, fraction);
}

void
buffer_free(Buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}
