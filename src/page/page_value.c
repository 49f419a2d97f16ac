/*
 * page_value.c
 *	  Turns json-c's tree of a result into typed values.
 */
#include "postgres.h"

#include <json-c/json_visit.h>
#include <json-c/linkhash.h>

#include "page/page_private.h"

/*
 * Some versions of json-c replace an integer out of its range by the nearest
 * one within, so neither end of the range can be trusted.  Numbers with a
 * fraction or exponent it keeps as they were written.
 */
bool
page_is_exact(json_object *number)
{
	return json_object_is_type(number, json_type_double) ||
		(json_object_get_int64(number) != PG_INT64_MIN &&
		 json_object_get_uint64(number) != PG_UINT64_MAX);
}

static bool
is_string(json_object *json, const char *text)
{
	size_t		length = strlen(text);

	return json_object_is_type(json, json_type_string) &&
		json_object_get_string_len(json) == length &&
		memcmp(json_object_get_string(json), text, length) == 0;
}

static bool
unfit_field(PageReader *reader, int field, json_object *value, const char *wanted)
{
	const char *path = reader->fields[field].path;

	return page_unfit(reader, path, strlen(path), "result", value, wanted);
}

static bool
refuse_field(PageReader *reader, int field, const char *how)
{
	char		name[PAGE_QUOTE_BYTES];
	const char *path = reader->fields[field].path;

	page_copy_clean(name, sizeof(name), path, strlen(path));
	return page_broken(reader, "The \"%s\" of a result %s.", name, how);
}

static bool
read_text(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (!json_object_is_type(json, json_type_string))
		return unfit_field(reader, field, json, "a string");
	value->text = json_object_get_string(json);
	value->length = json_object_get_string_len(json);
	if (memchr(value->text, '\0', value->length) != NULL)
		return refuse_field(reader, field, "contains a null character");
	return false;
}

/* An integer as a string, or with a fraction or exponent. */
static bool
read_written_integer(PageReader *reader, int field, json_object *json)
{
	const char *text = json_object_get_string(json);
	PageInteger is;

	if (text == NULL)
		return page_exhausted(reader);
	is = page_parse_integer(text, page_text_length(json, text), &reader->values[field].integer);
	if (is == PAGE_INTEGER)
		return false;
	if (is != PAGE_NO_NUMBER)
		reader->numeric_field = field;
	return is == PAGE_TOO_LARGE ? refuse_field(reader, field, "is an integer out of range") :
		unfit_field(reader, field, json, "an integer");
}

static bool
read_integer(PageReader *reader, int field, json_object *json)
{
	if (json_object_is_type(json, json_type_string) || json_object_is_type(json, json_type_double))
		return read_written_integer(reader, field, json);
	if (!json_object_is_type(json, json_type_int))
		return unfit_field(reader, field, json, "an integer");
	if (!page_is_exact(json))
		return refuse_field(reader, field, "is an integer out of range");
	if (json_object_get_uint64(json) > PG_INT64_MAX)
	{
		reader->numeric_field = field;
		return refuse_field(reader, field, "is an integer out of range");
	}
	reader->values[field].integer = json_object_get_int64(json);
	return false;
}

static bool
read_boolean(PageReader *reader, int field, json_object *json)
{
	bool		yes = is_string(json, "true");

	if (json_object_is_type(json, json_type_boolean))
		yes = json_object_get_boolean(json);
	else if (!yes && !is_string(json, "false"))
		return unfit_field(reader, field, json, "a boolean");
	reader->values[field].boolean = yes;
	return false;
}

/* The text of a number or boolean, as JSON writes it. */
static bool
read_literal(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (!json_object_is_type(json, json_type_boolean) && !page_is_exact(json))
		return refuse_field(reader, field, "is a number out of range");
	value->text = json_object_to_json_string_length(json, JSON_C_TO_STRING_PLAIN,
													&value->length);
	return value->text == NULL && page_exhausted(reader);
}

static bool
read_number(PageReader *reader, int field, json_object *json)
{
	switch (json_object_get_type(json))
	{
		case json_type_string:
			return read_text(reader, field, json);
		case json_type_int:
		case json_type_double:
			return read_literal(reader, field, json);
		default:
			return unfit_field(reader, field, json, "a number");
	}
}

static bool
read_scalar(PageReader *reader, int field, json_object *json)
{
	switch (json_object_get_type(json))
	{
		case json_type_boolean:
			return read_literal(reader, field, json);
		case json_type_object:
		case json_type_array:
			return unfit_field(reader, field, json, "a string, number or boolean");
		default:
			return read_number(reader, field, json);
	}
}

