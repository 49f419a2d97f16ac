/*
 * bind_time.c
 *	  What time does a request ask for now?
 *
 * A comparison of a bucket's bound with a value is a range of bucket starts.
 * One of a function of the bound is taken back through the function's steps,
 * widening the range where a step is not one to one, and by a day where it
 * goes through a time zone: a zone may have the same midnight twice.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "request/bind_private.h"
#include "request/history.h"

/* So many elements has an array that is not known yet, as the server has it. */
#define UNKNOWN_ELEMENTS 10

/* Timestamps closer to the ends than this do not go through a zone. */
#define ZONE_MARGIN_US (10 * USECS_PER_DAY)

/* Values of an expression between two, both inclusive. */
typedef struct TimeBounds
{
	int64		low;
	int64		high;
	bool		through_zone;
} TimeBounds;

static TimeRanges *time_ranges(BindContext *cx, const TimeClause *clause);

/* A value as an instant, beyond all of them where it can't be one. */
static TimestampTz
to_instant(Datum value, Oid type)
{
	int			overflow;

	if (type == DATEOID)
		return date2timestamptz_opt_overflow(DatumGetDateADT(value), &overflow);
	if (type == TIMESTAMPOID)
		return timestamp2timestamptz_opt_overflow(DatumGetTimestamp(value), &overflow);
	return DatumGetTimestampTz(value);
}

/* A date or timestamp as a timestamp. */
static Timestamp
to_naive(Datum value, Oid type)
{
	int			overflow;

	if (type == DATEOID)
		return date2timestamp_opt_overflow(DatumGetDateADT(value), &overflow);
	return DatumGetTimestamp(value);
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

/* Move the bounds away from each other. */
static void
widen(TimeBounds *bounds, int64 low_us, int64 high_us)
{
	bounds->low = timerange_shift(bounds->low, -low_us);
	bounds->high = timerange_shift(bounds->high, high_us);
}

/* Keep the bounds where zones can be computed with; never narrows them. */
static void
keep_in_margin(TimeBounds *bounds)
{
	int64		least = MIN_TIMESTAMP + ZONE_MARGIN_US;
	int64		greatest = END_TIMESTAMP - ZONE_MARGIN_US;

	if (bounds->low < least)
		bounds->low = DT_NOBEGIN;
	else if (bounds->low > greatest)
		bounds->low = greatest;
	if (bounds->high > greatest)
		bounds->high = DT_NOEND;
	else if (bounds->high < least)
		bounds->high = least;
}

/* A session's timestamp as an instant, or an instant as a session's timestamp. */
static int64
through_session_zone(int64 value, bool to_instant)
{
	if (to_instant)
	{
		int			overflow;

		return timestamp2timestamptz_opt_overflow(value, &overflow);
	}
	return DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp,
												 TimestampTzGetDatum(value)));
}

/* The same through a named zone. */
static int64
through_named_zone(int64 value, Datum zone, bool to_instant)
{
	PGFunction	convert = to_instant ? timestamp_zone : timestamptz_zone;

	return DatumGetTimestamp(DirectFunctionCall2(convert, zone, TimestampGetDatum(value)));
}

/* False: the zone is NULL, and so is the expression. */
static bool
through_zone(BindContext *cx, TimeBounds *bounds, int zone, bool to_instant)
{
	keep_in_margin(bounds);
	bounds->through_zone = true;
	if (zone == TIME_SESSION_ZONE)
	{
		bounds->low = through_session_zone(bounds->low, to_instant);
		bounds->high = through_session_zone(bounds->high, to_instant);
	}
	else
	{
		Datum		name;
		bool		isnull;

		if (!cx->value(cx->arg, zone, &name, &isnull))
			return true;		/* planning: near enough */
		if (isnull)
			return false;
		bounds->low = through_named_zone(bounds->low, name, to_instant);
		bounds->high = through_named_zone(bounds->high, name, to_instant);
	}
	return true;
}

/* From a step's result back to its argument. */
static bool
step_back(BindContext *cx, const TimeStep *step, TimeBounds *bounds)
{
	switch (step->kind)
	{
		case TIME_AT_ZONE:
			return through_zone(cx, bounds, step->zone, true);
		case TIME_FROM_ZONE:
			return through_zone(cx, bounds, step->zone, false);
		case TIME_TRUNC:
			widen(bounds, 0, step->span_us);
			return true;
		case TIME_TO_DATE:
			widen(bounds, 0, USECS_PER_DAY);
			return true;
	}
	elog(ERROR, "unexpected time step: %d", (int) step->kind);
}

/* Is the value of the steps an instant (else a timestamp or a date)? */
static bool
gives_instant(const TimeClause *clause)
{
	const TimeStep *last = clause->steps ? llast(clause->steps) : NULL;

	return last ? last->kind == TIME_FROM_ZONE : clause->subject != USAGE_DAY;
}

