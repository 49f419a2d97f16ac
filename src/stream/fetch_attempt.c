/*
 * fetch_attempt.c
 *	  A fetch's attempts at a page: when one begins, and what came of it.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/rate.h"
#include "http/http_url.h"
#include "request/url.h"
#include "stream/fetch_private.h"

/* No error body is read further than this. */
#define MAX_ERROR_BODY_BYTES (64 * 1024)

/* How often to look whether there is room for another connection. */
#define ROOM_MS 100

void
fetch_send(Fetch *fetch)
{
	const FetchSource *source = fetch->source;
	const UsageOptions *options = source->table->options;
	MemoryContext old = MemoryContextSwitchTo(fetch->context);
	HttpRequest request = {
		.url = url_build(source->table, source->request, &fetch->asked, fetch->cursor),
		.headers = source->headers,
		.secret = source->api_key,
		.ca_file = options->ca_file,
		.proxy = options->proxy,
		.connect_timeout_ms = options->connect_timeout_ms,
		.request_timeout_ms = options->request_timeout_ms,
		.prompt = options->max_requests_per_minute > 0, /* a permit is for now */
		.buffer_bytes = source->buffer_bytes
	};

	fetch->begun_at = fetch->remaining.window.start;
	fetch->transfer = http_open(&request);
	fetch->outcome = http_outcome(fetch->transfer);
	fetch->sent_at = GetCurrentTimestamp();
	fetch->wire_bytes = fetch->decoded_bytes = 0;
	resetStringInfo(&fetch->error_body);
	source->report->requests++;
	fetch->entry = journal_send(fetch->entry, source->table, source->report->userid,
								request.url, source->api_key);
	pfree((char *) request.url);
	MemoryContextSwitchTo(old);
}

/*
 * Ask for a permit, where requests are counted; the attempt must begin if it is
 * granted.
 */
static bool
take_permit(Fetch *fetch)
{
	const UsageTable *table = fetch->source->table;
	int			limit = table->options->max_requests_per_minute;
	int64		wait_us = limit > 0 ? rate_take(table->serverid, limit, &fetch->ticket) : 0;

	fetch->permit_us = clock_us() + wait_us;
	if (wait_us > 0)
		return false;
	if (fetch->held_us != 0)
		fetch->source->report->rate_us += fetch->permit_us - fetch->held_us;
	fetch->held_us = 0;
	return true;
}

void
fetch_give_turn_up(Fetch *fetch)
{
	if (fetch->ticket != 0)
		rate_leave(fetch->source->table->serverid, &fetch->ticket);
}

void
fetch_hold_others(const Fetch *fetch, int delay_ms)
{
	const UsageTable *table = fetch->source->table;

	if (table->options->max_requests_per_minute > 0 && delay_ms > 0)
		rate_hold(table->serverid, delay_ms * INT64CONST(1000));
}

void
fetch_start_if_room(Fetch *fetch)
{
	fetch->retry_at = DT_NOBEGIN;
	if (http_has_room() && take_permit(fetch))
		fetch_send(fetch);
}

/* The head of an answer, or the failure, as it is known now. */
static void
note_answer(const Fetch *fetch)
{
	FetchAnswer *last = &fetch->source->report->last;
	const HttpOutcome *outcome = fetch->outcome;

	if (last->sent_at == fetch->sent_at && last->status == outcome->status &&
		last->fault == outcome->fault)
		return;
	last->sent_at = fetch->sent_at;
	last->seen_at = GetCurrentTimestamp();
	last->status = outcome->status;
	last->fault = outcome->fault;
	last->has_date = outcome->date && http_parse_date(outcome->date, &last->date);
}

void
fetch_note(Fetch *fetch)
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
	journal_note(fetch->entry, outcome);
	note_answer(fetch);
}

/* How long its reader has waited, who waits no longer; 0 if nobody did. */
static int64
end_wait(Fetch *fetch)
{
	instr_time	duration;

	if (INSTR_TIME_IS_ZERO(fetch->wait_start))
		return 0;
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, fetch->wait_start);
	INSTR_TIME_SET_ZERO(fetch->wait_start);
	return INSTR_TIME_GET_MICROSEC(duration);
}

void
fetch_count_wait(Fetch *fetch)
{
	int64		wait_us = end_wait(fetch);

	fetch->source->report->wait_us += wait_us;
	journal_wait(fetch->entry, wait_us);
}

