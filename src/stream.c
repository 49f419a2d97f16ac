/*
 * stream.c
 *	  Windows x HTTP x pages: the next row, please.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "failure.h"
#include "http.h"
#include "page.h"
#include "stream.h"

/* Bytes that a transfer may be ahead of the reader. */
#define TRANSFER_BUFFER_BYTES (256 * 1024)

/* No error body is read further than this. */
#define MAX_ERROR_BODY_BYTES (64 * 1024)

struct Stream
{
	/* what is asked */
	const UsageTable *table;
	const BoundRequest *request;
	const TupleMaker *maker;
	char	   *token;
	StreamCounters *counters;
	MemoryContext context;		/* holds the stream */

	/* the windows, and what remains of the one being read */
	TimeRange  *windows;
	int			nwindows;
	int			next_window;
	TimeRange	window;			/* from the first bucket not handed up; empty:
								 * all are */
	int			retries;		/* in a row without progress */

	/* the chain of pages being read */
	TimeRange	asked;			/* the same for all its pages */
	char	   *cursor;			/* of the page, or NULL for the first */
	List	   *cursors;		/* all cursors of this chain */
	int			page_buckets;	/* buckets of this page so far */

	/* the attempt being read, transfer NULL between two */
	HttpTransfer *transfer;
	const HttpOutcome *outcome;
	int64		wire_bytes;		/* of it, that are counted */
	int64		decoded_bytes;
	StringInfoData error_body;	/* where the status is not 200 */
	PageReader *reader;

	/* the bucket being read or handed up */
	Tuplestorestate *store;
	TupleTableSlot *stored;		/* a row of it */
	TimestampTz bucket_start;	/* once it is complete */
	bool		handing_up;
	MemoryContext row_context;	/* of one row's values on their way in */
	Datum	   *values;
	bool	   *nulls;
};

static void next_window(Stream *stream);
static bool fill_bucket(Stream *stream);

static void
check_max_requests(const UsageTable *table, const BoundRequest *request)
{
	int64		windows = timerange_window_count(request->ranges, table->width->width_us,
												 table->width->limit);

	if (windows > table->options->max_requests)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("reading endpoint \"%s\" would take " INT64_FORMAT " requests, more than the %d allowed",
						table->name, windows, table->options->max_requests),
				 errhint("Narrow the time range, or raise the option \"max_requests\".")));
}

Stream *
stream_open(const UsageTable *table, const BoundRequest *request,
			const TupleMaker *maker, TupleDesc tupdesc,
			const char *token, StreamCounters *counters)
{
	Stream	   *stream;
	const PageField *fields;
	int			nfields;

	check_max_requests(table, request);
	stream = palloc0(sizeof(Stream));
	stream->table = table;
	stream->request = request;
	stream->maker = maker;
	stream->token = pstrdup(token);
	stream->counters = counters;
	stream->context = CurrentMemoryContext;

	stream->windows = timerange_windows(request->ranges, table->width->width_us,
										table->width->limit);
	stream->nwindows = timerange_window_count(request->ranges, table->width->width_us,
											  table->width->limit);
	next_window(stream);

	initStringInfo(&stream->error_body);
	fields = tuple_fields(maker, &nfields);
	stream->reader = page_open(fields, nfields);

	stream->store = tuplestore_begin_heap(false, false, work_mem);
	stream->stored = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	stream->row_context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw row",
												ALLOCSET_SMALL_SIZES);
	stream->values = palloc0(sizeof(Datum) * tupdesc->natts);
	stream->nulls = palloc0(sizeof(bool) * tupdesc->natts);
	return stream;
}

void
stream_close(Stream *stream)
{
	if (stream->transfer)
		http_stop(stream->transfer);
	stream->transfer = NULL;
	ExecDropSingleTupleTableSlot(stream->stored);
	tuplestore_end(stream->store);
}

/*
 * Windows
 */

