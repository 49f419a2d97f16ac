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

/* in fetch_attempt.c */

/* Send the request, in whatever way a connection is to be had for it. */
extern void fetch_start_attempt(Fetch *fetch);

/*
 * Start an attempt if that takes no connection from others; else it is due at
 * once, for whoever may wait for it or take one.
 */
extern void fetch_begin_attempt(Fetch *fetch);

/* Cut the attempt off, if there is one. */
extern void fetch_end_attempt(Fetch *fetch);

/* When the next attempt may start without taking a connection from others. */
extern TimestampTz fetch_attempt_due(const Fetch *fetch);

/* Is it due and is there room?  If not, fetch_attempt_due() says when to look again. */
extern bool fetch_may_begin(Fetch *fetch, bool (*find_room) (void));

/* Wait until the next attempt is due, or the deadline came; false: that. */
extern bool fetch_wait_for_retry(Fetch *fetch, TimestampTz deadline);

/*
 * Add to the report what has come since the last time: EXPLAIN ANALYZE looks at it
 * before a scan that was left half way is closed.
 */
extern void fetch_count_bytes(Fetch *fetch);

/* Keep bytes of an error's body, or all that has come of it. */
extern void fetch_keep_error(Fetch *fetch, const char *bytes, size_t length);
extern void fetch_drain_error(Fetch *fetch);

/* What the body says, in the fetch's context. */
extern void fetch_parse_error(Fetch *fetch, PageError *error);

#endif
