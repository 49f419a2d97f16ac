/*
 * list_reshape.c
 *	  The answer of a list, spoiled where a fault says so.
 */
#include <stdlib.h>

#include "list_reshape.h"
#include "rewrite.h"

static json_object *
first_object(json_object *data)
{
	return data && json_object_array_length(data) > 0 ? json_object_array_get_idx(data, 0) : NULL;
}

static void
promise_more(json_object *answer, const char *cursor)
{
	json_object_object_add(answer, "has_more", json_object_new_boolean(true));
	rewrite_text(answer, "last_id", cursor);
}

/* The cursor that was sent, or on a first page that of its first object. */
static const char *
same_cursor(json_object *data, const ListQuery *query, const Fault *fault)
{
	json_object *first = first_object(data);

	if (fault->cursor)
		return fault->cursor;
	if (query->after)
		return query->after;
	return first ? json_object_get_string(json_object_object_get(first, "id")) : "none";
}

/* The object that the page before ended with, again; else the first one twice. */
static void
repeat_object(json_object *data, const ListQuery *query)
{
	json_object *copy = NULL;
	json_object *first = first_object(data);

	if (first == NULL || json_object_deep_copy(first, &copy, NULL) != 0)
		return;
	if (query->after)
		rewrite_text(copy, "id", query->after);
	json_object_array_add(data, copy);
}

static void
spoil(json_object *answer, json_object *data, const Fault *fault, const char *field)
{
	bool		page = fault->level && fault->level[0] == 'p';

	if (page || data == NULL)
		rewrite_spoil(fault, answer, field);
	for (size_t i = 0; !page && data && i < json_object_array_length(data); i++)
		rewrite_spoil(fault, json_object_array_get_idx(data, i), field);
}

static void
apply_fault(json_object *answer, const ListQuery *query, const Fault *fault)
{
	json_object *data = json_object_object_get(answer, "data");

	switch (fault->kind)
	{
		case FAULT_REPEAT_CURSOR:
			promise_more(answer, same_cursor(data, query, fault));
			break;
		case FAULT_NO_CURSOR:
			promise_more(answer, NULL);
			break;
		case FAULT_NO_DATA:
			json_object_object_del(answer, "data");
			break;
		case FAULT_EMPTY_PAGE:
			promise_more(answer, same_cursor(data, query, fault));
			json_object_object_add(answer, "data", json_object_new_array());
			break;
		case FAULT_BUCKET_DUPLICATE:
			repeat_object(data, query);
			break;
		case FAULT_WRONG_TYPE:
		case FAULT_NUL:
			spoil(answer, data, fault, fault->field ? fault->field : "id");
			break;
		default:
			break;
	}
}

void
list_reshape(json_object *answer, const ListQuery *query, const Settings *settings,
			 const Fault *fault, Buffer *out)
{
	if (fault)
		apply_fault(answer, query, fault);
	rewrite_write(answer, out, settings, fault);
}
