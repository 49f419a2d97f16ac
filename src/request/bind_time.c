/*
 * bind_time.c
 *	  What time does a request ask for now?
 *
 * A comparison of a bucket's edge with a value is a range of bucket starts.
 * Clauses that are tried come later (bind_try.c).
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "request/bind_private.h"
#include "request/history.h"

static TimeRanges *time_ranges(BindContext *cx, const TimeClause *clause);

/* A value as an instant, in the session's zone; infinite where it is out of range. */
static TimestampTz
instant(Datum value, Oid type)
{
	if (type == DATEOID)
		return DateToTimestampTz(DatumGetDateADT(value));
	if (type == TIMESTAMPOID)
		return TimestampToTimestampTz(DatumGetTimestamp(value));
	return DatumGetTimestampTz(value);
}

/* A date or timestamp as a timestamp; infinite where it is out of range. */
static Timestamp
naive(Datum value, Oid type)
{
	return type == DATEOID ? DateToTimestamp(DatumGetDateADT(value)) : DatumGetTimestamp(value);
}

/* The values x with "x strategy value". */
static TimeRanges *
compare_ranges(int strategy, TimestampTz value)
{
	TimestampTz after = timerange_shift(value, 1);

	switch (strategy)
	{
		case BTLessStrategyNumber:
			return timerange_between(DT_NOBEGIN, value);
		case BTLessEqualStrategyNumber:
			return timerange_between(DT_NOBEGIN, after);
		case BTEqualStrategyNumber:
			return timerange_between(value, after);
		case BTGreaterEqualStrategyNumber:
			return timerange_between(value, DT_NOEND);
		case BTGreaterStrategyNumber:
			return timerange_between(after, DT_NOEND);
	}
	elog(ERROR, "unexpected btree strategy: %d", strategy);
}

/* The instants whose UTC day x satisfies "x strategy value". */
static TimeRanges *
day_ranges(int strategy, Timestamp value)
{
	Timestamp	at_or_after = timerange_ceil(value, USECS_PER_DAY);
	Timestamp	after = timerange_shift(timerange_floor(value, USECS_PER_DAY), USECS_PER_DAY);

	switch (strategy)
	{
		case BTLessStrategyNumber:
			return timerange_between(DT_NOBEGIN, at_or_after);
		case BTLessEqualStrategyNumber:
			return timerange_between(DT_NOBEGIN, after);
		case BTEqualStrategyNumber:
			return value == at_or_after ? timerange_between(value, after) : timerange_none();
		case BTGreaterEqualStrategyNumber:
			return timerange_between(at_or_after, DT_NOEND);
		case BTGreaterStrategyNumber:
			return timerange_between(after, DT_NOEND);
	}
	elog(ERROR, "unexpected btree strategy: %d", strategy);
}

/* Ranges of a bucket's end as ranges of its start. */
static TimeRanges *
ends_to_starts(const TimeRanges *ends, int64 width_us)
{
	TimeRanges *starts = timerange_none();

	for (int i = 0; i < ends->count; i++)
	{
		const TimeRange *range = &ends->ranges[i];

		starts = timerange_union(starts,
								 timerange_between(timerange_shift(range->start, -width_us),
												   timerange_shift(range->end, -width_us)));
	}
	return starts;
}

/* The bucket starts for which the comparison holds. */
static TimeRanges *
value_ranges(BindContext *cx, const TimeClause *clause, Datum value)
{
	TimeRanges *ranges;

	if (clause->subject == USAGE_DAY)
		return day_ranges(clause->strategy, naive(value, clause->type));
	ranges = compare_ranges(clause->strategy, instant(value, clause->type));
	return clause->subject == USAGE_END ?
		ends_to_starts(ranges, cx->table->width->width_us) : ranges;
}

/* The union (any) or the intersection of two sets, which are freed. */
static TimeRanges *
combine(TimeRanges *a, TimeRanges *b, bool any)
{
	TimeRanges *set = any ? timerange_union(a, b) : timerange_intersect(a, b);

	timerange_free(a);
	timerange_free(b);
	return set;
}

/*
 * The union of the ranges of values[0 .. count).  By halves, as each union
 * copies both sets: adding one range at a time would be quadratic.
 */
