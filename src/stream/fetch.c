/*
 * fetch.c
 *	  One window on its way: its pages by cursor, its attempts by retry.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "portability/instr_time.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/history.h"
#include "request/url.h"
#include "stream/failure.h"
#include "stream/fetch.h"

/* No error body is read further than this. */
#define MAX_ERROR_BODY_BYTES (64 * 1024)

/* How often to look whether an attempt failed while we wait for another. */
#define TEND_MS 100

/* How often to look whether there is room for another connection. */
#define ROOM_MS 100

struct Fetch
{
	MemoryContext context;		/* holds the fetch */
	FetchSource *source;
	Slice		remaining;		/* from the first bucket not done */

	/* the chain of pages */
	Slice		asked;			/* the same for all its pages */
	char	   *cursor;			/* of the page, or NULL for the first */
	List	   *cursors;		/* all cursors of the chain */

	/* the attempt; transfer NULL while it waits for retry_at */
	HttpTransfer *transfer;
	const HttpOutcome *outcome;
	int64		wire_bytes;		/* of it, that are counted */
	int64		decoded_bytes;
	StringInfoData error_body;	/* where the status is not 200 */
	TimestampTz retry_at;
	TimestampTz room_at;		/* when to look again for room for it; of no
								 * concern to who takes others' */
	int			retries;		/* in a row without progress */
	bool		hopeless;		/* failed for good; for fetch_wait() to say */
	TimestampTz earliest;		/* after FETCH_LOOKBACK */
};

static bool
is_done(const Fetch *fetch)
{
	return fetch->remaining.window.start >= fetch->remaining.window.end;
}

/* Ask for a chain of pages from the first bucket not done. */
static void
start_chain(Fetch *fetch)
{
	fetch->asked = fetch->remaining;
	fetch->cursor = NULL;
	list_free_deep(fetch->cursors);
	fetch->cursors = NIL;
}

static void
start_attempt(Fetch *fetch)
{
	const FetchSource *source = fetch->source;
	const UsageOptions *options = source->table->options;
	MemoryContext old = MemoryContextSwitchTo(fetch->context);
	HttpRequest request = {
		.url = url_build(source->table, source->request, &fetch->asked, fetch->cursor),
		.token = source->token,
		.organization = options->organization,
		.project = options->project,
		.ca_file = options->ca_file,
		.proxy = options->proxy,
		.connect_timeout_ms = options->connect_timeout_ms,
		.request_timeout_ms = options->request_timeout_ms,
		.buffer_bytes = source->buffer_bytes
	};

	fetch->transfer = http_start(&request);
	fetch->outcome = http_outcome(fetch->transfer);
	fetch->wire_bytes = fetch->decoded_bytes = 0;
	resetStringInfo(&fetch->error_body);
	source->report->requests++;
	pfree((char *) request.url);
	MemoryContextSwitchTo(old);
}

/*
 * Start an attempt if that takes no connection from others; else it is due at
 * once, for whoever may wait for it or take one.
 */
static void
begin_attempt(Fetch *fetch)
{
	fetch->retry_at = DT_NOBEGIN;
	if (http_has_room())
		start_attempt(fetch);
}

/*
 * Count what has come since the last time, as EXPLAIN ANALYZE looks before a
 * scan that was left half way is closed.
 */
static void
count_bytes(Fetch *fetch)
{
	FetchReport *report = fetch->source->report;
	const HttpOutcome *outcome;

	if (!fetch->transfer)
		return;
	outcome = http_outcome(fetch->transfer);
	report->wire_bytes += outcome->wire_bytes - fetch->wire_bytes;
	report->decoded_bytes += outcome->decoded_bytes - fetch->decoded_bytes;
	fetch->wire_bytes = outcome->wire_bytes;
	fetch->decoded_bytes = outcome->decoded_bytes;
}

static void
end_attempt(Fetch *fetch)
{
	if (!fetch->transfer)
		return;
	http_stop(fetch->transfer);
	fetch->transfer = NULL;
	fetch->outcome = NULL;
}

