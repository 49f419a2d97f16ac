/*
 * rescan.c
 *	  Rescans that ask for the same time again and again.
 *
 * The rows are read as they are wanted, so that a scan that is stopped early
 * every time (LIMIT, EXISTS) reads no further than it has to.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "catalogue/api_key.h"
#include "request/bind.h"
#include "request/slice.h"
#include "scan/rescan.h"
#include "scan/row_cache.h"
#include "stream/stream.h"

/*
 * How many scans of the same time have a stream of their own.  The planner
 * makes a nested loop over few rows where a filter pays, and these few get
 * theirs.  If more come, no more than that many reads were in vain.  A scan
 * that asks for all that the one read would ask for starts it at once, unless
 * it is the first.
 */
#define ASKING_SCANS 4

struct Rescan
{
	const UsageTable *table;
	const UsageRequest *request;
	const TupleBuilder *builder;
	TupleDesc	tupdesc;
	Oid			userid;
	FetchReport *report;

	/* what was asked for until now */
	MemoryContext memory;		/* holds the next two */
	List	   *stretches;		/* of WidthStretch, of the last scan */
	List	   *filters;		/* of BoundFilter, of the last scan */
	int		   *changes;		/* by attnum - 1: how often the filter
								 * differed from the last scan's */
	int			scans;			/* consecutive ones of these stretches, up to
								 * ASKING_SCANS + 1 */
	double		spent;			/* cost of own scans where the time varies */

	/* the one read */
	MemoryContext context;		/* holds it; NULL: there is none */
	BoundRequest *asked;
	const BoundRequest *whole;	/* what it reads if it has the time of all
								 * scans; NULL: it has not */
	Stream	   *stream;			/* NULL: all rows are kept */
	RowCache   *cache;
	TupleTableSlot *incoming;	/* the row that is being read */
	MemoryContext row_context;	/* of the key of that row */
	const UsageTableColumn *key;	/* the dimension that rows are found by,
									 * or NULL */
	const char *sought;			/* its value in this scan, or NULL */
};

Rescan *
rescan_open(const UsageTable *table, const UsageRequest *request, const TupleBuilder *builder,
			TupleDesc tupdesc, Oid userid, FetchReport *report)
{
	Rescan	   *rescan = palloc0(sizeof(Rescan));

	rescan->table = table;
	rescan->request = request;
	rescan->builder = builder;
	rescan->tupdesc = tupdesc;
	rescan->userid = userid;
	rescan->report = report;
	rescan->memory = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw rescans",
										   ALLOCSET_SMALL_SIZES);
	rescan->changes = palloc0(sizeof(int) * Max(table->natts, 1));
	return rescan;
}

static void
count_changes(Rescan *rescan, const BoundRequest *bound)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(rescan->table, column)))
		if (!bound_same_filter(bound_filter(rescan->filters, column->attnum),
							   bound_filter(bound->filters, column->attnum)))
			rescan->changes[column->attnum - 1]++;
}

static void
remember(Rescan *rescan, const BoundRequest *bound)
{
	MemoryContext old = MemoryContextSwitchTo(rescan->memory);
	ListCell   *lc;

	MemoryContextReset(rescan->memory);
	rescan->stretches = bound_copy_stretches(bound->stretches);
	rescan->filters = NIL;
	foreach(lc, bound->filters)
		rescan->filters = lappend(rescan->filters, bound_copy_filter(lfirst(lc)));
	MemoryContextSwitchTo(old);
}

/*
 * Is the time that of the last scan, in the same buckets, whose widths may
 * depend on a time zone that varies?  Counts the filters that changed as well.
 */
static bool
is_same_time(Rescan *rescan, const BoundRequest *bound)
{
	if (rescan->scans == 0)
		return false;
	count_changes(rescan, bound);
	return bound_same_stretches(rescan->stretches, bound->stretches);
}

