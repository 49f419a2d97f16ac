/*
 * fetch_attempt.c
 *	  A fetch's attempts at a page: when one begins, and what came of it.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
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
		.buffer_bytes = source->buffer_bytes
	};

	fetch->begun_at = fetch->remaining.window.start;
	fetch->transfer = http_open(&request);
	fetch->outcome = http_outcome(fetch->transfer);
	fetch->wire_bytes = fetch->decoded_bytes = 0;
	resetStringInfo(&fetch->error_body);
	source->report->requests++;
	pfree((char *) request.url);
	MemoryContextSwitchTo(old);
}

void
fetch_start_if_room(Fetch *fetch)
{
	fetch->retry_at = DT_NOBEGIN;
	if (http_has_room())
		fetch_send(fetch);
}

void
fetch_count_bytes(Fetch *fetch)
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

void
fetch_end_attempt(Fetch *fetch)
{
	if (!fetch->transfer)
		return;
	http_close(fetch->transfer);
	fetch->transfer = NULL;
	fetch->outcome = NULL;
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

TimestampTz
fetch_attempt_due(const Fetch *fetch)
{
	return Max(fetch->retry_at, fetch->room_at);
}

bool
fetch_may_begin(Fetch *fetch, bool (*find_room) (void))
{
	TimestampTz now = GetCurrentTimestamp();

	if (fetch_attempt_due(fetch) > now)
		return false;
	if (find_room())
		return true;
	fetch->room_at = TimestampTzPlusMilliseconds(now, ROOM_MS);
	return false;
}

static bool
make_idle_room(void)
{
	return http_make_room(true);
}

/*
 * With DT_NOBEGIN the caller is an asynchronous scan, one of several.  It
 * takes no connection that another reader uses: they would take it from each
 * other for ever.
 */
bool
fetch_wait_for_retry(Fetch *fetch, TimestampTz deadline)
{
	if (deadline == DT_NOBEGIN)
	{
		if (fetch_attempt_due(fetch) > GetCurrentTimestamp())
			http_sleep(DT_NOBEGIN); /* drives the other transfers */
		return fetch_may_begin(fetch, make_idle_room);
	}
	if (fetch->retry_at > GetCurrentTimestamp())
		http_sleep(Min(deadline, fetch->retry_at));
	return fetch->retry_at <= GetCurrentTimestamp();
}

void
fetch_drain_error(Fetch *fetch)
{
	const char *bytes;
	size_t		length;

	while (http_wait(fetch->transfer, DT_NOBEGIN, &bytes, &length) == HTTP_BYTES)
		fetch_keep_error(fetch, bytes, length);
}
