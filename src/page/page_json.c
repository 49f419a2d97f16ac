/*
 * page_json.c
 *	  json-c, at arm's length.
 *
 * It is given nothing but complete values that are known to be JSON: what it
 * takes beyond that, and what it calls that, is another thing in each version.
 */
#include "postgres.h"

#include <limits.h>
#include <locale.h>

#include "page/page_private.h"

/*
 * Not strict: json-c 0.18 would then take every byte of a character beyond
 * ASCII for a control character, and others refuse integers out of range.  One
 * bracket is ours, and one level json-c keeps for itself.
 */
json_tokener *
page_new_tokener(void)
{
	return json_tokener_new_ex(PAGE_MAX_DEPTH + 2);
}

/*
 * json-c makes a locale of its own for each call, from the current one.  From
 * the C locale that is much cheaper, 20 against 220 ns with glibc.
 */
json_object *
page_parse(json_tokener *tokener, const char *text, size_t length, bool *failed)
{
	static locale_t c_locale = (locale_t) 0;
	json_object *tree;
	locale_t	locale;

	*failed = true;
	if (length > INT_MAX)
		return NULL;
	if (c_locale == (locale_t) 0)
		c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	locale = uselocale(c_locale);
	json_tokener_reset(tokener);
	tree = json_tokener_parse_ex(tokener, text, length);
	uselocale(locale);
	*failed = json_tokener_get_error(tokener) != json_tokener_success;
	return tree;
}

size_t
page_text_length(json_object *json, const char *text)
{
	return json_object_is_type(json, json_type_string) ?
		json_object_get_string_len(json) : strlen(text);
}
