/*
 * fetch_private.h
 *	  What a fetch is made of, for the files of fetch alone.
 */
#ifndef USAGE_FETCH_PRIVATE_H
#define USAGE_FETCH_PRIVATE_H

#include "lib/stringinfo.h"

#include "http/http.h"
#include "page/page_error.h"
#include "stream/fetch.h"

struct Fetch
{
	MemoryContext context;		/* holds the fetch */
	FetchSource *source;
	Slice		remaining;		/* from the first bucket not done */

	/* the chain of pages */
	Slice		asked;			/* the slice that its URLs have, the same for
								 * all pages */
	char	   *cursor;			/* of the page, or NULL for the first */
	List	   *cursors;		/* all cursors of the chain */

	/* the attempt; transfer NULL while it waits for retry_at */
	TimestampTz begun_at;		/* first bucket not done when it was sent */
	HttpTransfer *transfer;
	const HttpOutcome *outcome;
	int64		wire_bytes;		/* of the attempt, those that are in the
								 * report */
	int64		decoded_bytes;
	StringInfoData error_body;	/* where the status is not 200 */
	TimestampTz retry_at;
	TimestampTz room_at;		/* when to look again for room for a
								 * connection; a reader that may take one from
								 * others need not wait for it */
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
 * Start an attempt if there is room for a connection; else it is due at once,
 * and fetch_wait() or fetch_poll() starts it.
 */
extern void fetch_start_if_room(Fetch *fetch);

/* Cut the attempt off, if there is one. */
extern void fetch_end_attempt(Fetch *fetch);

/* When the next attempt is due, or is worth another look for room. */
extern TimestampTz fetch_attempt_due(const Fetch *fetch);

/*
 * Is the next attempt due, and is there room for it by find_room()?  If not,
 * fetch_attempt_due() says when to look again.
 */
extern bool fetch_may_begin(Fetch *fetch, bool (*find_room) (void));

/*
 * Wait until the next attempt is due.  False: the deadline came first, or
 * there is no room for an attempt and the deadline is DT_NOBEGIN.
 */
extern bool fetch_wait_for_retry(Fetch *fetch, TimestampTz deadline);

/*
 * Add to the report the bytes since the last call.  It can't wait for the end
 * of the attempt: EXPLAIN ANALYZE reads the report before a scan that was
 * stopped early is closed.
 */
extern void fetch_count_bytes(Fetch *fetch);

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
