/*
 * bind.c
 *	  What does a request ask for now?
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "base/saturate.h"
#include "request/bind_private.h"
#include "request/slice.h"

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
	CHECK_FOR_INTERRUPTS();
	return strcmp(lfirst(a), lfirst(b));
}

const char *
bind_filter_value(const UsageTableColumn *column, Datum value)
{
	if (column->kind == FIELD_BOOLEAN)
		return DatumGetBool(value) ? "true" : "false";
	return encoding_to_api_exactly(TextDatumGetCString(value));
}

/* False: the API can't compare with it. */
static bool
add_value(const UsageTableColumn *column, Datum value, List **values)
{
	const char *text = bind_filter_value(column, value);

	if (text)
		*values = lappend(*values, (char *) text);
	return text != NULL;
}

/*
 * Append an item's values, without NULLs: nothing equals them.  False: they are
 * not known, or can't be sent.
 */
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
		return add_value(column, value, values);
	bind_elements(value, TEXTOID, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!nulls[i] && !add_value(column, elements[i], values))
			return false;
	}
	pfree(elements);
	pfree(nulls);
	return true;
}

/* Sort the values, and leave out those that are there already. */
static List *
sort_distinct(List *values)
{
	int			kept = 0;
	ListCell   *lc;

	list_sort(values, compare_values);
	foreach(lc, values)
	{
		if (kept == 0 || strcmp(list_nth(values, kept - 1), lfirst(lc)) != 0)
			lfirst(list_nth_cell(values, kept++)) = lfirst(lc);
	}
	return list_truncate(values, kept);
}

/* The clause's values, sorted and distinct; false: not known yet, or can't be sent. */
static bool
clause_values(BindContext *cx, const FilterClause *clause, List **values)
{
	const UsageTableColumn *column = table_column(cx->table, clause->attnum);
	ListCell   *lc;

	*values = NIL;
	foreach(lc, clause->items)
	{
		CHECK_FOR_INTERRUPTS();
		if (!add_item(cx, column, lfirst(lc), values))
			return false;
	}
	*values = sort_distinct(*values);
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

		CHECK_FOR_INTERRUPTS();
		if (order == 0)
			both = lappend(both, list_nth(a, i));
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
	}
	return both;
}

/* How long does http_escape() make it?  There may be very many of them. */
static size_t
escaped_bytes(const char *value)
{
	size_t		bytes = 0;

	for (const char *c = value; *c; c++)
	{
		bool		is_plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
		(*c >= 'A' && *c <= 'Z') || *c == '-' || *c == '.' || *c == '_' || *c == '~';

		bytes += is_plain ? 1 : strlen("%00");
	}
	return bytes;
}

/* So many bytes of a URL does a value take, with its parameter. */
static size_t
value_bytes(const char *param, const char *value)
{
	return strlen(param) + escaped_bytes(value) + strlen("&=");
}

/*
 * Can requests carry the values?  If not, the filter is left out and the
 * executor checks the rows.
 */
static bool
can_send(const UsageTable *table, const UsageTableColumn *column, List *values)
{
	ListCell   *lc;

	if (column->kind == FIELD_BOOLEAN)
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

		CHECK_FOR_INTERRUPTS();
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
	filter->is_array = column->kind != FIELD_BOOLEAN;
	filter->values = values;
	bound->filters = lappend(bound->filters, filter);
	return true;
}

/* A filter on its way to parts. */
typedef struct Split
{
	BoundFilter *filter;
	int		   *bytes;			/* that each value takes of a URL */
	int			widest;			/* the most of them */
	int64		total;			/* all of them */
	int			nparts;
} Split;

static Split *
make_split(BoundFilter *filter)
{
	Split	   *split = palloc0(sizeof(Split));
	ListCell   *lc;

	split->filter = filter;
	split->bytes = palloc(sizeof(int) * list_length(filter->values));
	foreach(lc, filter->values)
	{
		int			bytes = value_bytes(filter->param, lfirst(lc));

		split->bytes[foreach_current_index(lc)] = bytes;
		split->widest = Max(split->widest, bytes);
		split->total += bytes;
	}
	return split;
}

/*
 * Which value is the first that a URL has no room for, if it begins with that
 * one?
 */