static bool
window_is_done(const Stream *stream)
{
	return stream->window.start >= stream->window.end;
}

/* Start a chain of pages at the first bucket not handed up. */
static void
start_chain(Stream *stream)
{
	stream->asked = stream->window;
	stream->cursor = NULL;
	list_free_deep(stream->cursors);
	stream->cursors = NIL;
}

/* Go to the next window that has buckets; the last one is left empty. */
static void
next_window(Stream *stream)
{
	stream->window = stream->next_window < stream->nwindows ?
		stream->windows[stream->next_window++] : (TimeRange) {0, 0};
	stream->retries = 0;
	start_chain(stream);
}

/* Leave out what lies before `earliest`, in all windows from this one on. */
static void
clip_windows(Stream *stream, TimestampTz earliest)
{
	stream->window.start = Max(stream->window.start, earliest);
	for (int i = stream->next_window; i < stream->nwindows; i++)
		stream->windows[i].start = Max(stream->windows[i].start, earliest);
	start_chain(stream);
	while (window_is_done(stream) && stream->next_window < stream->nwindows)
		next_window(stream);
}

/*
 * Attempts
 */

static void
start_attempt(Stream *stream)
{
	const UsageOptions *options = stream->table->options;
	HttpRequest request = {
		.url = request_url(stream->table, stream->request, &stream->asked, stream->cursor),
		.token = stream->token,
		.organization = options->organization,
		.project = options->project,
		.ca_file = options->ca_file,
		.proxy = options->proxy,
		.connect_timeout_ms = options->connect_timeout_ms,
		.request_timeout_ms = options->request_timeout_ms,
		.buffer_bytes = TRANSFER_BUFFER_BYTES
	};

	stream->transfer = http_start(&request);
	stream->outcome = http_outcome(stream->transfer);
	stream->wire_bytes = stream->decoded_bytes = 0;
	stream->counters->requests++;
	stream->page_buckets = 0;
	resetStringInfo(&stream->error_body);
	page_restart(stream->reader);
	pfree((char *) request.url);
}

static void
end_attempt(Stream *stream)
{
	http_stop(stream->transfer);
	stream->transfer = NULL;
	stream->outcome = NULL;
}

/* The next attempt starts with the first bucket not handed up. */
static void
abandon_attempt(Stream *stream)
{
	end_attempt(stream);
	tuplestore_clear(stream->store);
	start_chain(stream);
}

/* Sleep before the next attempt. */
static void
back_off(Stream *stream, int delay_ms)
{
	instr_time	start;
	instr_time	duration;

	stream->retries++;
	stream->counters->retries++;
	INSTR_TIME_SET_CURRENT(start);
	http_sleep(TimestampTzPlusMilliseconds(GetCurrentTimestamp(), delay_ms));
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, start);
	stream->counters->wait_us += INSTR_TIME_GET_MICROSEC(duration);
}

/*
 * The API keeps about a year, and its first day may pass by while we read:
 * follow it.  False where that would be no progress.
 */
static bool
follow_lookback(Stream *stream, const PageError *error)
{
	TimestampTz earliest;

	if (!failure_lookback(stream->outcome, error, &earliest) ||
		earliest <= stream->window.start)
		return false;
	if (stream->request->asked_from != DT_NOBEGIN && stream->request->asked_from < earliest)
		stream_warn_history(stream->table, earliest, stream->counters);
	abandon_attempt(stream);
	clip_windows(stream, timerange_ceil(earliest, stream->table->width->width_us));
	return true;
}

/* A server may repeat the key; no message does. */
static void
mask_token(char *text, const char *token)
{
	size_t		length = strlen(token);

	for (char *found = text; (found = strstr(found, token)) != NULL; found += length)
		memset(found, '*', length);
}

/*
 * Did it break off while nobody looked, say under an idle cursor?  That costs
 * no retry: rows were handed up since it began, so this can't go on forever.
 */
