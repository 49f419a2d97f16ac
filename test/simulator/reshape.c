/*
 * reshape.c
 *	  Pages in unusual shapes.
 *
 * The page is parsed, changed and written again, which is slow, but keeps
 * all this out of the way that ordinary pages take.  Numbers keep their text:
 * json-c remembers that of a double.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "reshape.h"

/* stands for a fault's value, which need not be valid JSON */
#define RAW_MARK "@@raw@@"

typedef struct Reshape
{
	json_object *page;
	const Query *query;
	const Fault *fault;
} Reshape;

static json_object *
page_data(json_object *page)
{
	return json_object_object_get(page, "data");
}

static json_object *
bucket_results(json_object *bucket)
{
	json_object *results = json_object_object_get(bucket, "results");

	return results ? results : json_object_object_get(bucket, "result");
}

static int64_t
bucket_time(json_object *bucket, const char *name)
{
	return json_object_get_int64(json_object_object_get(bucket, name));
}

static void
set_bucket_time(json_object *bucket, const char *name, int64_t time)
{
	json_object_object_add(bucket, name, json_object_new_int64(time));
}

static json_object *
copy_object(json_object *object)
{
	json_object *copy = NULL;

	if (json_object_deep_copy(object, &copy, NULL) != 0)
		abort();
	return copy;
}

static void
set_text(json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name,
						   text ? json_object_new_string(text) : NULL);
}

static void
promise_more(Reshape *reshape, const char *cursor)
{
	json_object_object_add(reshape->page, "has_more",
						   json_object_new_boolean(true));
	set_text(reshape->page, "next_page", cursor);
}

/* The cursor of this very page. */
static void
promise_same(Reshape *reshape)
{
	const Query *query = reshape->query;
	char	   *cursor = cursor_make(query, query->position);

	if (reshape->fault->cursor)
		promise_more(reshape, reshape->fault->cursor);
	else
		promise_more(reshape, query->page ? query->page : cursor);
	free(cursor);
}

static void
empty_data(Reshape *reshape)
{
	json_object_object_add(reshape->page, "data", json_object_new_array());
	promise_same(reshape);
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

static void
spoil_field(const Fault *fault, json_object *object, const char *field)
{
	char	   *path = copy_text(field);
	char	   *name = path;
	json_object *holder = find_holder(object, &name);

	if (holder && (fault->value || fault->kind == FAULT_NUL))
		set_text(holder, name, RAW_MARK);
	else if (holder)
		json_object_object_del(holder, name);
	free(path);
}

static void
spoil_results(Reshape *reshape, json_object *bucket, const char *field)
{
	json_object *results = bucket_results(bucket);

	for (size_t i = 0; results && i < json_object_array_length(results); i++)
		spoil_field(reshape->fault, json_object_array_get_idx(results, i),
					field);
}

static void
spoil(Reshape *reshape, const char *field)
{
	json_object *data = page_data(reshape->page);
	const char *level = reshape->fault->level;

	if (level && strcmp(level, "page") == 0)
	{
		spoil_field(reshape->fault, reshape->page, field);
		return;
	}
	for (size_t i = 0; data && i < json_object_array_length(data); i++)
	{
		json_object *bucket = json_object_array_get_idx(data, i);

		if (level == NULL || strcmp(level, "result") == 0)
			spoil_results(reshape, bucket, field);
		else if (strcmp(level, "bucket") == 0)
			spoil_field(reshape->fault, bucket, field);
	}
}

static json_object *
last_bucket(Reshape *reshape)
{
	json_object *data = page_data(reshape->page);
	size_t		count = json_object_array_length(data);

	return count ? json_object_array_get_idx(data, count - 1) : NULL;
}

static void
duplicate_bucket(Reshape *reshape)
{
	json_object *last = last_bucket(reshape);

	if (last)
		json_object_array_add(page_data(reshape->page), copy_object(last));
}

/* A whole bucket before the start, or after the end. */
static void
add_outsider(Reshape *reshape)
{
	const Query *query = reshape->query;
	json_object *data = page_data(reshape->page);
	const char *where = reshape->fault->where;
	bool		before = where && strcmp(where, "before") == 0;
	int64_t		start = before ? query->start - query->width->seconds
		: query->end;
	json_object *bucket = last_bucket(reshape);

	if (bucket == NULL)
		return;
	bucket = copy_object(bucket);
	set_bucket_time(bucket, "start_time", start);
	set_bucket_time(bucket, "end_time", start + query->width->seconds);
	if (before)
		json_object_array_put_idx(data, 0, bucket);
	else
		json_object_array_add(data, bucket);
}

static void
swap_buckets(Reshape *reshape)
{
	json_object *data = page_data(reshape->page);
	json_object *first;
	json_object *second;

	if (json_object_array_length(data) < 2)
		return;
	first = json_object_get(json_object_array_get_idx(data, 0));
	second = json_object_get(json_object_array_get_idx(data, 1));
	json_object_array_put_idx(data, 0, second);
	json_object_array_put_idx(data, 1, first);
}

static void
clip_end(Reshape *reshape)
{
	json_object *last = last_bucket(reshape);
	int64_t		start;
	int64_t		end;

	if (last == NULL)
		return;
	start = bucket_time(last, "start_time");
	end = bucket_time(last, "end_time");
	set_bucket_time(last, "end_time", start + (end - start) / 2);
}

static void
apply_fault(Reshape *reshape)
{
	switch (reshape->fault->kind)
	{
		case FAULT_REPEAT_CURSOR:
			promise_same(reshape);
			break;
		case FAULT_NO_CURSOR:
			promise_more(reshape, NULL);
			break;
		case FAULT_NO_DATA:
			json_object_object_del(reshape->page, "data");
			break;
		case FAULT_EMPTY_PAGE:
			empty_data(reshape);
			break;
		case FAULT_WRONG_TYPE:
			spoil(reshape, reshape->fault->field ? reshape->fault->field
				  : reshape->query->endpoint->measures[0].name);
			break;
		case FAULT_NUL:
			spoil(reshape, reshape->fault->field ? reshape->fault->field
				  : "project_id");
			break;
		case FAULT_BUCKET_OUTSIDE:
			add_outsider(reshape);
			break;
		case FAULT_BUCKET_DISORDER:
			swap_buckets(reshape);
			break;
		case FAULT_BUCKET_DUPLICATE:
			duplicate_bucket(reshape);
			break;
		case FAULT_CLIPPED_END:
			clip_end(reshape);
			break;
		default:
			break;
	}
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

static void
write_page(json_object *page, Buffer *out, const Settings *settings,
		   const Fault *fault)
{
	int			flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (settings->pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	buffer_free(out);
	append_unmarked(out, json_object_to_json_string_ext(page, flags), fault);
	if (settings->pretty)
		buffer_char(out, '\n');
}

void
reshape_page(Buffer *page, const Query *query, const Settings *settings,
			 const Fault *fault)
{
	Reshape		reshape = {NULL, query, fault};

	if (fault == NULL && !settings->pretty && !settings->key_order)
		return;
	reshape.page = json_tokener_parse(page->data);
	if (fault)
		apply_fault(&reshape);
	if (settings->key_order)
	{
		json_object *ordered = order_keys(reshape.page, settings->key_order);

		json_object_put(reshape.page);
		reshape.page = ordered;
	}
	write_page(reshape.page, page, settings, fault);
	json_object_put(reshape.page);
}