void
fetch_end_attempt(Fetch *fetch)
{
	if (!fetch->transfer)
		return;
	journal_note(fetch->entry, http_outcome(fetch->transfer));
	http_close(fetch->transfer);
	fetch->transfer = NULL;
	fetch->outcome = NULL;
}

/* The entry is let go before it ends, as writing to the log may fail. */
static void
end_entry(Fetch *fetch)
{
	JournalEntry *entry = fetch->entry;

	fetch->entry = NULL;
	journal_end(entry);
}

void
fetch_end_request(Fetch *fetch)
{
	fetch_end_attempt(fetch);
	end_entry(fetch);
}

void
fetch_fail(Fetch *fetch, const char *complaint)
{
	fetch_note(fetch);
	fetch_count_wait(fetch);
	journal_blame(fetch->entry, complaint);
	end_entry(fetch);
}

/* The transfer is gone; the report may be. */
void
fetch_cut_off(void *arg)
{
	Fetch	   *fetch = arg;
	JournalEntry *entry = fetch->entry;

	fetch->entry = NULL;
	journal_wait(entry, end_wait(fetch));
	journal_cut_off(entry, fetch->transfer != NULL);
}

void
fetch_keep_error(Fetch *fetch, const char *bytes, size_t length)
{
	size_t		room = MAX_ERROR_BODY_BYTES - fetch->error_body.len;

	appendBinaryStringInfo(&fetch->error_body, bytes, Min(length, room));
}

void
fetch_parse_error(Fetch *fetch, PageError *error)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->context);

	memset(error, 0, sizeof(PageError));
	if (fetch->error_body.len > 0)
		page_parse_error(&fetch->source->table->options->provider->error, fetch->error_body.data, fetch->error_body.len,
						 fetch->source->api_key, error);
	MemoryContextSwitchTo(old);
}

/* When to ask for a permit again.  Counted from now, as the clock may be set. */
static TimestampTz
permit_due(const Fetch *fetch)
{
	int64		left_us = fetch->permit_us - clock_us();

	if (fetch->ticket == 0 || left_us <= 0)
		return DT_NOBEGIN;
	return GetCurrentTimestamp() + left_us;
}

TimestampTz
fetch_attempt_due(const Fetch *fetch)
{
	return Max(Max(fetch->retry_at, fetch->room_at), permit_due(fetch));
}

bool
fetch_may_begin(Fetch *fetch, bool (*find_room) (void))
{
	TimestampTz now = GetCurrentTimestamp();

	if (fetch_attempt_due(fetch) > now)
		return false;
	if (find_room())
		return take_permit(fetch);
	fetch->room_at = TimestampTzPlusMilliseconds(now, ROOM_MS);
	return false;
}

static bool
make_idle_room(void)
{
	return http_make_room(true);
}

/* Drive the other transfers until then; false if that is still to come. */
static bool
sleep_until(TimestampTz time, TimestampTz deadline, HttpWait reason)
{
	if (time > GetCurrentTimestamp())
		http_sleep(Min(deadline, time), reason);
	return time <= GetCurrentTimestamp();
}

/*
 * With DT_NOBEGIN the caller is an asynchronous scan, one of several.  It
 * takes no connection that another reader uses: they would take it from each
 * other for ever.
 */
static bool
try_for_turn(Fetch *fetch)
{
	if (fetch_attempt_due(fetch) > GetCurrentTimestamp())
		http_sleep(DT_NOBEGIN, HTTP_WAIT_BACKOFF);	/* drives the other
													 * transfers */
	return fetch_may_begin(fetch, make_idle_room);
}

bool
fetch_wait_for_turn(Fetch *fetch, TimestampTz deadline)
{
	bool		granted;

	if (deadline == DT_NOBEGIN)
		granted = try_for_turn(fetch);
	else
		granted = sleep_until(fetch->retry_at, deadline, HTTP_WAIT_BACKOFF) &&
			sleep_until(permit_due(fetch), deadline, HTTP_WAIT_RATE) &&
			take_permit(fetch);
	if (fetch->ticket != 0 && fetch->held_us == 0)
		fetch->held_us = clock_us();
	return granted;
}

void
fetch_drain_error(Fetch *fetch)
{
	const char *bytes;
	size_t		length;

	while (http_wait(fetch->transfer, DT_NOBEGIN, &bytes, &length) == HTTP_BYTES)
		fetch_keep_error(fetch, bytes, length);
}
