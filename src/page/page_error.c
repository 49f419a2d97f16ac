/*
 * page_error.c
 *	  Parses the body of an error.
 */
#include "postgres.h"

#include <limits.h>

#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "page/page_error.h"
#include "page/page_private.h"

#define ERROR_BYTES 504			/* 500 of a message, "..." and a NUL */

/* Copy a member's text; the target stays as it is if that is no scalar. */
static void
copy_member(char *target, json_object *object, const char *key, const char *secret)
{
	json_object *json = NULL;

	json_object_object_get_ex(object, key, &json);
	if (json == NULL || json_object_is_type(json, json_type_object) ||
		json_object_is_type(json, json_type_array))
		return;
	page_copy_scalar(target, ERROR_BYTES, json, secret);
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
 * The tree of a body; NULL if it is not JSON, or is a number or literal, for
 * which page_parse() would need a NUL after it.
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
 * All texts are copied out of the tree, and it is freed, before anything is
 * palloc'd, which may throw.
 */
void
page_parse_error(const PageErrorNames *names, const char *body, size_t length,
				 const char *secret, PageError *error)
{
	const char *keys[] = {names->message, names->type, names->param, names->code};
	char		words[lengthof(keys)][ERROR_BYTES] = {0};
	json_object *tree = parse_body(body, length);
	json_object *inner;
	bool		contained = false;

	if (tree != NULL && json_object_is_type(tree, json_type_object))
	{
		contained = json_object_object_get_ex(tree, names->container, &inner);
		if (!contained)
			inner = tree;
		if (json_object_is_type(inner, json_type_string))	/* just a message */
			page_copy_scalar(words[0], ERROR_BYTES, inner, secret);
		else
			for (int i = 0; i < lengthof(keys); i++)
				copy_member(words[i], inner, keys[i], secret);
	}
	json_object_put(tree);
	error->message = copy_or_null(words[0]);
	error->type = copy_or_null(words[1]);
	error->param = copy_or_null(words[2]);
	error->code = copy_or_null(words[3]);
	error->full = contained && error->message && error->type;
}