/* Are the request's rows among those of the one read? */
static bool
covers(const Rescan *rescan, const BoundRequest *bound)
{
	ListCell   *lc;

	foreach(lc, rescan->asked->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (!bound_same_filter(filter, bound_filter(bound->filters, filter->attnum)))
			return false;
	}
	return true;
}

static void
close_stream(Rescan *rescan)
{
	if (rescan->stream)
		stream_close(rescan->stream);
	rescan->stream = NULL;
}

static void
forget(Rescan *rescan)
{
	if (!rescan->context)
		return;
	close_stream(rescan);
	row_cache_close(rescan->cache);
	ExecDropSingleTupleTableSlot(rescan->incoming);
	MemoryContextDelete(rescan->context);
	rescan->context = NULL;
	rescan->asked = NULL;
	rescan->whole = NULL;
}

/* Does the request ask for all that the one read would ask for? */
static bool
asks_for_all(const Rescan *rescan, const BoundRequest *bound)
{
	ListCell   *lc;

	foreach(lc, bound->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (rescan->changes[filter->attnum - 1] > 0)
			return false;
	}
	return true;
}

/* Does each scan ask another parent?  The one read would have to ask all of them. */
static bool
parent_varies(const Rescan *rescan)
{
	return rescan->table->parent && rescan->changes[rescan->table->parent->attnum - 1] > 0;
}

bool
rescan_answers(Rescan *rescan, const BoundRequest *bound)
{
	bool		same = is_same_time(rescan, bound);

	remember(rescan, bound);
	if (rescan->whole)
	{
		if (covers(rescan, bound) && timerange_contains(rescan->asked->ranges, bound->ranges))
			return true;
		rescan->spent = 0;
		same = false;
	}
	if (!same || parent_varies(rescan) || (rescan->context && !covers(rescan, bound)))
	{
		forget(rescan);
		rescan->scans = 0;
	}
	rescan->scans = Min(rescan->scans + 1, ASKING_SCANS + 1);
	return rescan->context || rescan->scans > ASKING_SCANS ||
		(rescan->scans > 1 && asks_for_all(rescan, bound));
}

/*
 * Has it cost as much to read piece by piece as to read all?  Then it will cost
 * no more than twice what the better of both would have.
 */
static bool
is_whole_due(Rescan *rescan, const BoundRequest *bound, const BoundRequest *whole)
{
	rescan->spent += bind_reading_cost(rescan->table, rescan->request, bound);
	return rescan->spent > bind_reading_cost(rescan->table, rescan->request, whole) &&
		slice_count(rescan->table, whole) <= rescan->table->options->max_requests &&
		timerange_contains(whole->ranges, bound->ranges);
}

bool
rescan_takes_whole(Rescan *rescan, const BoundRequest *bound, const BoundRequest *whole)
{
	if (is_whole_due(rescan, bound, whole))
		rescan->whole = whole;
	return rescan->whole != NULL;
}

/* The request without the filters that have varied, palloc'd. */
static BoundRequest *
without_varying(const Rescan *rescan, const BoundRequest *bound)
{
	BoundRequest *wide = palloc(sizeof(BoundRequest));
	ListCell   *lc;

	*wide = *bound;
	wide->ranges = timerange_copy(bound->ranges);
	wide->stretches = bound_copy_stretches(bound->stretches);
	wide->group_by = list_copy(bound->group_by);
	wide->filters = NIL;
	foreach(lc, bound->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (rescan->changes[filter->attnum - 1] == 0)
			wide->filters = lappend(wide->filters, bound_copy_filter(filter));
	}
	bound_count_parts(wide);
	return wide;
}

/*
 * The dimension whose filter has varied most often, among those that the one
 * read does not filter by; or NULL.
 */
