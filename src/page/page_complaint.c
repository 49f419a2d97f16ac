/*
 * page_complaint.c
 *	  Complaints about broken pages.
 */
#include "postgres.h"

#include "base/secret.h"
#include "page/page_private.h"

/* The length of the control character (C0, DEL or C1) at `text`, or 0. */
static int
control_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;

	if (byte[0] == 0xC2 && byte[1] >= 0x80 && byte[1] < 0xA0)
		return 2;
	return byte[0] < ' ' || byte[0] == 0x7F ? 1 : 0;
}

/* The length of what looks like an API key at `text`, or 0. */
static int
key_length(const char *text)
{
	static const char alphabet[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*-";
	size_t		length;

	if (strncmp(text, "sk-", 3) != 0)
		return 0;
	length = strspn(text + 3, alphabet);
	return length >= 8 ? 3 + length : 0;
}

void
page_copy_clean(char *target, size_t size, const char *source, size_t length)
{
	const char *end = source + length;
	size_t		room = size - 4;
	size_t		used = 0;

	while (source < end && used < room)
	{
		int			control = control_length(source);
		int			key = key_length(source);

		if (key > 0 && used + 6 > room)
			break;
		if (key > 0)
			memcpy(target + used, "sk-***", 6);
		else
			target[used] = control > 0 ? ' ' : *source;
		used += key > 0 ? 6 : 1;
		source += Max(Max(control, key), 1);
	}
	while (source < end && (*source & 0xC0) == 0x80)
		source--, used--;
	strcpy(target + used, source < end ? "..." : "");
}

void
page_copy_scalar(char *target, size_t size, json_object *scalar, const char *secret)
{
	char	   *text = (char *) json_object_get_string(scalar);
	size_t		length = text == NULL ? 0 : page_text_length(scalar, text);

	secret_mask(text, length, secret);
	if (text != NULL)
		page_copy_clean(target, size, text, length);
}

bool
page_broken(PageReader *reader, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(reader->complaint, PAGE_COMPLAINT_BYTES, format, arguments);
	va_end(arguments);
	reader->event = PAGE_BROKEN;
	return true;
}

bool
page_misplaced(PageReader *reader, const char *why)
{
	return page_broken(reader, "The answer is not valid JSON at byte " INT64_FORMAT ": %s.",
					   reader->offset + (reader->cursor - reader->window) + 1, why);
}

bool
page_exhausted(PageReader *reader)
{
	return page_broken(reader, "A result takes more memory than there is.");
}

bool
page_unfit(PageReader *reader, const char *path, int path_length, const char *owner,
		   json_object *value, const char *wanted)
{
	static const char *const kinds[] = {
		[json_type_null] = "",[json_type_boolean] = "",
		[json_type_double] = "the number ",[json_type_int] = "the number ",
		[json_type_object] = "an object",[json_type_array] = "a list",
		[json_type_string] = "the string "
	};
	json_type	type = json_object_get_type(value);
	const char *quote = type == json_type_string ? "\"" : "";
	char		shown[PAGE_QUOTE_BYTES] = "null";
	char		name[PAGE_QUOTE_BYTES];

	page_copy_clean(name, sizeof(name), path, path_length);
	if (type == json_type_object || type == json_type_array)
		shown[0] = '\0';
	else if (value != NULL)
		page_copy_scalar(shown, sizeof(shown), value, reader->secret);
	return page_broken(reader, "The \"%s\" of a %s is %s%s%s%s, not %s.",
					   name, owner, kinds[type], quote, shown, quote, wanted);
}