static TimeRanges *
any_ranges(BindContext *cx, const TimeClause *clause, Datum *values, bool *nulls, int count)
{
	int			half = count / 2;

	CHECK_FOR_INTERRUPTS();
	if (count == 0 || (count == 1 && nulls[0]))
		return timerange_none();
	if (count == 1)
		return value_ranges(cx, clause, values[0]);
	return combine(any_ranges(cx, clause, values, nulls, half),
				   any_ranges(cx, clause, values + half, nulls + half, count - half),
				   true);
}

/*
 * The ranges for a value that is not known yet.  For an estimate, an equality is
 * taken to be with the latest value, = ANY with the latest few; other
 * comparisons do not restrict the time.
 */
static TimeRanges *
unknown_ranges(BindContext *cx, const TimeClause *clause)
{
	int64		width_us = cx->table->width->width_us;
	TimestampTz end = timerange_shift(timerange_floor(cx->now, width_us), width_us);
	int64		span_us = clause->subject == USAGE_DAY ? Max(width_us, USECS_PER_DAY) : width_us;

	if (clause->strategy != BTEqualStrategyNumber || cx->source->most_tried == 0)
		return timerange_all();
	if (clause->kind == TIME_COMPARE_ANY)
		span_us = saturate_mul(span_us,
								 request_count_elements(list_nth(cx->request->exprs, clause->value)));
	return timerange_between(timerange_shift(end, -span_us), end);
}

static TimeRanges *
comparison_ranges(BindContext *cx, const TimeClause *clause)
{
	Datum		value;
	bool		isnull;
	Datum	   *values;
	bool	   *nulls;
	int			count;

	if (!cx->source->value(cx->source->arg, clause->value, &value, &isnull))
		return unknown_ranges(cx, clause);
	if (isnull)
		return timerange_none();
	if (clause->kind == TIME_COMPARE)
		return value_ranges(cx, clause, value);
	bind_elements(value, clause->type, &values, &nulls, &count);
	return any_ranges(cx, clause, values, nulls, count);
}

/*
 * The bucket starts for which any, or all, of clauses[from .. from + count)
 * may hold; by halves, as in any_ranges().
 */
static TimeRanges *
clauses_ranges(BindContext *cx, const List *clauses, int from, int count, bool any)
{
	int			half = count / 2;

	if (count == 0)
		return any ? timerange_none() : timerange_all();
	if (count == 1)
		return time_ranges(cx, list_nth(clauses, from));
	return combine(clauses_ranges(cx, clauses, from, half, any),
				   clauses_ranges(cx, clauses, from + half, count - half, any),
				   any);
}

/* The bucket starts for which the clause may hold; the caller frees them. */
static TimeRanges *
time_ranges(BindContext *cx, const TimeClause *clause)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (clause->kind)
	{
		case TIME_ALL:
		case TIME_ANY:
			return clauses_ranges(cx, clause->args, 0, list_length(clause->args),
								  clause->kind == TIME_ANY);
		case TIME_COMPARE:
		case TIME_COMPARE_ANY:
			return comparison_ranges(cx, clause);
		case TIME_TRY:
			return timerange_all();
	}
	elog(ERROR, "unexpected time clause: %d", (int) clause->kind);
}

/*
 * The bucket starts for which all clauses from that one on may hold, aligned
 * to the table's width.
 */
static TimeRanges *
aligned_ranges(BindContext *cx, int from)
{
	const List *clauses = cx->request->time;
	TimeRanges *ranges = clauses_ranges(cx, clauses, from, list_length(clauses) - from, false);
	TimeRanges *aligned = timerange_align(ranges, cx->table->width->width_us);

	timerange_free(ranges);
	return aligned;
}

void
bind_time(BindContext *cx, BoundRequest *bound)
{
	int64		width_us = cx->table->width->width_us;
	TimestampTz end = timerange_shift(timerange_floor(cx->now, width_us), width_us);
	int			own = cx->request->ntable_time;
	TimeRanges *asked = aligned_ranges(cx, 0);

	bound->history_start = history_start(cx->table->options, cx->now);
	bound_set_time(bound,
				 timerange_intersect(asked, timerange_between(bound->history_start, end)),
				 cx->table->width);
	if (own > 0)
		asked = aligned_ranges(cx, own);
	bound->asked = (TimeRange) {DT_NOBEGIN, DT_NOEND};
	if (asked->count > 0)
		bound->asked = (TimeRange) {asked->ranges[0].start, asked->ranges[asked->count - 1].end};
}
