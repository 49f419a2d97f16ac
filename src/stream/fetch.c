/*
 * fetch.c
 *	  One slice on its way: its pages by cursor, its attempts by retry.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "request/history.h"
#include "stream/failure.h"
#include "stream/fetch_private.h"

/* How often to look whether an attempt failed while we wait for another. */
#define POLL_MS 100

bool
fetch_is_done(const Fetch *fetch)
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
	fetch->on_reset.func = fetch_cut_off;
	fetch->on_reset.arg = fetch;
	MemoryContextRegisterResetCallback(context, &fetch->on_reset);
	initStringInfo(&fetch->error_body);
	start_chain(fetch);
	fetch_start_if_room(fetch);
	MemoryContextSwitchTo(old);
	return fetch;
}

void
fetch_close(Fetch *fetch)
{
	fetch_end_request(fetch);
	fetch_give_turn_up(fetch);
	MemoryContextDelete(fetch->context);
}

/*
 * Make the next attempt after a delay: same_page, or else from the first bucket
 * not done.
 */
static void
repeat_attempt(Fetch *fetch, int delay_ms, bool same_page)
{
	fetch_end_attempt(fetch);
	if (!same_page)
		start_chain(fetch);
	fetch->source->report->retries++;
	fetch->retry_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), delay_ms);
}

/* Why the attempt failed, for the journal. */
static const char *
reason(const Fetch *fetch, const PageError *error)
{
	if (error->message)
		return encoding_for_message(error->message);
	return fetch->outcome->error ? fetch->outcome->error :
		psprintf("HTTP status %ld", fetch->outcome->status);
}

/*
 * The attempt ended without a (whole) page.  Repeat it if that may help.  A
 * failure while we neglected or paused the transfer need not be the server's
 * fault: it is repeated at once and does not count.
 */
static bool
try_again(Fetch *fetch, const PageError *error)
{
	int			delay_ms = 0;
	bool		excused = fetch->outcome->neglected && fetch->outcome->error &&
	fetch->outcome->transient;
	bool		too_many = fetch->outcome->status == 429;
	const UsageOptions *options = fetch->source->table->options;
	bool		has_cursor = fetch->cursor != NULL && !fetch->source->no_restart;
	bool		same_page = fetch->source->request->is_list &&
	!failure_is_cursor(options, fetch->outcome, error);

	if (!excused)
	{
		bool		again = failure_retry(options, fetch->outcome, error, has_cursor,
										  fetch->retries, &delay_ms);

		if (too_many)
			fetch_hold_others(fetch, delay_ms);
		if (!again)
			return false;
		fetch->retries++;
	}
	if (too_many)
		fetch->source->throttled = true;
	journal_blame(fetch->entry, reason(fetch, error));
	repeat_attempt(fetch, delay_ms, same_page);
	return true;
}

/* Does the list of parents say that this one is no longer in use? */
static bool
is_retired(const Fetch *fetch, const BoundFilter *parents)
{
	const char *asked = linitial(bound_part_values(fetch->source->request, parents,
												   fetch->asked.part));
	ListCell   *lc;

	foreach(lc, parents->retired)
	{
		if (strcmp(lfirst(lc), asked) == 0)
			return true;
	}
	return false;
}

/* Does the API say that what a first page is to show is not there? */
static bool
is_absent(const Fetch *fetch, const PageError *error)
{
	const UsageTable *table = fetch->source->table;
	const BoundRequest *request = fetch->source->request;
	const BoundFilter *parents = bound_filter_of_form(request, USAGE_FILTER_PATH);

	if (fetch->cursor || (!parents && bound_shape(table, request) != USAGE_OBJECT))
		return false;
	return failure_is_absence(table, fetch->outcome, error, parents && is_retired(fetch, parents));
}

/*
 * Have buckets been taken from an attempt that turned out to be corrupt?  Rows of
 * them may have been handed up.
 */
static bool
is_tainted(const Fetch *fetch)
{
	return fetch->outcome->corrupt && fetch->remaining.window.start != fetch->begun_at;
}

/* The attempt being read failed. */
static FetchState
handle_failure(Fetch *fetch)
{
	PageError	error;
	bool		tainted = is_tainted(fetch);

	fetch_note(fetch);
	if (fetch_is_done(fetch) && !tainted)
		return FETCH_OVER;
	fetch_parse_error(fetch, &error);
	if (history_is_refused(fetch->source->table->options->provider, fetch->outcome->status, &error, &fetch->earliest) &&
		fetch->earliest > fetch->remaining.window.start &&
		fetch->earliest <= GetCurrentTimestamp())
	{
		journal_blame(fetch->entry, reason(fetch, &error));
		return FETCH_LOOKBACK;
	}
	if (is_absent(fetch, &error))
		return FETCH_ABSENT;
	if (!tainted && !fetch->hopeless && try_again(fetch, &error))
		return FETCH_RESTARTED;
	fetch_fail(fetch, reason(fetch, &error));
	failure_raise(fetch->source->table, fetch->outcome, &error, fetch->retries);
}

static FetchState
wait_for_attempt(Fetch *fetch, TimestampTz deadline, const char **bytes, size_t *length)
{
	HttpState	state;

	if (!fetch->transfer)
	{
		if (!fetch_wait_for_turn(fetch, deadline))
			return FETCH_WAITING;
		fetch_send(fetch);
	}
	while ((state = http_wait(fetch->transfer, deadline, bytes, length)) == HTTP_BYTES &&
		   fetch->outcome->status != 200)
		fetch_keep_error(fetch, *bytes, *length);
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
	FetchState	state;

	INSTR_TIME_SET_CURRENT(fetch->wait_start);
	state = wait_for_attempt(fetch, deadline, bytes, length);
	fetch_count_wait(fetch);
	fetch_note(fetch);
	return state;
}

/*
 * Did an attempt fail that is not being read yet?  A page, even one that broke
 * off, is left to the reader.
 */
static bool
failed_unread(const Fetch *fetch)
{
	return fetch->transfer && !fetch->hopeless &&
		http_finished(fetch->transfer) && fetch->outcome->status != 200;
}

TimestampTz
fetch_poll(Fetch *fetch, bool may_start)
{
	PageError	error;

	fetch_note(fetch);
	if (fetch->hopeless || (!fetch->transfer && !may_start))
		return DT_NOEND;
	if (!fetch->transfer)
	{
		if (!fetch_may_begin(fetch, http_has_room))
			return fetch_attempt_due(fetch);
		fetch_send(fetch);
	}
	/* a page, even one that broke off, is left to the reader */
	if (fetch->outcome->status == 200)
		return DT_NOEND;
	if (!http_finished(fetch->transfer))
		return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), POLL_MS);
	fetch_drain_error(fetch);
	fetch_parse_error(fetch, &error);
	fetch->hopeless = !try_again(fetch, &error);
	return fetch->hopeless ? DT_NOEND : fetch_attempt_due(fetch);
}

TimestampTz
fetch_due(const Fetch *fetch, bool reading, bool may_start)
{
	if (!fetch->transfer)
		return may_start ? fetch_attempt_due(fetch) : DT_NOEND;
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
	fetch_end_request(fetch);
	fetch_start_if_room(fetch);
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
	fetch_end_request(fetch);
	start_chain(fetch);
}

const HttpOutcome *
fetch_outcome(const Fetch *fetch)
{
	return fetch->outcome;
}