static bool
was_neglected(const HttpOutcome *outcome)
{
	return outcome->error && outcome->transient && outcome->neglected;
}

/* The attempt ended without a (whole) page. */
static void
handle_failure(Stream *stream)
{
	PageError	error = {0};
	int			delay_ms;

	mask_token(stream->error_body.data, stream->token);
	if (stream->error_body.len > 0)
		page_parse_error(stream->error_body.data, stream->error_body.len, &error);
	if (follow_lookback(stream, &error))
		return;
	if (was_neglected(stream->outcome))
	{
		abandon_attempt(stream);
		return;
	}
	if (!failure_retry(stream->table->options, stream->outcome, &error,
					   stream->retries, &delay_ms))
		failure_raise(stream->table, stream->outcome, &error, stream->retries);
	abandon_attempt(stream);
	back_off(stream, delay_ms);
}

/*
 * Count what has come since the last time, as EXPLAIN ANALYZE looks before a
 * scan that was left half way is closed.
 */
static void
count_bytes(Stream *stream)
{
	const HttpOutcome *outcome = http_outcome(stream->transfer);

	stream->counters->wire_bytes += outcome->wire_bytes - stream->wire_bytes;
	stream->counters->decoded_bytes += outcome->decoded_bytes - stream->decoded_bytes;
	stream->wire_bytes = outcome->wire_bytes;
	stream->decoded_bytes = outcome->decoded_bytes;
}

static HttpState
wait_for_bytes(Stream *stream, const char **bytes, size_t *length)
{
	instr_time	start;
	instr_time	duration;
	HttpState	state;

	INSTR_TIME_SET_CURRENT(start);
	state = http_wait(stream->transfer, DT_NOEND, bytes, length);
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, start);
	stream->counters->wait_us += INSTR_TIME_GET_MICROSEC(duration);
	count_bytes(stream);
	return state;
}

static void
keep_error_body(Stream *stream, const char *bytes, size_t length)
{
	size_t		room = MAX_ERROR_BODY_BYTES - stream->error_body.len;

	appendBinaryStringInfo(&stream->error_body, bytes, Min(length, room));
}

/* The reader wants bytes: wait for some, or for the attempt's end. */
static void
feed(Stream *stream)
{
	const char *bytes;
	size_t		length;
	HttpState	state = wait_for_bytes(stream, &bytes, &length);
	bool		is_page = stream->outcome->status == 200;

	if (state == HTTP_BYTES && is_page)
		page_feed(stream->reader, bytes, length);
	else if (state == HTTP_BYTES)
		keep_error_body(stream, bytes, length);
	else if (state == HTTP_DONE && is_page)
		page_feed(stream->reader, NULL, 0);
	else if (state == HTTP_FAILED && window_is_done(stream))
	{
		/* all buckets were there: what broke off is the page's last bracket */
		end_attempt(stream);
		next_window(stream);
	}
	else
		handle_failure(stream);
}

/*
 * Pages and buckets
 */

static void pg_attribute_noreturn()
fail_broken(Stream *stream, const char *complaint)
{
	char	   *plain = pstrdup(complaint);

	mask_token(plain, stream->token);
	failure_broken(stream->table, stream->outcome, plain);
}

