/*
 * bind_before.c
 *	  Do clauses that are tried ask for a time before the table's history?
 *
 * Plain comparisons say what they ask for.  Any other clause is tried on the days
 * before, too: where it holds for some, and then for none in over a year, it has a
 * bound that lies before the history.  One that goes on to hold has none.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "request/bind_private.h"

/* How many days in a row does it not hold for before the first, and behind its bound? */
#define FIRST_DAYS 31
#define QUIET_DAYS 400

/* A clause that holds for so long has no bound. */
#define MOST_DAYS 1200

/* Do all clauses that are tried hold for the bucket?  False also where one is not known. */
static bool
is_asked_for(BindContext *cx, TimestampTz bucket)
{
	const BindSource *source = cx->source;
	ListCell   *lc;

	foreach(lc, cx->request->time)
	{
		const TimeClause *clause = lfirst(lc);
		Datum		value;
		bool		isnull;

		if (clause->kind == TIME_TRY &&
			(!source->bucket_value(source->arg, clause->value, bucket, &value, &isnull) ||
			 isnull || !DatumGetBool(value)))
			return false;
	}
	return true;
}

/*
 * How many days before the history do the clauses reach?  0: none, or they are further
 * back.  -1: there is no bound, as they hold again and again.
 */
static int
count_days_before(BindContext *cx, TimestampTz history_start)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw time clauses",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	int			first = 0;
	int			last = 0;

	for (int day = 1; day - last <= QUIET_DAYS && day <= MOST_DAYS; day++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_asked_for(cx, history_start - day * USECS_PER_DAY))
		{
			first = first == 0 ? day : first;
			last = day;
		}
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	if (last > MOST_DAYS - QUIET_DAYS)
		return -1;
	return first <= FIRST_DAYS ? last : 0;
}

static bool
has_tried(const UsageRequest *request)
{
	ListCell   *lc;

	foreach(lc, request->time)
		if (((TimeClause *) lfirst(lc))->kind == TIME_TRY)
			return true;
	return false;
}

void
bind_before(BindContext *cx, BoundRequest *bound)
{
	int			days;

	bound->lacks_start = !bound->is_list && bound->asked.start == DT_NOBEGIN;
	if (bound->asked.start >= bound->history_start || bound->asked.end <= bound->history_start ||
		!cx->source->bucket_value || cx->source->most_tried > 0 || !has_tried(cx->request))
		return;
	days = count_days_before(cx, bound->history_start);
	bound->lacks_start = bound->lacks_start && days < 0;
	if (days > 0)
		bound->asked.start = Max(bound->asked.start, bound->history_start - days * USECS_PER_DAY);
}
