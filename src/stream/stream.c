/*
 * stream.c
 *	  Slices x fetches x pages: the next row, please.
 *
 * The slices are a queue in reading order.  Those in flight are fetched at
 * the same time; the first of them is read, the others' bytes pile up, within
 * bounds, until it is their turn.
 *
 * The API sends buckets oldest first.  A stream that is read newest first
 * keeps the buckets of a window until it is complete, and hands them up from
 * the last one on.  So does one whose filters' values are too many for one
 * request: its buckets are complete with the last part of the values.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "page/page.h"
#include "request/history.h"
#include "request/slice.h"
#include "request/url.h"
#include "stream/bucket.h"
#include "stream/failure.h"
#include "stream/stream.h"

/* A fetch may be ahead of its reader by this at the least. */
#define MIN_AHEAD_BYTES (64 * 1024)

/* No store of a bucket gets less memory than this. */
#define MIN_STORE_KB 64

struct Stream
{
	const UsageTable *table;
	const BoundRequest *request;
	const TupleMaker *maker;
	FetchSource source;
	MemoryContext context;		/* holds the stream */

	/* slices */
	Slice	   *slices;			/* in reading order */
	int64		nslices;
	int64		next_slice;		/* first one not in flight */
	List	   *flight;			/* of Fetch; the first is being read */
	int			max_flight;		/* at most so many */
	int			growing_to;		/* max_flight doubles up to this */

	/* the page being read */
	PageReader *reader;
	int			page_buckets;	/* complete ones of it so far */

	MemoryContext row_context;	/* of one row's values on their way in */
	Datum	   *values;
	bool	   *nulls;

	/* what was read */
	Buckets    *buckets;
	bool		handing_up;
};

/*
 * A scan that is likely to be stopped early is checked as it goes: what it
 * would take to the end says nothing of what it takes.
 */
static void
check_max_requests(const UsageTable *table, int64 requests)
{
	if (requests > table->options->max_requests)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("reading endpoint \"%s\" would take " INT64_FORMAT " requests, more than the %d allowed",
						table->name, requests, table->options->max_requests),
				 errhint("Narrow the time range, or raise the option \"max_requests\".")));
}

static void
open_slices(Stream *stream)
{
	const UsageTable *table = stream->table;
	const BoundRequest *request = stream->request;
	int			max_flight = table->options->max_concurrent_requests;
	int64		count = slice_count(table, request);

	if (!request->few)
		check_max_requests(table, count);
	stream->slices = slice_all(table, request);
	stream->nslices = count;
	stream->max_flight = request->few ? Min(request->nparts, max_flight) : max_flight;
	stream->growing_to = max_flight;
	stream->source.buffer_bytes = Max(table->options->fetch_ahead_bytes / max_flight,
									  MIN_AHEAD_BYTES);
}

static void
make_buckets(Stream *stream, TupleDesc tupdesc)
{
	int			store_kb = work_mem;

	if (slice_keeps_buckets(stream->request))
		store_kb = Max(work_mem / slice_limit(stream->table, stream->request, stream->table->width),
					   MIN_STORE_KB);
	stream->buckets = buckets_make(CreateTupleDescCopy(tupdesc), store_kb,
								   stream->request->backward);
}

Stream *
stream_open(const UsageTable *table, const BoundRequest *request,
			const TupleMaker *maker, TupleDesc tupdesc,
			const char *token, FetchReport *report)
{
	Stream	   *stream = palloc0(sizeof(Stream));
	const PageField *fields;
	int			nfields;

	stream->table = table;
	stream->request = request;
	stream->maker = maker;
	stream->context = CurrentMemoryContext;
	stream->source.table = table;
	stream->source.request = request;
	stream->source.token = pstrdup(token);
	stream->source.report = report;
	open_slices(stream);

	fields = tuple_fields(maker, &nfields);
	stream->reader = page_open(fields, nfields, table->options->max_result_bytes,
							   stream->source.token);
	make_buckets(stream, tupdesc);
	stream->row_context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw row",
												ALLOCSET_SMALL_SIZES);
	stream->values = palloc0(sizeof(Datum) * Max(tupdesc->natts, 1));
	stream->nulls = palloc0(sizeof(bool) * Max(tupdesc->natts, 1));
	return stream;
}