/* An ErrorContextCallback. */
static void
add_request_context(void *arg)
{
	Stream	   *stream = arg;

	failure_context(stream->table, stream->outcome);
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
	tuple_set_result(stream->maker, page_values(stream->reader),
					 stream->values, stream->nulls);
	error_context_stack = whence.previous;
	MemoryContextSwitchTo(stream->context);
	tuplestore_putvalues(stream->store, stream->stored->tts_tupleDescriptor,
						 stream->values, stream->nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(stream->row_context);
}

/* Is a bucket that we asked for, the next one or a later one, complete? */
static void
check_bucket(Stream *stream, TimestampTz start, TimestampTz end)
{
	int64		width_us = stream->table->width->width_us;

	if (start < stream->window.start || start >= stream->window.end)
		fail_broken(stream, psprintf("A bucket that starts at %s is outside the time asked for, or was sent before.",
									 timestamptz_to_str(start)));
	if (timerange_floor(start, width_us) != start || end <= start || end > start + width_us)
		fail_broken(stream, psprintf("A bucket that starts at %s is not one of width \"%s\".",
									 timestamptz_to_str(start), stream->table->width->name));
}

/* The bucket is complete: hand it up. */
static void
end_bucket(Stream *stream)
{
	TimestampTz start;
	TimestampTz end;

	if (!request_from_unix_time(page_bucket_start(stream->reader), &start) ||
		!request_from_unix_time(page_bucket_end(stream->reader), &end))
		fail_broken(stream, "A bucket's time is out of range.");
	check_bucket(stream, start, end);
	stream->window.start = start + stream->table->width->width_us;
	stream->bucket_start = start;
	stream->handing_up = true;
	stream->page_buckets++;
	stream->retries = 0;
}

static void
follow_cursor(Stream *stream)
{
	const char *cursor = page_cursor(stream->reader);
	ListCell   *lc;

	if (!cursor)
		fail_broken(stream, "There is more, but no cursor to ask for it.");
	if (stream->page_buckets == 0)
		fail_broken(stream, "There is more, but the page has no bucket.");
	foreach(lc, stream->cursors)
		if (strcmp(lfirst(lc), cursor) == 0)
			fail_broken(stream, "The cursor to the next page has been sent before.");
	stream->cursor = pstrdup(cursor);
	stream->cursors = lappend(stream->cursors, stream->cursor);
}

/* The page is complete: on to the next one, or to the next window. */
static void
end_page(Stream *stream)
{
	bool		is_last = window_is_done(stream) || !page_has_more(stream->reader);

	stream->counters->pages++;
	if (!is_last)
		follow_cursor(stream);
	end_attempt(stream);
	if (is_last)
		next_window(stream);
}

/*
 * Read on until a bucket is complete; false: there are no more.  A bucket may
 * have no rows.
 */
static bool
fill_bucket(Stream *stream)
{
	tuplestore_clear(stream->store);
	while (!stream->handing_up)
	{
		if (!stream->transfer)
		{
			if (window_is_done(stream))
				return false;
			start_attempt(stream);
		}
		switch (page_next(stream->reader))
		{
			case PAGE_WANTS_BYTES:
				feed(stream);
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

/* The next row of the complete bucket. */
static bool
next_stored(Stream *stream, TupleTableSlot *slot)
{
	int			natts = slot->tts_tupleDescriptor->natts;

	if (!tuplestore_gettupleslot(stream->store, true, false, stream->stored))
		return false;
	slot_getallattrs(stream->stored);
	memcpy(slot->tts_values, stream->stored->tts_values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, stream->stored->tts_isnull, sizeof(bool) * natts);
	tuple_set_bucket(stream->maker, stream->bucket_start, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	stream->counters->rows++;
	return true;
}

bool
stream_next(Stream *stream, TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);
	bool		found;

	while (!(found = stream->handing_up && next_stored(stream, slot)))
	{
		stream->handing_up = false;
		if (!fill_bucket(stream))
			break;
	}
	MemoryContextSwitchTo(old);
	return found;
}

void
stream_warn_history(const UsageTable *table, TimestampTz first, StreamCounters *counters)
{
	if (counters->warned)
		return;
	counters->warned = true;
	ereport(WARNING,
			(errmsg("endpoint \"%s\" has nothing before %s", table->name,
					DatumGetCString(DirectFunctionCall1(date_out,
														DateADTGetDatum(first / USECS_PER_DAY)))),
			 errdetail("The query asks for an earlier time."),
			 errhint("Set the option \"history\" of the foreign table to read further back, as far as the API goes.")));
}
