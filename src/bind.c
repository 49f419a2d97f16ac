/*
 * bind.c
 *	  What does a request ask for now?
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "bind_context.h"
#include "compat.h"
#include "http.h"
#include "slice.h"

/* A URL should not be longer than this makes it: of each filter, and of all. */
#define MAX_FILTER_VALUES 100
#define MAX_FILTER_BYTES 6000

void
bind_elements(Datum array, Oid type, Datum **values, bool **nulls, int *count)
{
	int16		length;
	bool		by_value;
	char		align;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(array), type, length, by_value, align,
					  values, nulls, count);
}

static int
compare_values(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

char *
bind_filter_value(const UsageTableColumn *column, Datum value)
{
	char	   *string;

	if (column->kind == PAGE_BOOLEAN)
		return DatumGetBool(value) ? "true" : "false";
	string = TextDatumGetCString(value);
	return pg_server_to_any(string, strlen(string), PG_UTF8);
}

/* Append an item's values, without NULLs: nothing equals them. */
static bool
add_item(BindContext *cx, const UsageTableColumn *column, const FilterItem *item, List **values)
{
	Datum		value;
	bool		isnull;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (!cx->value(cx->arg, item->value, &value, &isnull))
		return false;
	if (isnull)
		return true;
	if (!item->is_array)
	{
		*values = lappend(*values, bind_filter_value(column, value));
		return true;
	}
	bind_elements(value, TEXTOID, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			*values = lappend(*values, bind_filter_value(column, elements[i]));
	return true;
}

/* The clause's values, sorted and distinct; false: not known yet. */
static bool
clause_values(BindContext *cx, const FilterClause *clause, List **values)
{
	const UsageTableColumn *column = table_column(cx->table, clause->attnum);
	List	   *distinct = NIL;
	ListCell   *lc;

	*values = NIL;
	foreach(lc, clause->items)
		if (!add_item(cx, column, lfirst(lc), values))
			return false;
	list_sort(*values, compare_values);
	foreach(lc, *values)
		if (distinct == NIL || strcmp(llast(distinct), lfirst(lc)) != 0)
			distinct = lappend(distinct, lfirst(lc));
	*values = distinct;
	return true;
}

/* The values in both of two sorted lists. */
static List *
intersect_values(List *a, List *b)
{
	List	   *both = NIL;
	int			i = 0;
	int			j = 0;

	while (i < list_length(a) && j < list_length(b))
	{
		int			order = strcmp(list_nth(a, i), list_nth(b, j));

		if (order == 0)
			both = lappend(both, list_nth(a, i));
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
	}
	return both;
}

/* So many bytes of a URL does a value take, with its parameter. */
static size_t
value_bytes(const char *param, const char *value)
{
	return strlen(param) + strlen(http_escape(value)) + strlen("&=");
}

/*
 * Can requests carry the values?  If not, the filter is left out and the
 * executor checks the rows.
 */
static bool
can_send(const UsageTable *table, const UsageTableColumn *column, List *values)
{
	ListCell   *lc;

	if (column->kind == PAGE_BOOLEAN)
		return list_length(values) == 1;
	foreach(lc, values)
	{
		const char *value = lfirst(lc);

		/* an empty value may be taken for none */
		if (value[0] == '\0' ||
			(column->accepted && !endpoint_accepts(column->accepted, value)) ||
			(table->options->array_format == USAGE_ARRAY_COMMA && strchr(value, ',')) ||
			value_bytes(column->filter, value) > MAX_FILTER_BYTES)
			return false;
	}
	return true;
}

/* Do both columns read one dimension, which one parameter filters? */
static bool
reads_same(const UsageTableColumn *a, const UsageTableColumn *b)
{
	return a->role == USAGE_DIMENSION && b->role == USAGE_DIMENSION &&
		a->filter && b->filter &&
		strcmp(a->filter, b->filter) == 0 && strcmp(a->field, b->field) == 0;
}

/* Does no column before it read the same? */
static bool
is_first(const UsageTable *table, const UsageTableColumn *column)
{
	const UsageTableColumn *other = NULL;

	while ((other = table_next_column(table, other)) != column)
		if (reads_same(other, column))
			return false;
	return true;
}

/*
 * Bind all clauses of one dimension, whichever columns read it: requests with
 * the values of each column by itself could bring a row twice.  False: no value
 * satisfies them.
 */
static bool
bind_filter(BindContext *cx, BoundRequest *bound, const UsageTableColumn *column)
{
	List	   *values = NIL;
	int			attnum = 0;
	BoundFilter *filter;
	ListCell   *lc;

	foreach(lc, cx->request->filters)
	{
		FilterClause *clause = lfirst(lc);
		List	   *more;

		if (!reads_same(table_column(cx->table, clause->attnum), column) ||
			!clause_values(cx, clause, &more))
			continue;
		values = attnum != 0 ? intersect_values(values, more) : more;
		attnum = attnum != 0 ? attnum : clause->attnum;
	}
	if (attnum == 0)
		return true;
	if (values == NIL)
		return false;
	if (!can_send(cx->table, column, values))
		return true;
	filter = palloc(sizeof(BoundFilter));
	filter->attnum = attnum;
	filter->param = column->filter;
	filter->is_array = column->kind != PAGE_BOOLEAN;
	filter->values = values;
	bound->filters = lappend(bound->filters, filter);
	return true;
}

/* Split the values into lists that a URL has room for. */
static void
split_filter(BoundFilter *filter, size_t room_bytes)
{
	List	   *part = NIL;
	size_t		bytes = 0;
	ListCell   *lc;

	filter->parts = NIL;
	foreach(lc, filter->values)
	{
		bytes += value_bytes(filter->param, lfirst(lc));
		if (part != NIL && (bytes > room_bytes || list_length(part) == MAX_FILTER_VALUES))
		{
			filter->parts = lappend(filter->parts, part);
			part = NIL;
			bytes = value_bytes(filter->param, lfirst(lc));
		}
		part = lappend(part, lfirst(lc));
	}
	filter->parts = lappend(filter->parts, part);
}

static BoundFilter *
longest_filter(const BoundRequest *bound)
{
	BoundFilter *longest = linitial(bound->filters);
	ListCell   *lc;

	foreach(lc, bound->filters)
	{
		BoundFilter *filter = lfirst(lc);

		if (list_length(filter->parts) > list_length(longest->parts))
			longest = filter;
	}
	return longest;
}

/*
 * Lists of values that are longer than a URL should be become several requests.
 * Rows of two of them are never the same, as a request groups by what it
 * filters; were it not so, or were it more requests than are allowed, the
 * longest list is left out.
 */
static void
split_filters(BindContext *cx, BoundRequest *bound)
{
	size_t		room_bytes = MAX_FILTER_BYTES / Max(list_length(bound->filters), 1);
	ListCell   *lc;

	foreach(lc, bound->filters)
		split_filter(lfirst(lc), room_bytes);
	request_count_parts(bound);
	while (bound->nparts > 1)
	{
		BoundFilter *longest = longest_filter(bound);

		if (list_member_int(cx->request->group_by, longest->attnum) &&
			slice_count(cx->table, bound) <= cx->table->options->max_requests)
			break;
		bound->filters = list_delete_ptr(bound->filters, longest);
		request_count_parts(bound);
	}
}

/* False: no row can satisfy the filters. */
static bool
bind_filters(BindContext *cx, BoundRequest *bound)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(cx->table, column)))
		if (column->role == USAGE_DIMENSION && column->filter && is_first(cx->table, column) &&
			!bind_filter(cx, bound, column))
			return false;
	return true;
}

/* The fields to group by, each once, as two columns may read the same. */
static List *
bind_group_by(const UsageRequest *request, const UsageTable *table)
{
	List	   *fields = NIL;
	ListCell   *lc;
	ListCell   *other;

	foreach(lc, request->group_by)
	{
		const char *field = table_column(table, lfirst_int(lc))->field;
		bool		seen = false;

		foreach(other, fields)
			seen = seen || strcmp(lfirst(other), field) == 0;
		if (!seen)
			fields = lappend(fields, (char *) field);
	}
	return fields;
}

BoundRequest *
bind_request(const UsageRequest *request, const UsageTable *table,
			 BindValue value, void *arg, TimestampTz now)
{
	BindContext cx = {request, table, value, arg, now, false};
	BoundRequest *bound = palloc0(sizeof(BoundRequest));

	bound->group_by = bind_group_by(request, table);
	bound->backward = request->backward;
	bound->few = request->few;
	bind_time(&cx, bound);
	if (!bind_filters(&cx, bound))
		request_take(bound, timerange_none(), table->width);
	split_filters(&cx, bound);
	return bound;
}