void
stream_close(Stream *stream)
{
	ListCell   *lc;

	foreach(lc, stream->flight)
		fetch_close(lfirst(lc));
	buckets_end(stream->buckets);
}

/*
 * Flight
 */

static Fetch *
head(const Stream *stream)
{
	return linitial(stream->flight);
}

/*
 * Would the next slice read ahead of a reader who may stop early?  The parts of
 * a window are needed together, those of the next one perhaps not at all.
 */
static bool
is_premature(const Stream *stream)
{
	return stream->request->few && stream->request->nparts > 1 &&
		stream->flight != NIL && stream->slices[stream->next_slice].part == 0;
}

/*
 * Get as many slices on their way as may be.  There may be room for one only;
 * that one is always possible.
 */
static void
fill_flight(Stream *stream)
{
	while (list_length(stream->flight) < stream->max_flight &&
		   stream->next_slice < stream->nslices && !is_premature(stream) &&
		   (stream->flight == NIL || http_has_room()))
	{
		Fetch	   *fetch;

		if (stream->next_slice == stream->table->options->max_requests)
			check_max_requests(stream->table, stream->nslices);
		fetch = fetch_open(&stream->source, &stream->slices[stream->next_slice++]);
		stream->flight = lappend(stream->flight, fetch);
	}
}

/* Half as many at once, for the rest of the stream, where the server said so. */
static void
heed_throttle(Stream *stream)
{
	if (!stream->source.throttled)
		return;
	stream->source.throttled = false;
	stream->max_flight = stream->growing_to = Max(stream->max_flight / 2, 1);
}

/* See to the fetches that are not read yet; until when they can do without. */
static TimestampTz
tend_flight(Stream *stream)
{
	TimestampTz deadline = DT_NOEND;
	ListCell   *lc;

	heed_throttle(stream);
	for_each_from(lc, stream->flight, 1)
	{
		TimestampTz due = fetch_tend(lfirst(lc),
									 foreach_current_index(lc) < stream->max_flight);

		deadline = Min(deadline, due);
	}
	heed_throttle(stream);
	return deadline;
}

/* Does the slice that is read next begin another window? */
static bool
window_is_complete(const Stream *stream)
{
	if (stream->flight != NIL)
		return fetch_remaining(head(stream))->part == 0;
	return stream->next_slice == stream->nslices || stream->slices[stream->next_slice].part == 0;
}

/* The slice being read is complete. */
static void
end_slice(Stream *stream)
{
	fetch_close(head(stream));
	stream->flight = list_delete_first(stream->flight);
	stream->max_flight = Min(stream->max_flight * 2, stream->growing_to);
	stream->handing_up = window_is_complete(stream) && buckets_any(stream->buckets);
	page_restart(stream->reader);
	stream->page_buckets = 0;
	if (!stream->request->few)
		fill_flight(stream);
}

static bool
is_empty(const TimeRange *range)
{
	return range->start >= range->end;
}

/*
 * Leave out what lies before `earliest`: in the slices to come, and in those
 * in flight, which are asked for anew.
 */
static void
clip_slices(Stream *stream, TimestampTz earliest)
{
	List	   *flight = NIL;
	int64		kept = stream->next_slice;
	ListCell   *lc;

	for (int64 i = stream->next_slice; i < stream->nslices; i++)
	{
		Slice		slice = stream->slices[i];

		slice.window.start = Max(slice.window.start,
								 timerange_ceil(earliest, slice.width->width_us));
		if (!is_empty(&slice.window))
			stream->slices[kept++] = slice;
	}
	stream->nslices = kept;

	foreach(lc, stream->flight)
	{
		Fetch	   *fetch = lfirst(lc);
		const Slice *remaining = fetch_remaining(fetch);
		TimestampTz start = timerange_ceil(earliest, remaining->width->width_us);

		if (remaining->window.start < start)
			fetch_clip(fetch, start);
		if (is_empty(&remaining->window))
			fetch_close(fetch);
		else
			flight = lappend(flight, fetch);
	}
	list_free(stream->flight);
	stream->flight = flight;
}

