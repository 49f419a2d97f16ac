/*
 * bind_width.c
 *	  In which widths is a request read?
 *
 * A range is cut like a ruler: minutes up to the first full hour, hours up to
 * the first full day, whole days, hours, minutes.  A wide bucket is used where
 * all of the table's own buckets in it have the same keys (see width.c).
 *
 * Where keys change often, in days of a time zone with half hours say, the
 * ruler makes many short stretches, each a request.  So there are several
 * rulers, up to each width; the cheapest is taken.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "request/bind.h"
#include "request/cost.h"
#include "request/slice.h"

typedef struct WidthKey
{
	int			expr;
	bool		by_value;		/* of its type */
	int16		length;
} WidthKey;

typedef struct Ruler
{
	const UsageTable *table;
	const UsageWidth *widest;	/* that is used */
	int			nkeys;
	WidthKey   *keys;
	BindKey		evaluate;		/* NULL: all buckets are alike */
	void	   *arg;
	MemoryContext scratch;		/* for values of keys */
	List	   *stretches;		/* of WidthStretch; the result */
	int			room;			/* for so many ranges, in the last of them */
} Ruler;

static void
add_stretch(Ruler *ruler, const UsageWidth *width)
{
	WidthStretch *stretch = palloc(sizeof(WidthStretch));

	ruler->room = 8;
	stretch->width = width;
	stretch->ranges = palloc(sizeof(TimeRanges));
	stretch->ranges->count = 0;
	stretch->ranges->ranges = palloc(sizeof(TimeRange) * ruler->room);
	ruler->stretches = lappend(ruler->stretches, stretch);
}

/* Append a range, to the last stretch where that has the same width. */
static void
append_range(Ruler *ruler, TimestampTz start, TimestampTz end, const UsageWidth *width)
{
	TimeRanges *set;

	if (start >= end)
		return;
	if (ruler->stretches == NIL || ((WidthStretch *) llast(ruler->stretches))->width != width)
		add_stretch(ruler, width);
	set = ((WidthStretch *) llast(ruler->stretches))->ranges;
	if (set->count > 0 && set->ranges[set->count - 1].end == start)
	{
		set->ranges[set->count - 1].end = end;
		return;
	}
	if (set->count == ruler->room)
	{
		ruler->room *= 2;
		set->ranges = repalloc(set->ranges, sizeof(TimeRange) * ruler->room);
	}
	set->ranges[set->count++] = (TimeRange) {start, end};
}

/* Has the key the same value for all buckets of the table that start there? */
static bool
key_is_common(const Ruler *ruler, const WidthKey *key, TimestampTz start, TimestampTz end)
{
	int64		width_us = ruler->table->width->width_us;
	Datum		first;
	bool		first_isnull;

	ruler->evaluate(ruler->arg, key->expr, start, &first, &first_isnull);
	for (TimestampTz bucket = end - width_us; bucket > start; bucket -= width_us)
	{
		Datum		value;
		bool		isnull;

		ruler->evaluate(ruler->arg, key->expr, bucket, &value, &isnull);
		if (isnull != first_isnull ||
			(!isnull && !datumIsEqual(value, first, key->by_value, key->length)))
			return false;
	}
	return true;
}

static bool
keys_are_common(Ruler *ruler, TimestampTz start, TimestampTz end)
{
	MemoryContext old;
	bool		common = true;

	if (!ruler->evaluate)
		return true;
	CHECK_FOR_INTERRUPTS();
	old = MemoryContextSwitchTo(ruler->scratch);
	for (int i = 0; common && i < ruler->nkeys; i++)
		common = key_is_common(ruler, &ruler->keys[i], start, end);
	MemoryContextSwitchTo(old);
	MemoryContextReset(ruler->scratch);
	return common;
}

/* Lay the ruler on a range, from that width down. */
static void
measure(Ruler *ruler, TimestampTz start, TimestampTz end, const UsageWidth *width)
{
	TimestampTz first = timerange_ceil(start, width->width_us);
	TimestampTz last = timerange_floor(end, width->width_us);

	if (width == ruler->table->width)
	{
		append_range(ruler, start, end, width);
		return;
	}
	if (first >= last)
	{
		measure(ruler, start, end, width - 1);
		return;
	}
	measure(ruler, start, first, width - 1);
	for (TimestampTz bucket = first; bucket < last; bucket += width->width_us)
	{
		TimestampTz next = bucket + width->width_us;

		if (keys_are_common(ruler, bucket, next))
			append_range(ruler, bucket, next, width);
		else
			measure(ruler, bucket, next, width - 1);
	}
	measure(ruler, last, end, width - 1);
}

static List *
measure_all(Ruler *ruler, const TimeRanges *ranges)
{
	ruler->stretches = NIL;
	for (int i = 0; i < ranges->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		measure(ruler, ranges->ranges[i].start, ranges->ranges[i].end, ruler->widest);
	}
	return ruler->stretches;
}

/* What it costs to read the request as these stretches. */
static double
reading_cost(const UsageTable *table, const UsageRequest *request, const BoundRequest *bound,
			 List *stretches)
{
	BoundRequest like = *bound;
	double		results = 0;
	ListCell   *lc;

	like.stretches = stretches;
	foreach(lc, stretches)
	{
		WidthStretch *stretch = lfirst(lc);

		results += timerange_buckets(stretch->ranges, stretch->width->width_us) *
			(double) request->results;
	}
	return cost_latency(table, slice_count(table, &like)) + results * COST_RESULT;
}

/* Would these stretches be refused, unlike the table's own buckets? */
static bool
are_too_many(const UsageTable *table, const BoundRequest *bound, List *stretches)
{
	int			most = table->options->max_requests;
	BoundRequest like = *bound;
	int64		count;

	like.stretches = stretches;
	count = slice_count(table, &like);
	if (bound->nparts > 1)
		most = Min(most, BIND_MAX_SPLIT_SLICES);
	return count > most && count > slice_count(table, bound);
}

static void
find_keys(Ruler *ruler, const UsageRequest *request)
{
	ListCell   *lc;

	ruler->keys = palloc(sizeof(WidthKey) * Max(list_length(request->keys), 1));
	foreach(lc, request->keys)
	{
		WidthKey   *key = &ruler->keys[ruler->nkeys++];

		key->expr = lfirst_int(lc);
		get_typlenbyval(exprType(list_nth(request->exprs, key->expr)),
						&key->length, &key->by_value);
	}
}

void
bind_widths(BoundRequest *bound, const UsageRequest *request, const UsageTable *table,
			BindKey evaluate, void *arg)
{
	Ruler		ruler = {.table = table,.evaluate = evaluate,.arg = arg};
	double		least;

	if (!request->any_width)
		return;
	least = reading_cost(table, request, bound, bound->stretches);
	find_keys(&ruler, request);
	ruler.scratch = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw keys",
										  ALLOCSET_DEFAULT_SIZES);
	for (ruler.widest = table->width + 1; ruler.widest->name; ruler.widest++)
	{
		List	   *stretches = measure_all(&ruler, bound->ranges);
		double		cost = reading_cost(table, request, bound, stretches);

		if (cost <= least && !are_too_many(table, bound, stretches))
		{
			least = cost;
			bound->stretches = stretches;
		}
	}
	MemoryContextDelete(ruler.scratch);
}
