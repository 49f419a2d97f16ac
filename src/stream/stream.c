/*
 * stream.c
 *	  The rows of a bound request, one at a time.
 *
 * The API sends buckets oldest first.  A stream that is read newest first
 * keeps the buckets of a window until it is complete, and hands them up from
 * the last one on.  So does one whose filters' values are too many for one
 * request: its buckets are complete with the last part of the values.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "page/page.h"
#include "request/history.h"
#include "request/slice.h"
#include "stream/buckets.h"
#include "stream/failure.h"
#include "stream/flight.h"
#include "stream/stream.h"

/* No store of a bucket gets less memory than this. */
#define MIN_STORE_KB 64

struct Stream
{
	const UsageTable *table;
	const BoundRequest *request;
	const TupleBuilder *builder;
	const char *api_key;
	FetchReport *report;
	MemoryContext context;		/* holds the stream */
	Flight	   *flight;			/* its slices */

	/* the page being read */
	PageReader *reader;
	int			page_buckets;	/* complete buckets of it so far */

	MemoryContext row_context;	/* of the values of the row that is being read */
	Datum	   *values;
	bool	   *nulls;

	/* what was read */
	Buckets    *buckets;
	bool		handing_up;		/* rows of complete buckets, before reading on */
};

static void
open_buckets(Stream *stream, TupleDesc tupdesc)
{
	int			store_kb = work_mem;

	if (slice_keeps_buckets(stream->request))
		store_kb = Max(work_mem / slice_limit(stream->table, stream->request, stream->table->width),
					   MIN_STORE_KB);
	stream->buckets = buckets_open(CreateTupleDescCopy(tupdesc), store_kb,
								   stream->request->newest_first);
}

Stream *
stream_open(const UsageTable *table, const BoundRequest *request,
			const TupleBuilder *builder, TupleDesc tupdesc,
			const char *api_key, FetchReport *report)
{
	Stream	   *stream = palloc0(sizeof(Stream));
	const PageField *fields;
	int			nfields;

	stream->table = table;
	stream->request = request;
	stream->builder = builder;
	stream->context = CurrentMemoryContext;
	stream->api_key = pstrdup(api_key);
	stream->report = report;
	stream->flight = flight_open(table, request, stream->api_key, report);

	fields = tuple_fields(builder, &nfields);
	stream->reader = page_open(&table->options->provider->envelope, fields, nfields,
							   table->options->max_result_bytes,
							   stream->api_key);
	open_buckets(stream, tupdesc);
	stream->row_context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw row",
												ALLOCSET_SMALL_SIZES);
	stream->values = palloc0(sizeof(Datum) * Max(tupdesc->natts, 1));
	stream->nulls = palloc0(sizeof(bool) * Max(tupdesc->natts, 1));
	return stream;
}

void
stream_close(Stream *stream)
{
	flight_close(stream->flight);
	buckets_close(stream->buckets);
}

static Fetch *
reading(const Stream *stream)
{
	return flight_reading(stream->flight);
}

/* The slice being read is complete. */
static void
end_slice(Stream *stream)
{
	flight_next(stream->flight);
	stream->handing_up = flight_begins_window(stream->flight) && buckets_any(stream->buckets);
	page_restart(stream->reader);
	stream->page_buckets = 0;
	if (!stream->request->limit_hint)
		flight_fill(stream->flight);
}

/*
 * The API keeps about a year of data, and may drop its first day while we
 * read: ask from the next one on.
 */
static void
follow_lookback(Stream *stream)
{
	TimestampTz earliest = fetch_earliest(reading(stream));

	if (history_is_exceeded(stream->request, earliest))
		history_warn(stream->table, earliest, &stream->report->history_warned);
	stream->report->earliest = earliest;
	flight_clip(stream->flight, earliest);
	/* the other parts of these buckets can't be read any more */
	if (stream->request->nparts > 1)
		buckets_drop_before(stream->buckets, earliest);
}

/*
 * Buckets
 */

/* Drop what was read since the last complete bucket. */
static void
drop_partial_bucket(Stream *stream)
{
	buckets_drop_partial(stream->buckets);
	stream->page_buckets = 0;
	page_restart(stream->reader);
}

/* What the user can do about a page that is broken, or NULL. */
static const char *
broken_hint(Stream *stream)
{
	int			field = page_numeric_field(stream->reader);

	if (page_too_large(stream->reader))
		return _("Raise the option \"max_result_bytes\", or read fewer columns.");
	if (field < 0)
		return NULL;
	return psprintf(_("Declare the column \"%s\" of foreign table \"%s\" as numeric."),
					tuple_field_column(stream->builder, field)->name,
					get_rel_name(stream->table->relid));
}

pg_noreturn static void
fail_broken(Stream *stream, const char *complaint)
{
	failure_broken(stream->table, fetch_outcome(reading(stream)), complaint,
				   broken_hint(stream));
}

/* An ErrorContextCallback. */
static void
add_request_context(void *arg)
{
	Stream	   *stream = arg;

	failure_context(stream->table, fetch_outcome(reading(stream)));
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
	tuple_set_result(stream->builder, page_values(stream->reader), stream->api_key,
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
	const Slice *remaining = fetch_remaining(reading(stream));
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
	const UsageProvider *provider = stream->table->options->provider;
	TimestampTz start;
	TimestampTz end;

	if (!provider->read_time(page_bucket_start(stream->reader), &start) ||
		!provider->read_time(page_bucket_end(stream->reader), &end))
		fail_broken(stream, "A bucket's time is out of range.");
	check_bucket(stream, start, end);
	fetch_progress(reading(stream), start + fetch_remaining(reading(stream))->width->width_us);
	stream->page_buckets++;
	buckets_complete(stream->buckets, start);
	stream->handing_up = !slice_keeps_buckets(stream->request) && buckets_any(stream->buckets);
}

/*
 * Pages
 */

/* The page is complete: on to the next one, or to the next slice. */
static void
end_page(Stream *stream)
{
	const char *cursor = page_cursor(stream->reader);

	stream->report->pages++;
	if (fetch_is_done(reading(stream)) || !page_has_more(stream->reader))
	{
		end_slice(stream);
		return;
	}
	if (!cursor)
		fail_broken(stream, "There is more, but no cursor to ask for it.");
	if (stream->page_buckets == 0)
		fail_broken(stream, "There is more, but the page has no bucket.");
	if (!fetch_next_page(reading(stream), cursor))
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

	/* not for each result: http_has_room() counts the descriptors in use */
	flight_fill(stream->flight);
	deadline = flight_poll(stream->flight);
	switch (fetch_wait(reading(stream), wait ? deadline : DT_NOBEGIN, &bytes, &length))
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
		if (flight_is_over(stream->flight))
			flight_fill(stream->flight);
		if (flight_is_over(stream->flight))
		{
			/*
			 * flight_clip() may have removed the slice that was to complete
			 * these buckets
			 */
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
	tuple_borrow(slot, stored);
	tuple_set_bucket(stream->builder, start, slot->tts_values, slot->tts_isnull);
	stream->report->rows++;
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
	return flight_due(stream->flight);
}