Fetch *
fetch_open(FetchSource *source, const Slice *slice)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw fetch",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Fetch	   *fetch = palloc0(sizeof(Fetch));

	fetch->context = context;
	fetch->source = source;
	fetch->remaining = *slice;
	initStringInfo(&fetch->error_body);
	start_chain(fetch);
	begin_attempt(fetch);
	MemoryContextSwitchTo(old);
	return fetch;
}

void
fetch_close(Fetch *fetch)
{
	end_attempt(fetch);
	MemoryContextDelete(fetch->context);
}

/* Make the next attempt after a delay, from the first bucket not done. */
static void
repeat_attempt(Fetch *fetch, int delay_ms)
{
	end_attempt(fetch);
	start_chain(fetch);
	fetch->source->report->retries++;
	fetch->retry_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), delay_ms);
}

/*
 * The attempt ended without a (whole) page.  Repeat it if that may help; what
 * happened while we neglected or paused it is not the server's fault, and is
 * repeated at once, without counting.
 */
static bool
try_again(Fetch *fetch, const PageError *error)
{
	int			delay_ms = 0;
	bool		excused = fetch->outcome->neglected && fetch->outcome->error &&
	fetch->outcome->transient;

	if (!excused &&
		!failure_retry(fetch->source->table->options, fetch->outcome, error,
					   fetch->retries, &delay_ms))
		return false;
	if (fetch->outcome->status == 429)
		fetch->source->throttled = true;
	if (!excused)
		fetch->retries++;
	repeat_attempt(fetch, delay_ms);
	return true;
}

static void
parse_error_body(Fetch *fetch, PageError *error)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->context);

	memset(error, 0, sizeof(PageError));
	if (fetch->error_body.len > 0)
		page_parse_error(fetch->error_body.data, fetch->error_body.len,
						 fetch->source->token, error);
	MemoryContextSwitchTo(old);
}

/* The attempt being read failed. */
static FetchState
handle_failure(Fetch *fetch)
{
	PageError	error;

	if (is_done(fetch))
		return FETCH_OVER;
	parse_error_body(fetch, &error);
	if (history_is_refused(fetch->outcome->status, &error, &fetch->earliest) &&
		fetch->earliest > fetch->remaining.window.start &&
		fetch->earliest <= GetCurrentTimestamp())
		return FETCH_LOOKBACK;
	if (fetch->hopeless || !try_again(fetch, &error))
		failure_raise(fetch->source->table, fetch->outcome, &error, fetch->retries);
	return FETCH_RESTARTED;
}

static void
keep_error_body(Fetch *fetch, const char *bytes, size_t length)
{
	size_t		room = MAX_ERROR_BODY_BYTES - fetch->error_body.len;

	appendBinaryStringInfo(&fetch->error_body, bytes, Min(length, room));
}

/* When the next attempt may start without taking a connection from others. */
static TimestampTz
attempt_due(const Fetch *fetch)
{
	return Max(fetch->retry_at, fetch->room_at);
}

/* Is it due and is there room?  If not, attempt_due() says when to look again. */
static bool
may_begin(Fetch *fetch, bool (*find_room) (void))
{
	TimestampTz now = GetCurrentTimestamp();

	if (attempt_due(fetch) > now)
		return false;
	if (find_room())
		return true;
	fetch->room_at = TimestampTzPlusMilliseconds(now, ROOM_MS);
	return false;
}

static bool
take_idle_room(void)
{
	return http_make_room(true);
}

/*
 * Wait until the next attempt is due, or the deadline came; false: that.  Who
 * does not wait, as others do the same meanwhile, takes no connection that is
 * in use: they would all take it from each other.
 */
static bool
wait_for_retry(Fetch *fetch, TimestampTz deadline)
{
	if (deadline == DT_NOBEGIN)
	{
		if (attempt_due(fetch) > GetCurrentTimestamp())
			http_sleep(DT_NOBEGIN); /* the others of the flight go on */
		return may_begin(fetch, take_idle_room);
	}
	if (fetch->retry_at > GetCurrentTimestamp())
		http_sleep(Min(deadline, fetch->retry_at));
	return fetch->retry_at <= GetCurrentTimestamp();
}

