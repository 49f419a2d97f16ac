/*
 * bind_try.c
 *	  For which buckets do clauses on their edges hold?
 *
 * A clause whose only columns are a bucket's edges has one value for each
 * bucket.  So it needs not be understood: it is evaluated for all buckets that
 * the request would read.  What passes may be many short ranges, each of which
 * takes a request; so the gaps between them are closed as far as that makes
 * reading cheaper.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "request/bind_private.h"
#include "request/cost.h"
#include "request/slice.h"

/*
 * The most nodes of expressions that are evaluated for a request, and for an
 * estimate; where a clause takes more it is left to the executor.  A clause of
 * ten nodes takes five millions for a year of minutes.
 */
#define MAX_WORK 8000000
#define MAX_ESTIMATE_WORK 250000

/*
 * How long a clause may take whose work can't be told before, as it searches a
 * list that is not known yet.
 */
#define MAX_TRIAL_MS 1000

/* How many tries are made before their values are freed, and the time is looked at. */
#define TRIES_AT_ONCE 16

/* A request that saves less than this part of a round trip is not worth it. */
#define REQUEST_SHARES 10

typedef struct TimeTrial
{
	const BindSource *source;
	const TimeClause *clause;
	MemoryContext scratch;		/* for values */
	int			tries;			/* since it was reset */
	instr_time	began_at;
	bool		gave_up;		/* it takes too long */
	TimestampTz day;			/* that was tried last, where the clause
								 * mentions nothing but the day */
	bool		day_passes;
} TimeTrial;

static void
look_around(TimeTrial *trial)
{
	instr_time	duration;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(trial->scratch);
	trial->tries = 0;
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, trial->began_at);
	trial->gave_up = INSTR_TIME_GET_MILLISEC(duration) > MAX_TRIAL_MS;
}

static bool
evaluate(TimeTrial *trial, TimestampTz bucket, bool *passes)
{
	MemoryContext old = MemoryContextSwitchTo(trial->scratch);
	Datum		value = BoolGetDatum(false);
	bool		isnull = true;
	bool		is_known = trial->source->bucket_value(trial->source->arg, trial->clause->value,
													   bucket, &value, &isnull);

	*passes = !isnull && DatumGetBool(value);
	MemoryContextSwitchTo(old);
	if (++trial->tries == TRIES_AT_ONCE)
		look_around(trial);
	return is_known;
}

/* A TimeTest: does the bucket pass the clause? */
static bool
passes(void *arg, TimestampTz bucket)
{
	TimeTrial  *trial = arg;
	TimestampTz day = timerange_floor(bucket, USECS_PER_DAY);
	bool		result;

	if (trial->clause->subject == USAGE_DAY && day == trial->day)
		return trial->day_passes;
	if (trial->gave_up)
		return true;
	if (!evaluate(trial, bucket, &result))
		elog(ERROR, "time clause %d is not known", trial->clause->value);
	trial->day = day;
	trial->day_passes = result;
	return result;
}

/*
 * How many buckets does each tried one stand for?  The number has no factor in
 * common with the buckets of an hour, a day or a week, so that those that are
 * tried are at different hours and days.
 */
static int64
buckets_per_try(const BindSource *source, int64 buckets)
{
	int64		step = 1;

	if (source->most_tried == 0)
		return 1;
	while (buckets / step > source->most_tried ||
		   (step > 1 && (step % 2 == 0 || step % 3 == 0 || step % 5 == 0 || step % 7 == 0)))
		step++;
	return step;
}

/* How many tries does the clause take?  Of a day that it has not begun with, one. */
static int64
count_tries(const UsageTable *table, const TimeClause *clause, const TimeRanges *ranges, int64 step)
{
	int64		width_us = table->width->width_us * step;

	if (clause->subject == USAGE_DAY)
		width_us = Max(width_us, USECS_PER_DAY);
	return timerange_buckets(ranges, width_us) + ranges->count;
}

