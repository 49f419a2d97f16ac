/*
 * list_query.c
 *	  Validation of the parameters of a list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "parameter.h"
#include "text.h"

#define MAX_LIMIT 100
#define DEFAULT_LIMIT 20

typedef struct ListParse
{
	ListQuery  *query;
	const Settings *settings;
	ApiError   *error;
} ListParse;

static bool
refuse_value(ListParse *parse, const Parameter *p)
{
	return error_invalid(parse->error, p->name, "invalid_value",
						 "Invalid value for '%s': '%.200s'.", p->name, p->value);
}

static bool
read_limit(ListParse *parse, const Parameter *p)
{
	int64_t		limit;

	if (!parse_integer(p->value, &limit) || limit < 1 || limit > MAX_LIMIT)
		return refuse_value(parse, p);
	parse->query->limit = limit;
	return true;
}

static bool
read_after(ListParse *parse, const Parameter *p)
{
	parse->query->after = copy_text(p->value);
	return true;
}

static bool
read_include_archived(ListParse *parse, const Parameter *p)
{
	parse->query->include_archived = strcmp(p->value, "true") == 0;
	return parse->query->include_archived || strcmp(p->value, "false") == 0 ||
		refuse_value(parse, p);
}

static bool
read_order(ListParse *parse, const Parameter *p)
{
	parse->query->descending = strcmp(p->value, "desc") == 0;
	return parse->query->descending || strcmp(p->value, "asc") == 0 || refuse_value(parse, p);
}

static bool
read_access(ListParse *parse, const Parameter *p)
{
	if (strcmp(p->value, "active") != 0 && strcmp(p->value, "inactive") != 0 &&
		strcmp(p->value, "any") != 0)
		return refuse_value(parse, p);
	strcpy(parse->query->access, p->value);
	return true;
}

static bool
read_email(ListParse *parse, const Parameter *p)
{
	Buffer		emails = {NULL, 0, 0};
	char	   *value = p->value;
	char	   *one;

	buffer_text(&emails, parse->query->emails ? parse->query->emails : "");
	while ((one = strsep(&value, parse->settings->array_format == ARRAY_COMMA ? "," : "\n")))
		buffer_printf(&emails, "%s\n", one);
	free(parse->query->emails);
	parse->query->emails = emails.data;
	return true;
}

typedef struct ListParameterRow
{
	const char *name;
	int			bit;			/* 0: of all lists */
	bool		is_array;
	bool		(*read) (ListParse *parse, const Parameter *p);
} ListParameterRow;

static const ListParameterRow rows[] = {
	{"limit", 0, false, read_limit},
	{"after", 0, false, read_after},
	{"include_archived", LIST_INCLUDE_ARCHIVED, false, read_include_archived},
	{"emails", LIST_EMAILS, true, read_email},
	{"owner_project_access", LIST_OWNER_ACCESS, false, read_access},
	{"order", LIST_ORDER, false, read_order},
	{NULL, 0, false, NULL}
};

static bool
read_parameter(ListParse *parse, const ParameterList *list, const Parameter *p)
{
	const ListRoute *route = &parse->query->route;
	const ListParameterRow *row = rows;
	bool		none = route->is_item || route->list->is_single;

	while (row->name && strcmp(row->name, p->name) != 0)
		row++;
	if (row->name == NULL || none || (row->bit && !(route->list->parameters & row->bit)) ||
		(p->brackets && !row->is_array))
		return error_invalid(parse->error, p->name, "unknown_parameter",
							 "Unknown parameter: '%s'.", p->name);
	if (p->broken)
		return refuse_value(parse, p);
	if (!row->is_array && parameter_count(list, p->name) > 1)
		return error_invalid(parse->error, p->name, "invalid_type",
							 "Parameter '%s' was given more than once.", p->name);
	if (row->is_array && ((parse->settings->array_format == ARRAY_REPEAT && p->brackets) ||
						  (parse->settings->array_format == ARRAY_BRACKETS && !p->brackets)))
		return error_invalid(parse->error, p->name, "invalid_type",
							 "Invalid form of the array '%s'.", p->name);
	return row->read(parse, p);
}

/* What an archived project answers, and one that the key may not see. */
static bool
check_project(ListParse *parse)
{
	ListQuery  *query = parse->query;
	const Settings *settings = parse->settings;
	bool		archived;

	if (query->route.is_item || strstr(query->route.list->path, "{}") == NULL)
		return true;
	if (settings->forbidden_project[0] &&
		strcmp(settings->forbidden_project, query->route.id) == 0)
	{
		error_forbidden(parse->error, query->route.id);
		return false;
	}
	query->project = roster_find_project(settings, query->route.id);
	archived = query->project >= 0 && roster_project(query->project).archived_at != 0;
	if (archived && settings->archived == ARCHIVED_400)
		return error_invalid(parse->error, "", NULL, "Project %s is archived.",
							 query->route.id);
	if (query->project < 0 || (archived && settings->archived == ARCHIVED_404))
	{
		error_no_object(parse->error, "project", query->route.id);
		return false;
	}
	return true;
}

bool
list_query_parse(ListQuery *query, const ListRoute *route, const char *raw,
				 const Settings *settings, ApiError *error)
{
	ListParse	parse = {query, settings, error};
	ParameterList list;
	bool		valid;

	memset(query, 0, sizeof(*query));
	query->route = *route;
	query->limit = DEFAULT_LIMIT;
	parameters_parse(&list, raw);
	valid = check_project(&parse);
	for (int i = 0; valid && i < list.count; i++)
		valid = read_parameter(&parse, &list, &list.items[i]);
	parameters_free(&list);
	return valid;
}

void
list_query_free(ListQuery *query)
{
	free(query->after);
	free(query->emails);
}