static FetchState
wait_for_attempt(Fetch *fetch, TimestampTz deadline, const char **bytes, size_t *length)
{
	HttpState	state;

	if (!fetch->transfer)
	{
		if (!wait_for_retry(fetch, deadline))
			return FETCH_WAITING;
		start_attempt(fetch);
	}
	while ((state = http_wait(fetch->transfer, deadline, bytes, length)) == HTTP_BYTES &&
		   fetch->outcome->status != 200)
		keep_error_body(fetch, *bytes, *length);
	if (state == HTTP_WAITING)
		return FETCH_WAITING;
	if (state == HTTP_BYTES)
		return FETCH_BYTES;
	if (state == HTTP_DONE && fetch->outcome->status == 200)
		return FETCH_PAGE;
	return handle_failure(fetch);
}

FetchState
fetch_wait(Fetch *fetch, TimestampTz deadline, const char **bytes, size_t *length)
{
	instr_time	start;
	instr_time	duration;
	FetchState	state;

	INSTR_TIME_SET_CURRENT(start);
	state = wait_for_attempt(fetch, deadline, bytes, length);
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, start);
	fetch->source->report->wait_us += INSTR_TIME_GET_MICROSEC(duration);
	count_bytes(fetch);
	return state;
}

/* Read an error body that is complete. */
static void
drain(Fetch *fetch)
{
	const char *bytes;
	size_t		length;

	while (http_wait(fetch->transfer, DT_NOBEGIN, &bytes, &length) == HTTP_BYTES)
		keep_error_body(fetch, bytes, length);
}

/*
 * Did an attempt fail that nobody reads?  A page, even one that broke off, is
 * for the reader to see.
 */
static bool
failed_unread(const Fetch *fetch)
{
	return fetch->transfer && !fetch->hopeless &&
		http_finished(fetch->transfer) && fetch->outcome->status != 200;
}

TimestampTz
fetch_tend(Fetch *fetch, bool may_start)
{
	PageError	error;

	count_bytes(fetch);
	if (fetch->hopeless || (!fetch->transfer && !may_start))
		return DT_NOEND;
	if (!fetch->transfer)
	{
		if (!may_begin(fetch, http_has_room))
			return attempt_due(fetch);
		start_attempt(fetch);
	}
	/* a page, even one that broke off, is for the reader to see */
	if (fetch->outcome->status == 200)
		return DT_NOEND;
	if (!http_finished(fetch->transfer))
		return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), TEND_MS);
	drain(fetch);
	parse_error_body(fetch, &error);
	fetch->hopeless = !try_again(fetch, &error);
	return fetch->hopeless ? DT_NOEND : attempt_due(fetch);
}

TimestampTz
fetch_due(const Fetch *fetch, bool reading)
{
	if (!fetch->transfer)
		return attempt_due(fetch);
	if (reading ? http_ready(fetch->transfer) : failed_unread(fetch))
		return DT_NOBEGIN;
	return DT_NOEND;
}

const Slice *
fetch_remaining(const Fetch *fetch)
{
	return &fetch->remaining;
}

void
fetch_progress(Fetch *fetch, TimestampTz next)
{
	fetch->remaining.window.start = next;
	fetch->retries = 0;
}

bool
fetch_next_page(Fetch *fetch, const char *cursor)
{
	MemoryContext old;
	ListCell   *lc;

	foreach(lc, fetch->cursors)
	{
		if (strcmp(lfirst(lc), cursor) == 0)
			return false;
	}
	old = MemoryContextSwitchTo(fetch->context);
	fetch->cursor = pstrdup(cursor);
	fetch->cursors = lappend(fetch->cursors, fetch->cursor);
	MemoryContextSwitchTo(old);
	end_attempt(fetch);
	begin_attempt(fetch);
	return true;
}

TimestampTz
fetch_earliest(const Fetch *fetch)
{
	return fetch->earliest;
}

void
fetch_clip(Fetch *fetch, TimestampTz start)
{
	fetch->remaining.window.start = Max(fetch->remaining.window.start, start);
	fetch->hopeless = false;
	fetch->retry_at = DT_NOBEGIN;
	end_attempt(fetch);
	start_chain(fetch);
}

const HttpOutcome *
fetch_outcome(const Fetch *fetch)
{
	return fetch->outcome;
}