/* The end of the ranges, of that length. */
static TimeRanges *
latest(const TimeRanges *ranges, int64 length_us)
{
	TimestampTz end = ranges->ranges[ranges->count - 1].end;

	return timerange_between(end - length_us, end);
}

/* What passes of the ranges; they are returned as they are if the clause can't be tried. */
static const TimeRanges *
try_clause(BindContext *cx, const TimeClause *clause, const TimeRanges *ranges)
{
	int64		width_us = cx->table->width->width_us;
	int64		step = buckets_per_try(cx->source, timerange_buckets(ranges, width_us));
	int64		work = count_tries(cx->table, clause, ranges, step) * clause->work;
	TimeTrial	trial = {
		.source = cx->source,
		.clause = clause,
		.day = DT_NOBEGIN
	};
	const TimeRanges *passing = ranges;
	bool		ignored;

	if (ranges->count == 0 || work > cx->work)
		return ranges;
	cx->work -= work;
	trial.scratch = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw time clause",
										  ALLOCSET_DEFAULT_SIZES);
	INSTR_TIME_SET_CURRENT(trial.began_at);
	if (evaluate(&trial, ranges->ranges[0].start, &ignored))
		passing = timerange_filter(ranges, step * width_us, passes, &trial);
	MemoryContextDelete(trial.scratch);
	/* none of some that stand for others: what passes is between them */
	if (step > 1 && passing->count == 0)
		return latest(ranges, step * width_us);
	return trial.gave_up ? ranges : passing;
}

/* The ranges, with the gaps between them closed that are not wider than gap_us. */
static TimeRanges *
close_gaps(const BoundRequest *bound, const TimeRanges *ranges, int64 gap_us)
{
	TimeRanges *closed = timerange_close_gaps(ranges, gap_us);
	TimeRanges *asked = timerange_intersect(closed, bound->ranges);

	timerange_free(closed);
	return asked;
}

/*
 * What reading costs, and a share of a round trip for each request: those that
 * run at the same time count for the API's limits as well.
 */
static double
reading_cost(BindContext *cx, const BoundRequest *bound)
{
	return bind_reading_cost(cx->table, cx->request, bound) +
		cost_latency(cx->table, 1) * slice_count(cx->table, bound) / REQUEST_SHARES;
}

/*
 * Read what passes: the ranges themselves, or with gaps between them closed,
 * which is cheapest; or all, as it is.
 */
static void
choose_ranges(BindContext *cx, BoundRequest *bound, const TimeRanges *passing)
{
	const UsageTable *table = cx->table;
	const TimeRanges *all = bound->ranges;
	int64		most_us = all->ranges[all->count - 1].end - all->ranges[0].start;
	BoundRequest best = *bound;
	double		least = reading_cost(cx, bound);

	for (int64 gap_us = 0; gap_us < most_us; gap_us = Max(gap_us * 2, table->width->width_us))
	{
		BoundRequest candidate = *bound;
		double		cost;

		CHECK_FOR_INTERRUPTS();
		bound_set_time(&candidate, close_gaps(bound, passing, gap_us), table->width);
		cost = reading_cost(cx, &candidate);
		if (cost < least && !bind_is_too_much(table, &candidate, bound))
		{
			least = cost;
			best = candidate;
		}
		else
			timerange_free(candidate.ranges);
	}
	*bound = best;
}

void
bind_try(BindContext *cx, BoundRequest *bound)
{
	const TimeRanges *passing = bound->ranges;
	ListCell   *lc;

	if (!cx->source->bucket_value)
		return;
	cx->work = cx->source->most_tried > 0 ? MAX_ESTIMATE_WORK : MAX_WORK;
	foreach(lc, cx->request->time)
		if (((TimeClause *) lfirst(lc))->kind == TIME_TRY)
			passing = try_clause(cx, lfirst(lc), passing);
	if (passing->count == 0)
		bound_set_time(bound, timerange_none(), cx->table->width);
	else if (passing != bound->ranges)
		choose_ranges(cx, bound, passing);
}
