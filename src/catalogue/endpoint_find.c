/*
 * endpoint_find.c
 *	  Looks things up in the catalogue.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "catalogue/endpoint.h"

static const char *const role_names[] = {
	[USAGE_BUCKET] = "bucket",
	[USAGE_DIMENSION] = "dimension",
	[USAGE_MEASURE] = "measure",
	[USAGE_GAUGE] = "gauge",
	[USAGE_LABEL] = "label",
	[USAGE_FACET] = "facet",
	[USAGE_PARENT] = "parent",
	[USAGE_ATTRIBUTE] = "attribute",
	[USAGE_OTHER] = "other",
	NULL
};

const char *const endpoint_shape_names[] = {
	[USAGE_BUCKETS] = "usage",
	[USAGE_LIST] = "list",
	[USAGE_OBJECT] = "object",
	NULL
};

/*
 * Arrays of the catalogue, and role_names, have rows that begin with their
 * name; the name of the last row is NULL.
 */
static const char *
name_of(const void *row)
{
	return *(const char *const *) row;
}

/* The row of that name, or NULL. */
static const void *
find_row(const void *rows, size_t row_bytes, const char *name)
{
	const char *row = rows;

	while (name_of(row) && strcmp(name_of(row), name) != 0)
		row += row_bytes;
	return name_of(row) ? row : NULL;
}

/* The names of rows, separated by commas, palloc'd. */
static char *
list_names(const void *rows, size_t row_bytes)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const char *row = rows; name_of(row); row += row_bytes)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", name_of(row));
	return list.data;
}

const UsageEndpoint *
endpoint_find(const char *name)
{
	return find_row(usage_endpoints, sizeof(UsageEndpoint), name);
}

/* Is it digits, at least one, and nothing else? */
static bool
is_number(const char *text)
{
	const char *end = text;

	while (*end >= '0' && *end <= '9')
		end++;
	return end > text && *end == '\0';
}

const UsageEndpoint *
endpoint_find_numbered(const char *name)
{
	const char *number = strrchr(name, '_');

	if (!number || !is_number(number + 1))
		return NULL;
	return endpoint_find(pnstrdup(name, number - name));
}

const UsageColumn *
endpoint_column(const UsageEndpoint *endpoint, const char *name)
{
	return find_row(endpoint->columns, sizeof(UsageColumn), name);
}

const UsageColumn *
endpoint_field(const UsageEndpoint *endpoint, const char *field)
{
	for (const UsageColumn *column = endpoint->columns; column->name; column++)
		if (column->field && strcmp(column->field, field) == 0)
			return column;
	return NULL;
}

const UsageParent *
endpoint_parent(const char *name)
{
	return find_row(usage_parents, sizeof(UsageParent), name);
}

char *
endpoint_path_name(const char *path)
{
	const char *open = strchr(path, '{');
	const char *close = open ? strchr(open, '}') : NULL;

	return close ? pnstrdup(open + 1, close - open - 1) : NULL;
}

const UsageWidth *
endpoint_width(const UsageEndpoint *endpoint, const char *name)
{
	if (endpoint->shape != USAGE_BUCKETS)
		return endpoint->widths;
	return find_row(endpoint->widths, sizeof(UsageWidth), name);
}

const UsageWidth *
endpoint_widest(const UsageEndpoint *endpoint)
{
	const UsageWidth *widest = endpoint->widths;

	while (widest[1].name)
		widest++;
	return widest;
}

int
endpoint_since(const UsageColumn *column)
{
	return Max(column->since, 1);
}

int
endpoint_revision(const UsageEndpoint *endpoint)
{
	int			revision = 1;

	for (const UsageColumn *column = endpoint->columns; column->name; column++)
		revision = Max(revision, endpoint_since(column));
	return revision;
}

const char *
endpoint_role_name(UsageRole role)
{
	return role_names[role];
}

bool
endpoint_role(const char *name, UsageRole *role)
{
	const char *const *found = find_row(role_names, sizeof(char *), name);

	if (found)
		*role = (UsageRole) (found - role_names);
	return found != NULL;
}

bool
endpoint_accepts(const char *const *accepted, const char *value)
{
	for (const char *const *one = accepted; one && *one; one++)
		if (strcmp(*one, value) == 0)
			return true;
	return accepted == NULL;
}

char *
endpoint_names(void)
{
	return list_names(usage_endpoints, sizeof(UsageEndpoint));
}

char *
endpoint_role_names(void)
{
	return list_names(role_names, sizeof(char *));
}

char *
endpoint_column_names(const UsageEndpoint *endpoint)
{
	return list_names(endpoint->columns, sizeof(UsageColumn));
}

char *
endpoint_width_names(const UsageEndpoint *endpoint)
{
	return list_names(endpoint->widths, sizeof(UsageWidth));
}
