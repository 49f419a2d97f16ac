/*
 * bound.c
 *	  A request with its values: what is asked for now.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/saturate.h"
#include "request/bound.h"

void
bound_set_time(BoundRequest *request, TimeRanges *ranges, const UsageWidth *width)
{
	WidthStretch *stretch = palloc(sizeof(WidthStretch));

	stretch->width = width;
	stretch->ranges = ranges;
	request->ranges = ranges;
	request->stretches = list_make1(stretch);
}

void
bound_count_parts(BoundRequest *request)
{
	ListCell   *lc;

	request->nparts = 1;
	foreach(lc, request->filters)
		request->nparts = saturate_mul(request->nparts,
										 list_length(((BoundFilter *) lfirst(lc))->parts));
}

UsageShape
bound_shape(const UsageTable *table, const BoundRequest *request)
{
	return bound_filter_of_form(request, USAGE_FILTER_ITEM) ? USAGE_OBJECT : table->endpoint->shape;
}

const BoundFilter *
bound_filter_of_form(const BoundRequest *request, UsageFilterForm form)
{
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (filter->form == form)
			return filter;
	}
	return NULL;
}

List *
bound_part_values(const BoundRequest *request, const BoundFilter *filter, int64 part)
{
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		const BoundFilter *other = lfirst(lc);
		int			count = list_length(other->parts);

		if (other == filter)
			return list_nth(filter->parts, part % count);
		part /= count;
	}
	elog(ERROR, "the filter is not one of the request");
}

void
bound_add_parents(BoundRequest *request, const UsageTable *table, List *ids, List *retired,
				  int parent_requests)
{
	BoundFilter *filter = palloc0(sizeof(BoundFilter));
	ListCell   *lc;

	if (ids == NIL)
		bound_set_time(request, timerange_none(), table->width);
	filter->attnum = table->parent->attnum;
	filter->param = table->parent->filter;
	filter->form = USAGE_FILTER_PATH;
	filter->is_every = true;
	filter->values = ids;
	filter->retired = retired;
	foreach(lc, ids)
		filter->parts = lappend(filter->parts, list_make1(lfirst(lc)));
	request->filters = lappend(request->filters, filter);
	request->lacks_parent = false;
	request->parent_requests = parent_requests;
	bound_count_parts(request);
}

List *
bound_copy_stretches(const List *stretches)
{
	List	   *copies = NIL;
	ListCell   *lc;

	foreach(lc, stretches)
	{
		WidthStretch *copy = palloc(sizeof(WidthStretch));

		*copy = *(WidthStretch *) lfirst(lc);
		copy->ranges = timerange_copy(copy->ranges);
		copies = lappend(copies, copy);
	}
	return copies;
}

bool
bound_same_stretches(const List *a, const List *b)
{
	ListCell   *la;
	ListCell   *lb;

	if (list_length(a) != list_length(b))
		return false;
	forboth(la, a, lb, b)
	{
		const WidthStretch *left = lfirst(la);
		const WidthStretch *right = lfirst(lb);

		if (left->width != right->width || !timerange_equal(left->ranges, right->ranges))
			return false;
	}
	return true;
}

bool
bound_has_width(const BoundRequest *request, const UsageWidth *width)
{
	ListCell   *lc;

	foreach(lc, request->stretches)
	{
		WidthStretch *stretch = lfirst(lc);

		if (stretch->width == width && stretch->ranges->count > 0)
			return true;
	}
	return false;
}

const BoundFilter *
bound_filter(const List *filters, int attnum)
{
	ListCell   *lc;

	foreach(lc, filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (filter->attnum == attnum)
			return filter;
	}
	return NULL;
}

static bool
same_values(List *a, List *b)
{
	ListCell   *la;
	ListCell   *lb;

	if (list_length(a) != list_length(b))
		return false;
	forboth(la, a, lb, b)
		if (strcmp(lfirst(la), lfirst(lb)) != 0)
			return false;
	return true;
}

bool
bound_same_filter(const BoundFilter *a, const BoundFilter *b)
{
	if (!a || !b)
		return a == b;
	return same_values(a->values, b->values);
}

static List *
copy_values(List *values)
{
	List	   *copies = NIL;
	ListCell   *lc;

	foreach(lc, values)
	{
		CHECK_FOR_INTERRUPTS();
		copies = lappend(copies, pstrdup(lfirst(lc)));
	}
	return copies;
}

BoundFilter *
bound_copy_filter(const BoundFilter *filter)
{
	BoundFilter *copy = palloc(sizeof(BoundFilter));
	ListCell   *lc;

	*copy = *filter;
	copy->values = copy_values(filter->values);
	copy->retired = copy_values(filter->retired);
	copy->parts = NIL;
	foreach(lc, filter->parts)
		copy->parts = lappend(copy->parts, copy_values(lfirst(lc)));
	return copy;
}
