/*
 * fetch.h
 *	  One window on its way: its pages by cursor, its attempts by retry.
 *
 * The owner of retry, backoff and resume.  A fetch tells its reader when what
 * was read of the page at hand is void, and repeats the request from the first
 * bucket that the reader has not said to be done.
 */
#ifndef USAGE_FETCH_H
#define USAGE_FETCH_H

#include "catalogue/table.h"
#include "http/http.h"
#include "request/slice.h"

/* What streams did, added up over the rescans of a scan. */
typedef struct FetchReport
{
	int64		requests;		/* attempts sent */
	int64		pages;			/* read to their end */
	int64		retries;		/* attempts that were repeats */
	int64		rows;			/* handed up */
	int64		wire_bytes;		/* of bodies, as received */
	int64		decoded_bytes;	/* of bodies, decoded */
	int64		wait_us;		/* waiting for the network */
	bool		history_warned; /* that history does not go back so far */
} FetchReport;

/* What the fetches of a stream share; lives as long as they do. */
typedef struct FetchSource
{
	const UsageTable *table;
	const BoundRequest *request;
	const char *api_key;		/* which no message repeats */
	const HttpHeader *headers;	/* of each request */
	size_t		buffer_bytes;	/* that a fetch may be ahead of its reader */
	FetchReport *report;
	bool		throttled;		/* the server said 429; whoever sees to it
								 * resets it */
} FetchSource;

typedef enum FetchState
{
	FETCH_WAITING,				/* the deadline came first */
	FETCH_BYTES,				/* bytes of the page are there */
	FETCH_PAGE,					/* the page's bytes are complete */
	FETCH_RESTARTED,			/* it broke off: what was read of the page
								 * since the last bucket done is void, and
								 * another attempt is made */
	FETCH_OVER,					/* it broke off, but all buckets were done */
	FETCH_LOOKBACK				/* the API has nothing so old: the window has
								 * to be clipped */
} FetchState;

typedef struct Fetch Fetch;

/*
 * Start to fetch a slice; lives in CurrentMemoryContext, or until closed.
 */
extern Fetch *fetch_open(FetchSource *source, const Slice *slice);

extern void fetch_close(Fetch *fetch);

/*
 * Wait for what comes next, or until `deadline` (see http_wait()).  The bytes
 * are gone with the next call for it.  ERRORs are those of failure.h.
 */
extern FetchState fetch_wait(Fetch *fetch, TimestampTz deadline,
							 const char **bytes, size_t *length);

/*
 * See to a fetch that is not being read yet: repeat what failed, if another
 * attempt may start.  Returns when to do so again at the latest.  What can't be
 * mended waits for fetch_wait().
 */
extern TimestampTz fetch_poll(Fetch *fetch, bool may_start);

/*
 * When the fetch needs to be seen to, whatever the network does: in the past if
 * there are bytes for who reads it, or a failure.  reading: it is being read.
 */
extern TimestampTz fetch_due(const Fetch *fetch, bool reading);

/* Are all its buckets done? */
extern bool fetch_is_done(const Fetch *fetch);

/* The slice from the first bucket on that is not done. */
extern const Slice *fetch_remaining(const Fetch *fetch);

/* The buckets before `next` are done. */
extern void fetch_progress(Fetch *fetch, TimestampTz next);

/* After FETCH_PAGE: ask for the next page.  False: the cursor came before. */
extern bool fetch_next_page(Fetch *fetch, const char *cursor);

/* After FETCH_LOOKBACK: the first instant that the API has. */
extern TimestampTz fetch_earliest(const Fetch *fetch);

/* Ask anew for what is left of the window from `start` on. */
extern void fetch_clip(Fetch *fetch, TimestampTz start);

/* Which answer is being read, for messages. */
extern const HttpOutcome *fetch_outcome(const Fetch *fetch);

#endif
