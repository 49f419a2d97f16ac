/*
 * list_page.c
 *	  A page of a list, or an object, as JSON; and all of a list as CSV.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "list_reshape.h"
#include "text.h"

/* The cell of that name, or NULL. */
static const char *
cell(const List *list, char *const *object, const char *name)
{
	for (int i = 0; list->columns[i].name; i++)
		if (strcmp(list->columns[i].name, name) == 0)
			return object[i];
	return NULL;
}

static bool
has_email(const ListQuery *query, const char *email)
{
	const char *at = query->emails;
	size_t		length = email ? strlen(email) : 0;

	while (email && at && *at)
	{
		if (strncmp(at, email, length) == 0 && at[length] == '\n')
			return true;
		at = strchr(at, '\n') + 1;
	}
	return false;
}

/*
 * Without owner_project_access, keys are left out whose owner has no access
 * any more.
 */
static bool
is_asked(const ListQuery *query, char *const *object, const Settings *settings)
{
	const List *list = query->route.list;

	if (!list->is_single && list_has(settings->gone, object[0]))
		return false;
	if (query->route.is_item)
		return strcmp(object[0], query->route.id) == 0;
	if (list->parameters & LIST_INCLUDE_ARCHIVED && !query->include_archived)
		return cell(list, object, "archived_at") == NULL;
	if (list->parameters & LIST_EMAILS && query->emails)
		return has_email(query, cell(list, object, "email"));
	if (list->parameters & LIST_OWNER_ACCESS && strcmp(query->access, "any") != 0)
		return strcmp(cell(list, object, "owner_project_access"),
					  query->access[0] ? query->access : "active") == 0;
	return true;
}

/* Keep those objects that are asked for, in the order that is asked for. */
static void
select_objects(const ListQuery *query, const Settings *settings, ObjectSet *all,
			   char *const **chosen, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < all->count; i++)
	{
		size_t		place = query->descending ? all->count - 1 - i : i;

		if (is_asked(query, all->objects[place], settings))
			chosen[(*count)++] = all->objects[place];
	}
}

static json_object *
cell_json(const ListColumn *column, const char *text)
{
	if (text == NULL)
		return NULL;
	return column->kind == CELL_TEXT ? json_object_new_string(text) : json_tokener_parse(text);
}

/* Set the member at a path with dots, making the objects on the way. */
static void
set_member(json_object *object, const char *path, json_object *value)
{
	const char *dot;

	while ((dot = strchr(path, '.')))
	{
		char	   *name = strndup(path, dot - path);
		json_object *inner = json_object_object_get(object, name);

		if (inner == NULL)
		{
			inner = json_object_new_object();
			json_object_object_add(object, name, inner);
		}
		free(name);
		object = inner;
		path = dot + 1;
	}
	json_object_object_add(object, path, value);
}

static json_object *
object_json(const List *list, char *const *object, const Settings *settings)
{
	json_object *json = json_object_new_object();
	const char *owner = cell(list, object, "owner_type");

	json_object_object_add(json, "object", json_object_new_string(list->object));
	for (int i = 0; list->columns[i].name; i++)
	{
		const ListColumn *column = &list->columns[i];
		char		path[64];

		if (object[i] == NULL && (settings->omit_null || strstr(column->path, "%s")))
			continue;
		if (list_has(settings->absent, column->name))
			continue;
		snprintf(path, sizeof(path), column->path, owner);
		set_member(json, path, cell_json(column, object[i]));
	}
	if (settings->extra_keys)
		json_object_object_add(json, "residency", json_object_new_string("GLOBAL"));
	return json;
}

/* The index of the first object after the cursor; -1: it is not one of them. */
static int
first_index(const ListQuery *query, char *const *const *objects, size_t count)
{
	if (query->after == NULL)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (strcmp(objects[i][0], query->after) == 0)
			return (int) i + 1;
	return -1;
}

