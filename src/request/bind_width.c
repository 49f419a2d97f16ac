/*
 * bind_width.c
 *	  In which widths is a request read?
 *
 * A range is cut as a ruler is: minutes up to the first full hour, hours up to
 * the first full day, whole days, hours, minutes.  A wide bucket is used where
 * all of the table's own buckets in it have the same group times (see
 * width.c).
 *
 * Where group times change often (days in a time zone that is off by half an
 * hour, say), wide buckets make many short stretches, each a request.  So
 * there is a plan for each width as the widest one, and the cheapest is taken.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "request/bind_private.h"
#include "request/cost.h"
#include "request/slice.h"

typedef struct GroupTime
{
	int			expr;
	bool		by_value;		/* of its type */
	int16		length;
} GroupTime;

typedef struct WidthPlan
{
	const UsageTable *table;
	const UsageWidth *widest;	/* that the plan uses */
	int			ngroup_times;
	GroupTime  *group_times;
	const BindSource *source;	/* NULL: group times are the same everywhere */
	MemoryContext scratch;		/* for values of group times */
	List	   *stretches;		/* of WidthStretch; the result */
	int			room;			/* allocated ranges of the last stretch */
} WidthPlan;

static void
add_stretch(WidthPlan *plan, const UsageWidth *width)
{
	WidthStretch *stretch = palloc(sizeof(WidthStretch));

	plan->room = 8;
	stretch->width = width;
	stretch->ranges = palloc(sizeof(TimeRanges));
	stretch->ranges->count = 0;
	stretch->ranges->ranges = palloc(sizeof(TimeRange) * plan->room);
	plan->stretches = lappend(plan->stretches, stretch);
}

/* Append a range, to the last stretch where that has the same width. */
static void
append_range(WidthPlan *plan, TimestampTz start, TimestampTz end, const UsageWidth *width)
{
	TimeRanges *set;

	if (start >= end)
		return;
	if (plan->stretches == NIL || ((WidthStretch *) llast(plan->stretches))->width != width)
		add_stretch(plan, width);
	set = ((WidthStretch *) llast(plan->stretches))->ranges;
	if (set->count > 0 && set->ranges[set->count - 1].end == start)
	{
		set->ranges[set->count - 1].end = end;
		return;
	}
	if (set->count == plan->room)
	{
		plan->room *= 2;
		set->ranges = repalloc(set->ranges, sizeof(TimeRange) * plan->room);
	}
	set->ranges[set->count++] = (TimeRange) {start, end};
}

static void
group_time(const WidthPlan *plan, const GroupTime *time, TimestampTz bucket,
		   Datum *value, bool *isnull)
{
	if (!plan->source->bucket_value(plan->source->arg, time->expr, bucket, value, isnull))
		elog(ERROR, "group time %d is not known", time->expr);
}

/*
 * Has the group time the same value for all of the table's buckets in [start,
 * end)?
 */
static bool
is_same_throughout(const WidthPlan *plan, const GroupTime *time, TimestampTz start, TimestampTz end)
{
	int64		width_us = plan->table->width->width_us;
	Datum		first;
	bool		first_isnull;

	group_time(plan, time, start, &first, &first_isnull);
	for (TimestampTz bucket = end - width_us; bucket > start; bucket -= width_us)
	{
		Datum		value;
		bool		isnull;

		group_time(plan, time, bucket, &value, &isnull);
		if (isnull != first_isnull ||
			(!isnull && !datumIsEqual(value, first, time->by_value, time->length)))
			return false;
	}
	return true;
}

static bool
are_same_throughout(WidthPlan *plan, TimestampTz start, TimestampTz end)
{
	MemoryContext old;
	bool		common = true;

	if (!plan->source)
		return true;
	CHECK_FOR_INTERRUPTS();
	old = MemoryContextSwitchTo(plan->scratch);
	for (int i = 0; common && i < plan->ngroup_times; i++)
		common = is_same_throughout(plan, &plan->group_times[i], start, end);
	MemoryContextSwitchTo(old);
	MemoryContextReset(plan->scratch);
	return common;
}

/* Cut a range into buckets of that width and narrower ones. */
static void
cut_range(WidthPlan *plan, TimestampTz start, TimestampTz end, const UsageWidth *width)
{
	TimestampTz first = timerange_ceil(start, width->width_us);
	TimestampTz last = timerange_floor(end, width->width_us);

	if (width == plan->table->width)
	{
		append_range(plan, start, end, width);
		return;
	}
	if (first >= last)
	{
		cut_range(plan, start, end, width - 1);
		return;
	}
	cut_range(plan, start, first, width - 1);
	for (TimestampTz bucket = first; bucket < last; bucket += width->width_us)
	{
		TimestampTz next = bucket + width->width_us;

		if (are_same_throughout(plan, bucket, next))
			append_range(plan, bucket, next, width);
		else
			cut_range(plan, bucket, next, width - 1);
	}
	cut_range(plan, last, end, width - 1);
}

static List *
cut_all(WidthPlan *plan, const TimeRanges *ranges)
{
	plan->stretches = NIL;
	for (int i = 0; i < ranges->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		cut_range(plan, ranges->ranges[i].start, ranges->ranges[i].end, plan->widest);
	}
	return plan->stretches;
}

double
bind_reading_cost(const UsageTable *table, const UsageRequest *request, const BoundRequest *bound)
{
	double		results = 0;
	ListCell   *lc;

	foreach(lc, bound->stretches)
	{
		WidthStretch *stretch = lfirst(lc);

		results += timerange_buckets(stretch->ranges, stretch->width->width_us) *
			(double) request->results;
	}
	return cost_latency(table, slice_count(table, bound)) + results * COST_RESULT;
}

bool
bind_is_too_much(const UsageTable *table, const BoundRequest *bound, const BoundRequest *other)
{
	int			most = table->options->max_requests;
	int64		count = slice_count(table, bound);

	if (bound->nparts > 1)
		most = Min(most, BIND_MAX_SPLIT_SLICES);
	return count > most && count > slice_count(table, other);
}

static void
find_group_times(WidthPlan *plan, const UsageRequest *request)
{
	ListCell   *lc;

	plan->group_times = palloc(sizeof(GroupTime) * Max(list_length(request->group_times), 1));
	foreach(lc, request->group_times)
	{
		GroupTime  *time = &plan->group_times[plan->ngroup_times++];

		time->expr = lfirst_int(lc);
		get_typlenbyval(exprType(list_nth(request->exprs, time->expr)),
						&time->length, &time->by_value);
	}
}

void
bind_widths(BoundRequest *bound, const UsageRequest *request, const UsageTable *table,
			const BindSource *source)
{
	WidthPlan	plan = {.table = table, .source = source};
	double		least;

	if (!request->any_width)
		return;
	least = bind_reading_cost(table, request, bound);
	find_group_times(&plan, request);
	plan.scratch = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw group times",
										  ALLOCSET_DEFAULT_SIZES);
	for (plan.widest = table->width + 1; plan.widest->name; plan.widest++)
	{
		BoundRequest candidate = *bound;
		double		cost;

		candidate.stretches = cut_all(&plan, bound->ranges);
		cost = bind_reading_cost(table, request, &candidate);
		if (cost <= least && !bind_is_too_much(table, &candidate, bound))
		{
			least = cost;
			bound->stretches = candidate.stretches;
		}
	}
	MemoryContextDelete(plan.scratch);
}