/* For json_c_visit(): stop with an error at a number out of range. */
static int
visit_number(json_object *json, int flags, json_object *parent,
			 const char *key, size_t *index, void *arg)
{
	json_type	type = json_object_get_type(json);

	if ((type == json_type_int || type == json_type_double) && !page_is_exact(json))
		return JSON_C_VISIT_RETURN_ERROR;
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static bool
read_json(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (json_c_visit(json, 0, visit_number, NULL) < 0)
		return refuse_field(reader, field, "has a number out of range");
	value->text = json_object_to_json_string_length(json, JSON_C_TO_STRING_PLAIN |
													JSON_C_TO_STRING_NOSLASHESCAPE,
													&value->length);
	return value->text == NULL && page_exhausted(reader);
}

/* Set the value of a field, by its kind.  True: it does not fit. */
static bool
read_field(PageReader *reader, int field, json_object *json)
{
	static bool (*const take[]) (PageReader *, int, json_object *) = {
		[FIELD_TEXT] = read_text,
		[FIELD_INTEGER] = read_integer,
		[FIELD_BOOLEAN] = read_boolean,
		[FIELD_NUMBER] = read_number,
		[FIELD_SCALAR] = read_scalar,
		[FIELD_JSON] = read_json
	};

	if (json == NULL)
		return false;
	reader->values[field].isnull = false;
	return take[reader->fields[field].kind] (reader, field, json);
}

/* The same; `json` is the member named by the first key of the field's path. */
static bool
read_path(PageReader *reader, int field, json_object *json)
{
	const Path *path = &reader->paths[field];

	for (const char *key = path->rest; *key != '\0' && json != NULL; key += strlen(key) + 1)
	{
		if (!json_object_is_type(json, json_type_object))
			return page_unfit(reader, reader->fields[field].path, key - path->keys - 1,
							  "result", json, "an object");
		if (!json_object_object_get_ex(json, key, &json))
			return false;
	}
	return read_field(reader, field, json);
}

static bool
has_key(const Path *path, const char *key, size_t length)
{
	return path->keys != NULL && path->key_bytes == length &&
		memcmp(path->keys, key, length) == 0;
}

/*
 * Most results have their members in the same order, though not always all of
 * them.  So look first at the field that followed `before` last time.
 */
int
page_find_field(PageReader *reader, int before, const char *key, size_t length)
{
	int		   *guess = &reader->followers[before + 1];

	if (*guess >= 0 && has_key(&reader->paths[*guess], key, length))
		return *guess;
	for (int i = 0; i < reader->nfields; i++)
		if (has_key(&reader->paths[i], key, length))
			return *guess = i;
	return -1;
}

/* Set the values of the field and of those with the same first key. */
static bool
read_chain(PageReader *reader, int field, json_object *json)
{
	for (; field >= 0; field = reader->paths[field].next)
		if (read_path(reader, field, json))
			return true;
	return false;
}

/* Of several members with the same name the last one counts. */
bool
page_read_elements(PageReader *reader)
{
	const int  *fields = (const int *) reader->elements.data;
	int			nelements = reader->elements.len / sizeof(int);

	for (int i = 0; i < nelements; i++)
		if (reader->paths[fields[i]].element == i &&
			read_chain(reader, fields[i], json_object_array_get_idx(reader->result, i)))
			return true;
	return false;
}

bool
page_read_members(PageReader *reader)
{
	struct lh_entry *entry;
	int			before = -1;

	lh_foreach(json_object_get_object(reader->result), entry)
	{
		const char *key = lh_entry_k(entry);
		int			field = page_find_field(reader, before, key, strlen(key));

		if (field >= 0)
			before = field;
		if (read_chain(reader, field, lh_entry_v(entry)))
			return true;
	}
	for (int field = reader->whole; field >= 0; field = reader->paths[field].next)
		if (read_field(reader, field, reader->result))
			return true;
	return false;
}

/* Cut a path at its dots, and chain it to earlier ones with the same first key. */
void
page_open_path(PageReader *reader, int field)
{
	Path	   *path = &reader->paths[field];
	size_t		length = strlen(reader->fields[field].path);
	char	   *keys = palloc0(length + 2);
	bool		whole = strcmp(reader->fields[field].path, "*") == 0;
	int		   *chain = whole ? &reader->whole : NULL;

	memcpy(keys, reader->fields[field].path, length);
	for (char *dot = keys; (dot = strchr(dot, '.')) != NULL;)
		*dot++ = '\0';
	path->keys = whole ? NULL : keys;
	path->key_bytes = strlen(keys);
	path->rest = keys + strlen(keys) + 1;
	path->next = -1;
	for (int i = 0; i < field && !whole && chain == NULL; i++)
		if (reader->paths[i].keys != NULL && strcmp(reader->paths[i].keys, keys) == 0)
			chain = &reader->paths[i].next;
	while (chain != NULL && *chain >= 0)
		chain = &reader->paths[*chain].next;
	if (chain != NULL)
		*chain = field;
}