static const UsageTableColumn *
choose_key(const Rescan *rescan)
{
	int			best = 0;
	ListCell   *lc;

	foreach(lc, rescan->request->filters)
	{
		int			attnum = ((const FilterClause *) lfirst(lc))->attnum;

		if (!bound_filter(rescan->asked->filters, attnum) &&
			!table_column(rescan->table, attnum)->null_test &&
			(best == 0 || rescan->changes[attnum - 1] > rescan->changes[best - 1]))
			best = attnum;
	}
	return table_column(rescan->table, best);
}

static void
open_read(Rescan *rescan, const BoundRequest *bound)
{
	MemoryContext context = AllocSetContextCreate(GetMemoryChunkContext(rescan),
												  "usage_fdw rescan",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	rescan->asked = without_varying(rescan, rescan->whole ? rescan->whole : bound);
	if (rescan->whole)
		rescan->whole = rescan->asked;
	rescan->key = choose_key(rescan);
	rescan->stream = stream_open(rescan->table, rescan->asked, rescan->builder, rescan->tupdesc,
								 api_key_find(rescan->userid, rescan->table->serverid),
								 rescan->report);
	rescan->cache = row_cache_open(CreateTupleDescCopy(rescan->tupdesc), rescan->key != NULL);
	rescan->incoming = table_make_slot(rescan->tupdesc);
	rescan->row_context = AllocSetContextCreate(context, "usage_fdw key", ALLOCSET_SMALL_SIZES);
	rescan->context = context;
	MemoryContextSwitchTo(old);
}

/* The value that all rows of the request have in the key column, or NULL. */
static const char *
sought_value(const Rescan *rescan, const BoundRequest *bound)
{
	const BoundFilter *filter;

	if (!rescan->key)
		return NULL;
	filter = bound_filter(bound->filters, rescan->key->attnum);
	return filter && list_length(filter->values) == 1 ? linitial(filter->values) : NULL;
}

bool
rescan_begin(Rescan *rescan, const BoundRequest *bound)
{
	bool		was_open = rescan->context != NULL;

	if (!was_open)
		open_read(rescan, bound);
	rescan->sought = sought_value(rescan, bound);
	row_cache_seek(rescan->cache, rescan->sought);
	return was_open;
}

/* The key of the row that is being read; good until the next row. */
static const char *
incoming_key(Rescan *rescan)
{
	MemoryContext old;
	const char *key;
	int			attr;

	if (!rescan->key)
		return NULL;
	attr = rescan->key->attnum - 1;
	if (rescan->incoming->tts_isnull[attr])
		return NULL;
	MemoryContextReset(rescan->row_context);
	old = MemoryContextSwitchTo(rescan->row_context);
	key = bind_filter_value(rescan->key, rescan->incoming->tts_values[attr]);
	MemoryContextSwitchTo(old);
	return key;
}

/* Read one more row and keep it; false: there is none, or none yet. */
static bool
read_row(Rescan *rescan, bool wait, bool *waiting)
{
	if (!rescan->stream)
		return false;
	ExecClearTuple(rescan->incoming);
	if (wait ? stream_next(rescan->stream, rescan->incoming) :
		stream_try(rescan->stream, rescan->incoming, waiting))
		return true;
	if (!*waiting)
		close_stream(rescan);
	return false;
}

bool
rescan_next(Rescan *rescan, TupleTableSlot *slot, bool wait, bool *waiting)
{
	*waiting = false;
	if (row_cache_next(rescan->cache, slot))
		return true;
	while (read_row(rescan, wait, waiting))
	{
		const char *key = incoming_key(rescan);

		row_cache_add(rescan->cache, rescan->incoming, key);
		if (row_cache_is_sought(rescan->cache, key))
		{
			tuple_borrow(slot, rescan->incoming);
			return true;
		}
	}
	return false;
}

const BoundRequest *
rescan_request(const Rescan *rescan)
{
	return rescan->asked;
}

TimestampTz
rescan_due(const Rescan *rescan)
{
	return rescan->stream ? stream_due(rescan->stream) : DT_NOEND;
}

void
rescan_close(Rescan *rescan)
{
	forget(rescan);
}
