/*
 * reread.c
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
#include "scan/keep.h"
#include "scan/reread.h"
#include "stream/stream.h"

/*
 * So many scans of the same time ask for themselves.  A nested loop over a few
 * rows is what the planner makes of a filter that pays, and these few get it;
 * where there come more, they have cost no more than that many reads too much.
 * One that asks for all anyway is the one read, unless it's the first.
 */
#define ASKING_SCANS 4

struct Reread
{
	const UsageTable *table;
	const UsageRequest *request;
	const TupleMaker *maker;
	TupleDesc	tupdesc;
	Oid			userid;
	FetchReport *report;

	/* what was asked for until now */
	MemoryContext memory;		/* holds the next two */
	List	   *stretches;		/* of WidthStretch, of the last scan */
	List	   *filters;		/* of BoundFilter, of the last scan */
	int		   *changes;		/* by attnum - 1, of all scans: how often the
								 * filter was another than the last one */
	int			scans;			/* in a row of these stretches */

	/* the one read */
	MemoryContext context;		/* holds it; NULL: there is none */
	BoundRequest *asked;
	Stream	   *stream;			/* NULL: all rows are kept */
	Keep	   *keep;
	TupleTableSlot *incoming;	/* a row on its way in */
	MemoryContext row_context;	/* of its key */
	const UsageTableColumn *key;	/* the dimension that rows are found by,
									 * or NULL */
	const char *sought;			/* its value in this scan, or NULL */
};

Reread *
reread_make(const UsageTable *table, const UsageRequest *request, const TupleMaker *maker,
			TupleDesc tupdesc, Oid userid, FetchReport *report)
{
	Reread	   *reread = palloc0(sizeof(Reread));

	reread->table = table;
	reread->request = request;
	reread->maker = maker;
	reread->tupdesc = tupdesc;
	reread->userid = userid;
	reread->report = report;
	reread->memory = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw rescans",
										   ALLOCSET_SMALL_SIZES);
	reread->changes = palloc0(sizeof(int) * Max(table->natts, 1));
	return reread;
}

/*
 * What is asked for, again and again
 */

static void
count_changes(Reread *reread, const BoundRequest *bound)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(reread->table, column)))
		if (!bound_same_filter(bound_filter(reread->filters, column->attnum),
						 bound_filter(bound->filters, column->attnum)))
			reread->changes[column->attnum - 1]++;
}

static void
remember(Reread *reread, const BoundRequest *bound)
{
	MemoryContext old = MemoryContextSwitchTo(reread->memory);
	ListCell   *lc;

	MemoryContextReset(reread->memory);
	reread->stretches = bound_copy_stretches(bound->stretches);
	reread->filters = NIL;
	foreach(lc, bound->filters)
		reread->filters = lappend(reread->filters, bound_copy_filter(lfirst(lc)));
	MemoryContextSwitchTo(old);
}

/*
 * Is the time the last one's, in the same buckets: their width may depend on a
 * time zone that varies?  If so, note what varies else.
 */
static bool
is_same_time(Reread *reread, const BoundRequest *bound)
{
	if (reread->scans == 0)
		return false;
	count_changes(reread, bound);
	return bound_same_stretches(reread->stretches, bound->stretches);
}

/*
 * The one read
 */

/* Are the request's rows among those that were asked for? */
static bool
covers(const Reread *reread, const BoundRequest *bound)
{
	ListCell   *lc;

	foreach(lc, reread->asked->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (!bound_same_filter(filter, bound_filter(bound->filters, filter->attnum)))
			return false;
	}
	return true;
}

static void
close_stream(Reread *reread)
{
	if (reread->stream)
		stream_close(reread->stream);
	reread->stream = NULL;
}

static void
forget(Reread *reread)
{
	if (!reread->context)
		return;
	close_stream(reread);
	keep_end(reread->keep);
	ExecDropSingleTupleTableSlot(reread->incoming);
	MemoryContextDelete(reread->context);
	reread->context = NULL;
	reread->asked = NULL;
}

/* Is the request one for all that the one read would ask for? */
static bool
asks_for_all(const Reread *reread, const BoundRequest *bound)
{
	ListCell   *lc;

	foreach(lc, bound->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (reread->changes[filter->attnum - 1] > 0)
			return false;
	}
	return true;
}