/* The values that "steps(subject) strategy value" allows the steps to have. */
static TimeBounds
first_bounds(BindContext *cx, const TimeClause *clause, Datum value)
{
	bool		lower = clause->strategy >= BTEqualStrategyNumber;
	bool		upper = clause->strategy <= BTEqualStrategyNumber;
	TimeBounds	bounds = {0};
	int64		point;

	if (gives_instant(clause) || clause->type == TIMESTAMPTZOID)
		point = to_instant(value, clause->type);
	else
		point = to_naive(value, clause->type);
	bounds.low = lower ? point : DT_NOBEGIN;
	bounds.high = upper ? point : DT_NOEND;

	/* a date or timestamp is compared with an instant in the session's zone */
	if (!gives_instant(clause) && clause->type == TIMESTAMPTZOID)
		(void) through_zone(cx, &bounds, TIME_SESSION_ZONE, false);
	return bounds;
}

/* The bucket bounds for which a function of them may compare as the clause says. */
static TimeRanges *
bounded_ranges(BindContext *cx, const TimeClause *clause, Datum value)
{
	TimeBounds	bounds = first_bounds(cx, clause, value);

	for (int i = list_length(clause->steps) - 1; i >= 0; i--)
		if (!step_back(cx, list_nth(clause->steps, i), &bounds))
			return timerange_none();
	if (clause->subject == USAGE_DAY)
		widen(&bounds, 0, USECS_PER_DAY);
	if (bounds.through_zone)
		widen(&bounds, USECS_PER_DAY, USECS_PER_DAY);
	return timerange_between(bounds.low, timerange_shift(bounds.high, 1));
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

/* The bucket starts for which the comparison may hold. */
static TimeRanges *
value_ranges(BindContext *cx, const TimeClause *clause, Datum value)
{
	bool		plain_day = clause->subject == USAGE_DAY && clause->type != TIMESTAMPTZOID;
	TimeRanges *ranges;

	if (clause->steps == NIL && plain_day)
		return day_ranges(clause->strategy, to_naive(value, clause->type));
	if (clause->steps == NIL && clause->subject != USAGE_DAY)
		ranges = compare_ranges(clause->strategy, to_instant(value, clause->type));
	else if (cx->plain)
		return timerange_all();
	else
	{
		cx->has_other = true;
		ranges = bounded_ranges(cx, clause, value);
	}
	if (clause->subject == USAGE_END)
		ranges = ends_to_starts(ranges, cx->table->width->width_us);
	return ranges;
}

/* Two sets become one that holds what is in either, or in both. */
static TimeRanges *
combine(TimeRanges *a, TimeRanges *b, bool any)
{
	TimeRanges *set = any ? timerange_union(a, b) : timerange_intersect(a, b);

	timerange_free(a);
	timerange_free(b);
	return set;
}

/* The union for values[0 .. count), halved so as to stay n log n. */
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

/* How long a time one value of the clause's function may be of. */
static int64
value_span(BindContext *cx, const TimeClause *clause)
{
	int64		span_us = cx->table->width->width_us;
	ListCell   *lc;

	if (clause->subject == USAGE_DAY)
		span_us = Max(span_us, USECS_PER_DAY);
	foreach(lc, clause->steps)
	{
		const TimeStep *step = lfirst(lc);

		if (step->kind == TIME_TRUNC)
			span_us = Max(span_us, step->span_us);
		else if (step->kind == TIME_TO_DATE)
			span_us = Max(span_us, USECS_PER_DAY);
	}
	return span_us;
}

/* How many elements has the array that an expression will give? */
static int
count_elements(Node *expr)
{
	return IsA(expr, ArrayExpr) ? list_length(((ArrayExpr *) expr)->elements) : UNKNOWN_ELEMENTS;
}

/*
 * A value that is not known yet: an equality is of some value, the last say,
 * or of some values; other comparisons are of any time.
 */
static TimeRanges *
unknown_ranges(BindContext *cx, const TimeClause *clause)
{
	int64		width_us = cx->table->width->width_us;
	TimestampTz end = timerange_shift(timerange_floor(cx->now, width_us), width_us);
	int64		span_us = value_span(cx, clause);

	if (clause->strategy != BTEqualStrategyNumber)
		return timerange_all();
	if (clause->kind == TIME_COMPARE_ANY)
		span_us = saturating_mul(span_us,
								 count_elements(list_nth(cx->request->exprs, clause->value)));
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

	if (!cx->value(cx->arg, clause->value, &value, &isnull))
		return unknown_ranges(cx, clause);
	if (isnull)
		return timerange_none();
	if (clause->kind == TIME_COMPARE)
		return value_ranges(cx, clause, value);
	bind_elements(value, clause->type, &values, &nulls, &count);
	return any_ranges(cx, clause, values, nulls, count);
}

/* The same for so many of a list's clauses from one on, any or all of them: by halves, too. */
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

/* The bucket starts for which the clause may hold; the caller's to free. */
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
	}
	elog(ERROR, "unexpected time clause: %d", (int) clause->kind);
}

/* The same for all clauses from that one on, as ranges of the table's buckets. */
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

	cx->plain = true;
	if (cx->has_other || own > 0)
		asked = aligned_ranges(cx, own);
	bound->asked = (TimeRange) {DT_NOBEGIN, DT_NOEND};
	if (asked->count > 0)
		bound->asked = (TimeRange) {asked->ranges[0].start, asked->ranges[asked->count - 1].end};
}
