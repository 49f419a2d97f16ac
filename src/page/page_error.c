/*
 * page_error.c
 *	  What is wrong, in words: ours about a page, and the API's in the body of
 *	  an error.
 */
#include "postgres.h"

#include <limits.h>

#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "page/page_error.h"
#include "page/page_private.h"

#define ERROR_BYTES 504			/* 500 of a message, "..." and a NUL */

/* How many bytes at `text` are a control character (C0, DEL or C1), or 0. */
static int
control_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;

	if (byte[0] == 0xC2 && byte[1] >= 0x80 && byte[1] < 0xA0)
		return 2;
	return byte[0] < ' ' || byte[0] == 0x7F ? 1 : 0;
}

/* How many bytes at `text` look like an API key, or 0. */
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

/*
 * Words from elsewhere made fit for a message: control characters become
 * spaces, what looks like a key is masked, the end is cut at a character's
 * boundary.  Of `size` bytes four are for "..." and the NUL.  The source is
 * UTF-8 and has a NUL after its end.
 */
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

/* json-c got no memory. */
bool
page_exhausted(PageReader *reader)
{
	return page_broken(reader, "A result takes more memory than there is.");
}

/*
 * A scalar's text, cleaned.  The secret is masked before the text is cut, which may
 * be in its midst; in json-c's own text, as nothing else is done with the tree
 * of a page that is broken, or of an error.
 */
static void
copy_scalar(char *target, size_t size, json_object *scalar, const char *secret)
{
	char	   *text = (char *) json_object_get_string(scalar);
	size_t		length = text == NULL ? 0 : page_text_length(scalar, text);

	secret_mask(text, length, secret);
	if (text != NULL)
		page_copy_clean(target, size, text, length);
}

/* `owner`'s member is not `wanted`. */
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
		copy_scalar(shown, sizeof(shown), value, reader->secret);
	return page_broken(reader, "The \"%s\" of a %s is %s%s%s%s, not %s.",
					   name, owner, kinds[type], quote, shown, quote, wanted);
}

/* A member's words, cleaned; the target stays as it is where it has none. */
static void
copy_member(char *target, json_object *object, const char *key, const char *secret)
{
	json_object *json = NULL;

	if (json_object_is_type(object, json_type_string))
		json = strcmp(key, "message") == 0 ? object : NULL;
	else
		json_object_object_get_ex(object, key, &json);
	if (json == NULL || json_object_is_type(json, json_type_object) ||
		json_object_is_type(json, json_type_array))
		return;
	copy_scalar(target, ERROR_BYTES, json, secret);
}

static char *
copy_or_null(const char *text)
{
	return text[0] == '\0' ? NULL : pstrdup(text);
}

/* Is all of it one JSON value in UTF-8? */
static bool
is_json(const char *body, size_t length)
{
	const char *end = body + length;
	PageScan	scan;

	if (pg_encoding_verifymbstr(PG_UTF8, body, length) != length)
		return false;
	page_scan_begin(&scan, 0);
	body = page_scan(&scan, body, end);
	return scan.state == SCAN_DONE && page_skip_space(body, end) == end;
}

/*
 * The tree of a body, or NULL, also for a number or a literal, which would need
 * a NUL behind it.
 */
static json_object *
parse_body(const char *body, size_t length)
{
	json_tokener *tokener = is_json(body, length) ? page_new_tokener() : NULL;
	json_object *tree = NULL;
	bool		failed;

	if (tokener == NULL)
		return NULL;
	tree = page_parse(tokener, body, length, &failed);
	json_tokener_free(tokener);
	return tree;
}

/*
 * All words are copied out of the tree before anything is palloc'd, which may
 * throw.
 */
void
page_parse_error(const char *body, size_t length, const char *secret, PageError *error)
{
	static const char *const keys[] = {"message", "type", "param", "code"};
	char		words[lengthof(keys)][ERROR_BYTES] = {0};
	json_object *tree = parse_body(body, length);
	json_object *inner;

	if (tree != NULL && json_object_is_type(tree, json_type_object))
	{
		if (!json_object_object_get_ex(tree, "error", &inner))
			inner = tree;
		for (int i = 0; i < lengthof(keys); i++)
			copy_member(words[i], inner, keys[i], secret);
	}
	json_object_put(tree);
	error->message = copy_or_null(words[0]);
	error->type = copy_or_null(words[1]);
	error->param = copy_or_null(words[2]);
	error->code = copy_or_null(words[3]);
}