bool
reread_takes(Reread *reread, const BoundRequest *bound)
{
	bool		same = is_same_time(reread, bound);

	remember(reread, bound);
	if (!same || (reread->context && !covers(reread, bound)))
	{
		forget(reread);
		reread->scans = 0;
	}
	if (reread->scans <= ASKING_SCANS)
		reread->scans++;
	return reread->context || reread->scans > ASKING_SCANS ||
		(reread->scans > 1 && asks_for_all(reread, bound));
}

/* The request without the filters that have varied, palloc'd. */
static BoundRequest *
without_varying(const Reread *reread, const BoundRequest *bound)
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

		if (reread->changes[filter->attnum - 1] == 0)
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
choose_key(const Reread *reread)
{
	int			best = 0;
	ListCell   *lc;

	foreach(lc, reread->request->filters)
	{
		int			attnum = ((const FilterClause *) lfirst(lc))->attnum;

		if (!bound_filter(reread->asked->filters, attnum) &&
			(best == 0 || reread->changes[attnum - 1] > reread->changes[best - 1]))
			best = attnum;
	}
	return table_column(reread->table, best);
}

static void
open_read(Reread *reread, const BoundRequest *bound)
{
	MemoryContext context = AllocSetContextCreate(GetMemoryChunkContext(reread),
												  "usage_fdw reread",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	reread->asked = without_varying(reread, bound);
	reread->key = choose_key(reread);
	reread->stream = stream_open(reread->table, reread->asked, reread->maker, reread->tupdesc,
								 api_key_find(reread->userid, reread->table->serverid),
								 reread->report);
	reread->keep = keep_make(CreateTupleDescCopy(reread->tupdesc), reread->key != NULL);
	reread->incoming = MakeSingleTupleTableSlot(CreateTupleDescCopy(reread->tupdesc),
												&TTSOpsVirtual);
	reread->row_context = AllocSetContextCreate(context, "usage_fdw key", ALLOCSET_SMALL_SIZES);
	reread->context = context;
	MemoryContextSwitchTo(old);
}

/* The one value that rows of the request have in the key column, or NULL. */
static const char *
sought_value(const Reread *reread, const BoundRequest *bound)
{
	const BoundFilter *filter;

	if (!reread->key)
		return NULL;
	filter = bound_filter(bound->filters, reread->key->attnum);
	return filter && list_length(filter->values) == 1 ? linitial(filter->values) : NULL;
}

bool
reread_start(Reread *reread, const BoundRequest *bound)
{
	bool		was_open = reread->context != NULL;

	if (!was_open)
		open_read(reread, bound);
	reread->sought = sought_value(reread, bound);
	keep_seek(reread->keep, reread->sought);
	return was_open;
}

/* The key of the row on its way in; good until the next row. */
static const char *
incoming_key(Reread *reread)
{
	MemoryContext old;
	const char *key;
	int			attr;

	if (!reread->key)
		return NULL;
	attr = reread->key->attnum - 1;
	if (reread->incoming->tts_isnull[attr])
		return NULL;
	MemoryContextReset(reread->row_context);
	old = MemoryContextSwitchTo(reread->row_context);
	key = bind_filter_value(reread->key, reread->incoming->tts_values[attr]);
	MemoryContextSwitchTo(old);
	return key;
}

/* Read one more row and keep it; false: there is none, or none yet. */
static bool
read_row(Reread *reread, bool wait, bool *waiting)
{
	if (!reread->stream)
		return false;
	ExecClearTuple(reread->incoming);
	if (wait ? stream_next(reread->stream, reread->incoming) :
		stream_try(reread->stream, reread->incoming, waiting))
		return true;
	if (!*waiting)
		close_stream(reread);
	return false;
}

bool
reread_next(Reread *reread, TupleTableSlot *slot, bool wait, bool *waiting)
{
	*waiting = false;
	if (keep_next(reread->keep, slot))
		return true;
	while (read_row(reread, wait, waiting))
	{
		const char *key = incoming_key(reread);

		keep_add(reread->keep, reread->incoming, key);
		if (keep_is_sought(reread->keep, key))
		{
			tuple_lend(slot, reread->incoming);
			return true;
		}
	}
	return false;
}

const BoundRequest *
reread_asked(const Reread *reread)
{
	return reread->asked;
}

TimestampTz
reread_due(const Reread *reread)
{
	return reread->stream ? stream_due(reread->stream) : DT_NOEND;
}

void
reread_end(Reread *reread)
{
	forget(reread);
}
