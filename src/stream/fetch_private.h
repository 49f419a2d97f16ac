/*
 * fetch_private.h
 *	  What a fetch is made of, for the files of fetch alone.
 */
#ifndef USAGE_FETCH_PRIVATE_H
#define USAGE_FETCH_PRIVATE_H

#include "lib/stringinfo.h"
#include "portability/instr_time.h"

#include "base/permit.h"
#include "http/http.h"
#include "page/page_error.h"
#include "stream/fetch.h"
#include "stream/journal.h"

struct Fetch
{
	MemoryContext context;		/* holds the fetch */
	MemoryContextCallback on_reset;
	FetchSource *source;
	Slice		remaining;		/* from the first bucket not done */

	/* the chain of pages */
	Slice		asked;			/* the slice that its URLs have, the same for
								 * all pages */
	char	   *cursor;			/* of the page, or NULL for the first */
	List	   *cursors;		/* all cursors of the chain */

	/* the request at hand, in the journal; NULL: none is sent, or it is over */
	JournalEntry *entry;
	instr_time	wait_start;		/* of its reader's wait; 0: nobody waits */

	/* the attempt; transfer NULL while it waits for retry_at */
	TimestampTz begun_at;		/* first bucket not done when it was sent */
	HttpTransfer *transfer;
	const HttpOutcome *outcome;
	TimestampTz sent_at;
	int64		wire_bytes;		/* of the attempt, those that are in the
								 * report */
	int64		decoded_bytes;
	StringInfoData error_body;	/* where the status is not 200 */
	TimestampTz retry_at;
	TimestampTz room_at;		/* when to look again for room for a
								 * connection; a reader that may take one from
								 * others need not wait for it */
	PermitTicket ticket;		/* its place among those who wait for a permit
								 * (rate.h), or 0 */
	int64		permit_us;		/* when to ask for one, by clock_us() */
	int64		held_us;		/* since when its reader has been waiting for
								 * that; or 0 */
	int			retries;		/* in a row without progress */
	bool		hopeless;		/* failed for good; fetch_wait() raises the
								 * error */
	TimestampTz earliest;		/* after FETCH_LOOKBACK */
};

/* in fetch_attempt.c */

/*
 * Send the request, even if that takes a connection from another transfer (see
 * http_open()).
 */
extern void fetch_send(Fetch *fetch);

/*
 * Start an attempt if there is room for a connection and a permit; else it is due
 * when there may be, and fetch_wait() or fetch_poll() starts it.
 */
extern void fetch_start_if_room(Fetch *fetch);

/* Cut the attempt off, if there is one. */
extern void fetch_end_attempt(Fetch *fetch);

/* The same, and no other attempt at this page follows. */
extern void fetch_end_request(Fetch *fetch);

/* Count the time since wait_start, if there is one, and start no new one. */
extern void fetch_count_wait(Fetch *fetch);

/* A MemoryContextCallbackFunction: a fetch whose query has failed. */
extern void fetch_cut_off(void *arg);

/* When the next attempt is due, or is worth another look for room or a permit. */
extern TimestampTz fetch_attempt_due(const Fetch *fetch);

/*
 * Is the next attempt due, is there room for it by find_room(), and a permit,
 * which is used up then?  If not, fetch_attempt_due() says when to look again.
 */
extern bool fetch_may_begin(Fetch *fetch, bool (*find_room) (void));

/*
 * Wait until the next attempt is due and has a permit, which is used up then.
 * False: the deadline came first, or there is no room for an attempt and the
 * deadline is DT_NOBEGIN.
 */
extern bool fetch_wait_for_turn(Fetch *fetch, TimestampTz deadline);

/*
 * The server has asked for so long a pause: none of its requests begins before,
 * whichever session's it is.  Only where they are counted.
 */
extern void fetch_hold_others(const Fetch *fetch, int delay_ms);

/* The attempt is not wanted any more: others need not wait for its turn. */
extern void fetch_give_turn_up(Fetch *fetch);

/*
 * Note how the attempt stands, in the journal and in the report, to which the
 * bytes since the last call are added.  It can't wait for the end of the
 * attempt: EXPLAIN ANALYZE reads the report before a scan that was stopped
 * early is closed.
 */
extern void fetch_note(Fetch *fetch);

/*
 * Keep those bytes of an error's body, or all that have arrived; no more than
 * a limit.
 */
extern void fetch_keep_error(Fetch *fetch, const char *bytes, size_t length);
extern void fetch_drain_error(Fetch *fetch);

/*
 * Parse the error's body; strings are in the fetch's context, NULL where it
 * has none.
 */
extern void fetch_parse_error(Fetch *fetch, PageError *error);

#endif