static int
part_end(const Split *split, int from, int room_bytes)
{
	int			count = list_length(split->filter->values);
	int			bytes = split->bytes[from];
	int			end = from + 1;

	while (end < count && end - from < MAX_FILTER_VALUES && bytes + split->bytes[end] <= room_bytes)
		bytes += split->bytes[end++];
	return end;
}

static void
count_parts(Split *split, int room_bytes)
{
	int			count = list_length(split->filter->values);

	CHECK_FOR_INTERRUPTS();
	split->nparts = 0;
	for (int i = 0; i < count; i = part_end(split, i, room_bytes))
		split->nparts++;
}

/* Make the lists that a URL has room for. */
static void
make_parts(Split *split, int room_bytes)
{
	BoundFilter *filter = split->filter;
	int			end;

	filter->parts = NIL;
	for (int i = 0; i < list_length(filter->values); i = end)
	{
		List	   *part = NIL;

		end = part_end(split, i, room_bytes);
		for (int n = i; n < end; n++)
			part = lappend(part, list_nth(filter->values, n));
		filter->parts = lappend(filter->parts, part);
	}
}

/* The room that a URL has for each of the filters. */
static int
filter_room(const List *splits)
{
	return MAX_FILTER_BYTES / Max(list_length(splits), 1);
}

/* How many requests are there for each window?  They are counted in the bound request. */
static void
count_all_parts(BoundRequest *bound, List *splits)
{
	ListCell   *lc;

	bound->nparts = 1;
	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		count_parts(split, filter_room(splits));
		bound->nparts = saturating_mul(bound->nparts, split->nparts);
	}
}

/* Are rows of two parts never the same, as the request groups by the column? */
static bool
is_disjoint(BindContext *cx, const Split *split)
{
	return split->nparts == 1 ||
		list_member_int(cx->request->group_by, split->filter->attnum);
}

/* Are the slices as many as are allowed, and can be held? */
static bool
are_few_enough(BindContext *cx, const BoundRequest *bound)
{
	int			most = Min(cx->table->options->max_requests, BIND_MAX_SPLIT_SLICES);

	return bound->nparts == 1 ||
		(bound->nparts <= most && slice_count(cx->table, bound) <= most);
}

/*
 * The filter that can't be asked for beside the others, or NULL: one whose
 * parts could bring a row twice; the widest where a URL would be too long,
 * although it has but one value of each; the longest where the requests would be
 * too many.
 */
static Split *
choose_excess(BindContext *cx, const BoundRequest *bound, List *splits)
{
	Split	   *widest = linitial(splits);
	Split	   *longest = linitial(splits);
	int64		bytes = 0;
	ListCell   *lc;

	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		if (!is_disjoint(cx, split))
			return split;
		bytes += Min(split->total, Max(split->widest, filter_room(splits)));
		if (split->widest > widest->widest)
			widest = split;
		if (split->nparts > longest->nparts)
			longest = split;
	}
	if (bytes > MAX_FILTER_BYTES)
		return widest;
	return are_few_enough(cx, bound) ? NULL : longest;
}

/*
 * Lists of values that are longer than a URL should be become several requests.
 * A list too much is left out, which leaves more room for the others; the
 * executor checks the rows.
 */
static void
split_filters(BindContext *cx, BoundRequest *bound)
{
	List	   *splits = NIL;
	Split	   *excess;
	ListCell   *lc;

	foreach(lc, bound->filters)
		splits = lappend(splits, make_split(lfirst(lc)));
	count_all_parts(bound, splits);
	while (splits != NIL && (excess = choose_excess(cx, bound, splits)))
	{
		splits = list_delete_ptr(splits, excess);
		count_all_parts(bound, splits);
	}
	bound->filters = NIL;
	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		make_parts(split, filter_room(splits));
		bound->filters = lappend(bound->filters, split->filter);
		pfree(split->bytes);
	}
	bound_count_parts(bound);
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
	BindContext cx = {
		.request = request,
		.table = table,
		.value = value,
		.arg = arg,
		.now = now
	};
	BoundRequest *bound = palloc0(sizeof(BoundRequest));

	bound->group_by = bind_group_by(request, table);
	bound->backward = request->backward;
	bound->few = request->few;
	bind_time(&cx, bound);
	if (!bind_filters(&cx, bound))
		bound_set_time(bound, timerange_none(), table->width);
	split_filters(&cx, bound);
	return bound;
}
