/*
 * bind_step.c
 *	  Which buckets does a comparison of a function of their time ask for?
 *
 * The values for which the comparison holds are a range, which is traced back
 * through the function's steps to a range of the bucket's edge.  It is widened
 * where a step is not one to one, and by a day at both ends where a step
 * converts by a time zone: a zone may have the same midnight twice.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/bind_private.h"

/*
 * Timestamps closer than this to the limits of their type are not converted.
 */
#define ZONE_MARGIN_US (10 * USECS_PER_DAY)

/* The values that an expression may have; both bounds are inclusive. */
typedef struct TimeBounds
{
	int64		low;
	int64		high;
	bool		through_zone;
} TimeBounds;

TimestampTz
bind_instant(Datum value, Oid type)
{
	int			overflow;

	if (type == DATEOID)
		return date2timestamptz_opt_overflow(DatumGetDateADT(value), &overflow);
	if (type == TIMESTAMPOID)
		return timestamp2timestamptz_opt_overflow(DatumGetTimestamp(value), &overflow);
	return DatumGetTimestampTz(value);
}

Timestamp
bind_naive(Datum value, Oid type)
{
	int			overflow;

	if (type == DATEOID)
		return date2timestamp_opt_overflow(DatumGetDateADT(value), &overflow);
	return DatumGetTimestamp(value);
}

/* Move the bounds away from each other. */
static void
widen(TimeBounds *bounds, int64 low_us, int64 high_us)
{
	bounds->low = timerange_shift(bounds->low, -low_us);
	bounds->high = timerange_shift(bounds->high, high_us);
}

/*
 * Move the bounds to where a conversion can't overflow, without narrowing
 * them.
 */
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

/* A timestamp in the session's zone as an instant, or the other way round. */
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
			return true;		/* planning or EXPLAIN: an estimate will do */
		if (isnull)
			return false;
		bounds->low = through_named_zone(bounds->low, name, to_instant);
		bounds->high = through_named_zone(bounds->high, name, to_instant);
	}
	return true;
}

/*
 * From bounds of a step's result to bounds of its argument.  False: as
 * through_zone().
 */
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

/*
 * The values of steps(subject) for which "steps(subject) strategy value"
 * holds.
 */
static TimeBounds
first_bounds(BindContext *cx, const TimeClause *clause, Datum value)
{
	bool		lower = clause->strategy >= BTEqualStrategyNumber;
	bool		upper = clause->strategy <= BTEqualStrategyNumber;
	TimeBounds	bounds = {0};
	int64		point;

	if (gives_instant(clause) || clause->type == TIMESTAMPTZOID)
		point = bind_instant(value, clause->type);
	else
		point = bind_naive(value, clause->type);
	bounds.low = lower ? point : DT_NOBEGIN;
	bounds.high = upper ? point : DT_NOEND;

	/* a date or timestamp is compared with an instant in the session's zone */
	if (!gives_instant(clause) && clause->type == TIMESTAMPTZOID)
		(void) through_zone(cx, &bounds, TIME_SESSION_ZONE, false);
	return bounds;
}

TimeRanges *
bind_steps(BindContext *cx, const TimeClause *clause, Datum value)
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