/*
 * The API keeps about a year, and its first day may pass by while we read:
 * follow it.
 */
static void
follow_lookback(Stream *stream)
{
	TimestampTz earliest = fetch_earliest(head(stream));

	if (history_is_exceeded(stream->request, earliest))
		history_warn(stream->table, earliest, &stream->source.report->history_warned);
	clip_slices(stream, earliest);
	/* other parts of these buckets can't be read any more */
	if (stream->request->nparts > 1)
		buckets_drop_before(stream->buckets, earliest);
}

/*
 * Buckets
 */

/* What was read since the last complete bucket is void. */
static void
drop_partial_bucket(Stream *stream)
{
	buckets_drop_partial(stream->buckets);
	stream->page_buckets = 0;
	page_restart(stream->reader);
}

pg_noreturn static void
fail_broken(Stream *stream, const char *complaint)
{
	failure_broken(stream->table, fetch_outcome(head(stream)), complaint,
				   page_too_large(stream->reader) ?
				   _("Raise the option \"max_result_bytes\", or read fewer columns.") : NULL);
}

/* An ErrorContextCallback. */
static void
add_request_context(void *arg)
{
	Stream	   *stream = arg;

	failure_context(stream->table, fetch_outcome(head(stream)));
}

static void
add_row(Stream *stream)
{
	MemoryContext old = MemoryContextSwitchTo(stream->row_context);
	ErrorContextCallback whence = {
		.previous = error_context_stack,
		.callback = add_request_context,
		.arg = stream
	};

	error_context_stack = &whence;
	tuple_set_result(stream->maker, page_values(stream->reader), stream->source.token,
					 stream->values, stream->nulls);
	error_context_stack = whence.previous;
	MemoryContextSwitchTo(old);
	buckets_add(stream->buckets, stream->values, stream->nulls);
	MemoryContextReset(stream->row_context);
}

/* Is it a bucket that we asked for, the next one or a later one? */
static void
check_bucket(Stream *stream, TimestampTz start, TimestampTz end)
{
	const Slice *remaining = fetch_remaining(head(stream));
	const UsageWidth *width = remaining->width;

	if (start < remaining->window.start || start >= remaining->window.end)
		fail_broken(stream, psprintf("A bucket that starts at %s is outside the time asked for, or was sent before.",
									 timestamptz_to_str(start)));
	if (timerange_floor(start, width->width_us) != start ||
		end <= start || end > start + width->width_us)
		fail_broken(stream, psprintf("A bucket that starts at %s is not one of width \"%s\".",
									 timestamptz_to_str(start), width->name));
}

/* The bucket being read is complete. */
static void
end_bucket(Stream *stream)
{
	TimestampTz start;
	TimestampTz end;

	if (!url_from_unix_time(page_bucket_start(stream->reader), &start) ||
		!url_from_unix_time(page_bucket_end(stream->reader), &end))
		fail_broken(stream, "A bucket's time is out of range.");
	check_bucket(stream, start, end);
	fetch_progress(head(stream), start + fetch_remaining(head(stream))->width->width_us);
	stream->page_buckets++;
	buckets_complete(stream->buckets, start);
	stream->handing_up = !slice_keeps_buckets(stream->request) && buckets_any(stream->buckets);
}

/*
 * Pages
 */