static void
add_id(json_object *page, const char *name, char *const *object)
{
	json_object_object_add(page, name, object ? json_object_new_string(object[0]) : NULL);
}

static json_object *
page_json(const ListQuery *query, const Settings *settings, char *const *const *objects,
		  size_t count, size_t first)
{
	json_object *page = json_object_new_object();
	json_object *data = json_object_new_array();
	size_t		limit = settings->page_limit && settings->page_limit < query->limit
		? (size_t) settings->page_limit : (size_t) query->limit;
	size_t		end = first + limit < count ? first + limit : count;

	for (size_t i = first; i < end; i++)
		json_object_array_add(data, object_json(query->route.list, objects[i], settings));
	json_object_object_add(page, "object", json_object_new_string("list"));
	json_object_object_add(page, "data", data);
	add_id(page, "first_id", first < end ? objects[first] : NULL);
	add_id(page, "last_id", first < end ? objects[end - 1] : NULL);
	json_object_object_add(page, "has_more", json_object_new_boolean(end < count));
	return page;
}

static bool
refuse_object(const ListQuery *query, ApiError *error)
{
	const List *list = query->route.list;

	if (query->after)
		return error_invalid(error, "after", "invalid_value",
							 "Invalid value for 'after': '%.200s'.", query->after);
	error_no_object(error, list->is_single ? "spend limit" : list->name, query->route.id);
	return false;
}

static json_object *
answer_json(const ListQuery *query, const Settings *settings, ObjectSet *all)
{
	char	   *const **objects = allocate((all->count + 1) * sizeof(*objects));
	bool		one = query->route.is_item || query->route.list->is_single;
	json_object *json = NULL;
	size_t		count;
	int			first;

	select_objects(query, settings, all, objects, &count);
	first = first_index(query, objects, count);
	if (one && count > 0)
		json = object_json(query->route.list, objects[0], settings);
	else if (!one && first >= 0)
		json = page_json(query, settings, objects, count, first);
	free(objects);
	return json;
}

bool
list_render(const ListQuery *query, const Settings *settings, const Fault *fault,
			Buffer *out, ApiError *error)
{
	ObjectSet	all = {NULL, 0, 0};
	json_object *json;

	list_fill(query->route.list, &all, settings, query->project);
	json = answer_json(query, settings, &all);
	objects_free(&all);
	if (json == NULL)
		return refuse_object(query, error);
	list_reshape(json, query, settings, fault, out);
	return true;
}

static void
dump_objects(const List *list, const Settings *settings, int project, const char *id,
			 Buffer *out)
{
	ObjectSet	all = {NULL, 0, 0};

	list_fill(list, &all, settings, project);
	for (size_t i = 0; i < all.count; i++)
	{
		if (!list->is_single && list_has(settings->gone, all.objects[i][0]))
			continue;
		if (id)
			buffer_csv(out, id);
		for (int c = 0; list->columns[c].name; c++)
		{
			if (c > 0 || id)
				buffer_char(out, ',');
			buffer_csv(out, all.objects[i][c]);
		}
		buffer_char(out, '\n');
	}
	objects_free(&all);
}

void
list_dump(const List *list, const Settings *settings, Buffer *out)
{
	bool		in_project = strstr(list->path, "{}") != NULL;

	if (in_project)
		buffer_text(out, "project_id");
	for (int c = 0; list->columns[c].name; c++)
		buffer_printf(out, "%s%s", c > 0 || in_project ? "," : "", list->columns[c].name);
	buffer_char(out, '\n');
	if (!in_project)
		dump_objects(list, settings, 0, NULL, out);
	for (int i = 0; in_project && i < roster_project_count(settings); i++)
	{
		Project		project = roster_project(i);
		bool		hidden = project.archived_at && settings->archived != ARCHIVED_ROWS;

		if (!hidden && !list_has(settings->gone, project.id))
			dump_objects(list, settings, i, project.id, out);
	}
}
