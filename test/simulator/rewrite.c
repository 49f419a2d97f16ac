/*
 * rewrite.c
 *	  JSON of an answer, spoiled and written in an unusual form.
 */
#include <stdlib.h>
#include <string.h>

#include "rewrite.h"

/* stands for a fault's value, which need not be valid JSON */
#define RAW_MARK "@@raw@@"

void
rewrite_text(json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name,
						   text ? json_object_new_string(text) : NULL);
}

/* The object that holds the field, and the field's last name. */
static json_object *
find_holder(json_object *object, char **name)
{
	char	   *dot;

	while (object && (dot = strchr(*name, '.')))
	{
		*dot = '\0';
		object = json_object_object_get(object, *name);
		*name = dot + 1;
	}
	return object;
}

void
rewrite_spoil(const Fault *fault, json_object *object, const char *field)
{
	char	   *path = copy_text(field);
	char	   *name = path;
	json_object *holder = find_holder(object, &name);

	if (holder && (fault->value || fault->kind == FAULT_NUL))
		rewrite_text(holder, name, RAW_MARK);
	else if (holder)
		json_object_object_del(holder, name);
	free(path);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static json_object *order_keys(json_object *value, KeyOrder order);

static json_object *
order_object(json_object *object, KeyOrder order)
{
	int			count = json_object_object_length(object);
	const char **names = allocate((count + 1) * sizeof(char *));
	json_object *ordered = json_object_new_object();
	int			i = 0;

	json_object_object_foreach(object, name, value)
	{
		(void) value;
		names[i++] = name;
	}
	qsort(names, count, sizeof(char *), compare_names);
	for (i = 0; i < count; i++)
	{
		const char *name = names[order == ORDER_SORTED ? i : count - 1 - i];
		json_object *member = json_object_object_get(object, name);

		json_object_object_add(ordered, name, order_keys(member, order));
	}
	free(names);
	return ordered;
}

static json_object *
order_array(json_object *array, KeyOrder order)
{
	json_object *ordered = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(array); i++)
		json_object_array_add(ordered,
							  order_keys(json_object_array_get_idx(array, i),
										 order));
	return ordered;
}

/* A new reference to a value like this one, its keys in order. */
static json_object *
order_keys(json_object *value, KeyOrder order)
{
	switch (json_object_get_type(value))
	{
		case json_type_object:
			return order_object(value, order);
		case json_type_array:
			return order_array(value, order);
		default:
			return json_object_get(value);
	}
}

static const char *
raw_value(const Fault *fault)
{
	if (fault && fault->value)
		return fault->value;
	return "\"proj_\\u0000nul\"";
}

/* Put the fault's value where the mark is. */
static void
append_unmarked(Buffer *out, const char *text, const Fault *fault)
{
	const char *quoted = "\"" RAW_MARK "\"";
	const char *mark;

	while ((mark = strstr(text, quoted)))
	{
		buffer_append(out, text, mark - text);
		buffer_text(out, raw_value(fault));
		text = mark + strlen(quoted);
	}
	buffer_text(out, text);
}

void
rewrite_write(json_object *page, Buffer *out, const Settings *settings,
			  const Fault *fault)
{
	int			flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	json_object *ordered = settings->key_order ? order_keys(page, settings->key_order)
	: json_object_get(page);

	if (settings->pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	buffer_free(out);
	append_unmarked(out, json_object_to_json_string_ext(ordered, flags), fault);
	if (settings->pretty)
		buffer_char(out, '\n');
	json_object_put(ordered);
	json_object_put(page);
}
