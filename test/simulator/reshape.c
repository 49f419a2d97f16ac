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
#include "rewrite.h"

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
promise_more(Reshape *reshape, const char *cursor)
{
	json_object_object_add(reshape->page, "has_more",
						   json_object_new_boolean(true));
	rewrite_text(reshape->page, "next_page", cursor);
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

static void
spoil_results(Reshape *reshape, json_object *bucket, const char *field)
{
	json_object *results = bucket_results(bucket);

	for (size_t i = 0; results && i < json_object_array_length(results); i++)
		rewrite_spoil(reshape->fault, json_object_array_get_idx(results, i),
					  field);
}

static void
spoil(Reshape *reshape, const char *field)
{
	json_object *data = page_data(reshape->page);
	const char *level = reshape->fault->level;

	if (level && strcmp(level, "page") == 0)
	{
		rewrite_spoil(reshape->fault, reshape->page, field);
		return;
	}
	for (size_t i = 0; data && i < json_object_array_length(data); i++)
	{
		json_object *bucket = json_object_array_get_idx(data, i);

		if (level == NULL || strcmp(level, "result") == 0)
			spoil_results(reshape, bucket, field);
		else if (strcmp(level, "bucket") == 0)
			rewrite_spoil(reshape->fault, bucket, field);
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
	rewrite_write(reshape.page, page, settings, fault);
}
