/*
 * bind_filter.c
 *	  Which values of its dimensions does a request ask for now?
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "request/bind_private.h"

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

/* Append a value.  False: the API can't compare with it. */
static bool
add_value(const UsageTableColumn *column, Datum value, List **values)
{
	const char *text = bind_filter_value(column, value);

	if (text)
		*values = lappend(*values, (char *) text);
	return text != NULL;
}

/*
 * Append an item's values, without NULLs, which nothing equals.  False: they
 * are not known yet, or can't be sent.
 */
static bool
add_item(BindContext *cx, const UsageTableColumn *column, const FilterItem *item, List **values)
{
	Datum		value;
	bool		isnull;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (!cx->source->value(cx->source->arg, item->value, &value, &isnull))
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

/* Sort the values and remove duplicates, in place. */
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

/* A boolean is one value, whatever its filter. */
static UsageFilterForm
filter_form(const UsageTableColumn *column)
{
	return column->kind == FIELD_BOOLEAN ? USAGE_FILTER_VALUE : column->form;
}

/*
 * The clause's values, sorted and distinct; false: not known yet, or can't be
 * sent.
 */
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

bool
bind_is_segment(const char *value)
{
	return strcmp(value, "") != 0 && strcmp(value, ".") != 0 && strcmp(value, "..") != 0;
}

static bool
fits_into_path(const UsageTableColumn *column, const char *value)
{
	return bind_is_segment(value) && bind_fits(column->filter, value);
}

/* The values that may be in a path: no object has another one. */
static List *
path_values(const UsageTableColumn *column, List *values)
{
	List	   *fit = NIL;
	ListCell   *lc;

	foreach(lc, values)
	{
		if (fits_into_path(column, lfirst(lc)))
			fit = lappend(fit, lfirst(lc));
	}
	return fit;
}

/*
 * Can requests carry the values?  If not, the filter is left out, and the
 * executor checks the rows.
 */
static bool
can_send(const UsageTable *table, const UsageTableColumn *column, List *values)
{
	ListCell   *lc;

	if (filter_form(column) == USAGE_FILTER_VALUE && list_length(values) != 1)
		return false;
	if (column->kind == FIELD_BOOLEAN)
		return true;
	foreach(lc, values)
	{
		const char *value = lfirst(lc);

		/* the API may take an empty value for no filter */
		if (value[0] == '\0' ||
			(column->accepted && !endpoint_accepts(column->accepted, value)) ||
			(table->options->array_format == PROVIDER_ARRAY_COMMA && strchr(value, ',')) ||
			!bind_fits(column->filter, value) ||
			(column->form == USAGE_FILTER_ITEM && !fits_into_path(column, value)))
			return false;
	}
	return true;
}

/* Do both columns read the same, filtered by the same parameter? */
static bool
reads_same(const UsageTableColumn *a, const UsageTableColumn *b)
{
	return a->filter && b->filter && strcmp(a->filter, b->filter) == 0 &&
		(a == b || (a->field && b->field && strcmp(a->field, b->field) == 0));
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

static void
add_filter(BoundRequest *bound, const UsageTableColumn *column, int attnum, List *values)
{
	BoundFilter *filter = palloc0(sizeof(BoundFilter));

	filter->attnum = attnum;
	filter->param = column->filter;
	filter->form = filter_form(column);
	filter->values = values;
	bound->filters = lappend(bound->filters, filter);
}

/*
 * The values that all clauses of the column, or of others that read the same,
 * allow.  Sets *attnum to a column that one of them names; 0: there is none.
 */
static List *
common_values(BindContext *cx, BoundRequest *bound, const UsageTableColumn *column, int *attnum)
{
	List	   *values = NIL;
	ListCell   *lc;

	*attnum = 0;
	foreach(lc, cx->request->filters)
	{
		FilterClause *clause = lfirst(lc);
		List	   *more;

		CHECK_FOR_INTERRUPTS();
		if (!reads_same(table_column(cx->table, clause->attnum), column))
			continue;
		if (!clause_values(cx, clause, &more))
		{
			if (column->role == USAGE_PARENT)
				bound->parent_pending = true;
			continue;
		}
		values = *attnum != 0 ? intersect_values(values, more) : more;
		*attnum = *attnum != 0 ? *attnum : clause->attnum;
	}
	return values;
}

/*
 * Bind all clauses of one dimension to one filter, whichever columns they
 * name: the parts of several filters with one parameter could bring a row
 * twice.  False: no value satisfies the clauses.
 */
static bool
bind_filter(BindContext *cx, BoundRequest *bound, const UsageTableColumn *column)
{
	int			attnum;
	List	   *values = common_values(cx, bound, column, &attnum);

	if (attnum == 0)
		return true;
	if (column->form == USAGE_FILTER_PATH)
		values = path_values(column, values);
	if (values == NIL)
		return false;
	if (can_send(cx->table, column, values))
		add_filter(bound, column, attnum, values);
	return true;
}

/*
 * Ask for objects by their ids where that takes no more requests than the
 * list does; then nothing else can be asked for.
 */
static void
choose_items(BindContext *cx, BoundRequest *bound)
{
	const BoundFilter *items = bound_filter_of_form(bound, USAGE_FILTER_ITEM);
	int			pages = 1 + (cx->request->results - 1) / cx->table->width->limit;

	if (!items)
		return;
	if (list_length(items->values) <= Max(pages, 1))
		bound->filters = list_make1((void *) items);
	else
		bound->filters = list_delete_ptr(bound->filters, (void *) items);
}

bool
bind_filters(BindContext *cx, BoundRequest *bound)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(cx->table, column)))
		if (column->filter && is_first(cx->table, column) && !bind_filter(cx, bound, column))
			return false;
	choose_items(cx, bound);
	bound->lacks_parent = cx->table->parent && !bound_filter_of_form(bound, USAGE_FILTER_PATH);
	return true;
}