/* The page is complete: on to the next one, or to the next window. */
static void
end_page(Stream *stream)
{
	const Slice *remaining = fetch_remaining(head(stream));
	const char *cursor = page_cursor(stream->reader);

	stream->source.report->pages++;
	if (is_empty(&remaining->window) || !page_has_more(stream->reader))
	{
		end_slice(stream);
		return;
	}
	if (!cursor)
		fail_broken(stream, "There is more, but no cursor to ask for it.");
	if (stream->page_buckets == 0)
		fail_broken(stream, "There is more, but the page has no bucket.");
	if (!fetch_next_page(head(stream), cursor))
		fail_broken(stream, "The cursor to the next page has been sent before.");
	page_restart(stream->reader);
	stream->page_buckets = 0;
}

/*
 * The reader wants bytes: wait for some, or for what becomes of the attempt.
 * False: we may not wait, and there is nothing yet.
 */
static bool
feed(Stream *stream, bool wait)
{
	TimestampTz deadline;
	const char *bytes;
	size_t		length;

	/* not for each result: whether there is room takes a look at all sockets */
	fill_flight(stream);
	deadline = tend_flight(stream);
	switch (fetch_wait(head(stream), wait ? deadline : DT_NOBEGIN, &bytes, &length))
	{
		case FETCH_WAITING:
			return wait;
		case FETCH_BYTES:
			page_feed(stream->reader, bytes, length);
			break;
		case FETCH_PAGE:
			page_feed(stream->reader, NULL, 0);
			break;
		case FETCH_RESTARTED:
			drop_partial_bucket(stream);
			break;
		case FETCH_OVER:
			drop_partial_bucket(stream);
			end_slice(stream);
			break;
		case FETCH_LOOKBACK:
			drop_partial_bucket(stream);
			follow_lookback(stream);
			break;
	}
	return true;
}

/*
 * Read on until there is something to hand up.  False: there is no more, or
 * not without waiting.
 */
static bool
read_on(Stream *stream, bool wait, bool *waiting)
{
	while (!stream->handing_up)
	{
		if (stream->flight == NIL)
			fill_flight(stream);
		if (stream->flight == NIL)
		{
			/* a window that vanished may have left buckets */
			stream->handing_up = buckets_any(stream->buckets);
			return stream->handing_up;
		}
		switch (page_next(stream->reader))
		{
			case PAGE_WANTS_BYTES:
				if (!feed(stream, wait))
				{
					*waiting = true;
					return false;
				}
				break;
			case PAGE_BUCKET:
				break;
			case PAGE_RESULT:
				add_row(stream);
				break;
			case PAGE_BUCKET_END:
				end_bucket(stream);
				break;
			case PAGE_END:
				end_page(stream);
				break;
			case PAGE_BROKEN:
				fail_broken(stream, page_complaint(stream->reader));
		}
	}
	return true;
}

/* The next row of the buckets that are handed up. */
static bool
next_stored(Stream *stream, TupleTableSlot *slot)
{
	TimestampTz start;
	TupleTableSlot *stored = buckets_next(stream->buckets, &start);

	stream->handing_up = stored != NULL;
	if (!stored)
		return false;
	tuple_lend(slot, stored);
	tuple_set_bucket(stream->maker, start, slot->tts_values, slot->tts_isnull);
	stream->source.report->rows++;
	return true;
}

static bool
next_row(Stream *stream, TupleTableSlot *slot, bool wait, bool *waiting)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);
	bool		found = false;

	*waiting = false;
	while (!found && read_on(stream, wait, waiting))
		found = next_stored(stream, slot);
	MemoryContextSwitchTo(old);
	return found;
}

bool
stream_next(Stream *stream, TupleTableSlot *slot)
{
	bool		waiting;

	return next_row(stream, slot, true, &waiting);
}

bool
stream_try(Stream *stream, TupleTableSlot *slot, bool *waiting)
{
	return next_row(stream, slot, false, waiting);
}

TimestampTz
stream_due(const Stream *stream)
{
	TimestampTz due = DT_NOEND;
	ListCell   *lc;

	foreach(lc, stream->flight)
	{
		Fetch	   *fetch = lfirst(lc);
		TimestampTz fetch_time = fetch_due(fetch, fetch == head(stream));

		due = Min(due, fetch_time);
	}
	return due;
}
