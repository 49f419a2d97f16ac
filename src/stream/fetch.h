/*
 * fetch.h
 *	  One slice on its way: its pages by cursor, its attempts by retry.
 *
 * Attempts are repeated here and nowhere else; whether, and after how long, is
 * failure.h's to say.  A fetch tells its reader when what was read of the page at hand must be dropped.  It then
 * repeats the request from the first bucket that the reader has not declared
 * done; of a list, which has none, the page at hand.
 */
#ifndef USAGE_FETCH_H
#define USAGE_FETCH_H

#include "catalogue/table.h"
#include "http/http.h"
#include "request/slice.h"

/* How the API answered last: the head of its answer, or what there was instead. */
typedef struct FetchAnswer
{
	TimestampTz sent_at;		/* the attempt's start; 0: there was none */
	TimestampTz seen_at;		/* when this was noted */
	long		status;			/* 0: no answer */
	HttpFault	fault;
	bool		has_date;		/* it told the time: */
	TimestampTz date;
} FetchAnswer;

/* What streams did, added up over the rescans of a scan. */
typedef struct FetchReport
{
	Oid			userid;			/* for whom: whose user mapping is used; to be
								 * set before */
	int64		requests;		/* attempts sent */
	int64		pages;			/* read completely */
	int64		retries;		/* attempts that were repeats */
	int64		rows;			/* handed up */
	int64		wire_bytes;		/* of bodies, as received */
	int64		decoded_bytes;	/* of bodies, decoded */
	int64		wait_us;		/* waiting for the network */
	int64		rate_us;		/* waiting for max_requests_per_minute, of
								 * requests whose answers were wanted next */
	bool		history_warned; /* history_warn() has warned */
	TimestampTz earliest;		/* the first instant that the API has, where
								 * it refused an earlier one; or 0 */
	FetchAnswer last;
} FetchReport;

/* What the fetches of a stream share; lives as long as they do. */
typedef struct FetchSource
{
	const UsageTable *table;
	const BoundRequest *request;
	const char *api_key;		/* no message repeats it */
	const HttpHeader *headers;	/* of each request */
	size_t		buffer_bytes;	/* kept for the reader; a transfer that is
								 * further ahead is paused */
	FetchReport *report;
	bool		throttled;		/* the API answered with 429; whoever reacts
								 * to it resets it */
	bool		no_restart;		/* a list can't be read again from its first
								 * page */
} FetchSource;

typedef enum FetchState
{
	FETCH_WAITING,				/* the deadline came first */
	FETCH_BYTES,				/* bytes of the page are there */
	FETCH_PAGE,					/* the page's bytes are complete */
	FETCH_RESTARTED,			/* it broke off: drop what was read of the
								 * page since the last bucket done; another
								 * attempt is made */
	FETCH_OVER,					/* it broke off, but all buckets were done */
	FETCH_ABSENT,				/* what is asked for is not there */
	FETCH_LOOKBACK				/* the API has nothing so old: call
								 * fetch_clip() */
} FetchState;

typedef struct Fetch Fetch;

/*
 * Start to fetch a slice, at once if there is room for a connection.  Lives in
 * CurrentMemoryContext, or until closed; the source must live as long.
 */
extern Fetch *fetch_open(FetchSource *source, const Slice *slice);

extern void fetch_close(Fetch *fetch);

/*
 * Wait for what comes next, or until `deadline` (see http_wait()).  The bytes
 * are good until the next call for this fetch.  ERRORs are those of failure.h
 * and http_open(); interrupts are serviced.
 */
extern FetchState fetch_wait(Fetch *fetch, TimestampTz deadline,
							 const char **bytes, size_t *length);

/*
 * Look after a fetch that is not being read yet: find out whether its attempt
 * failed, and start the next one when that is due, if may_start.  Returns when
 * to call it again at the latest.  An error that no retry mends is left to
 * fetch_wait().
 */
extern TimestampTz fetch_poll(Fetch *fetch, bool may_start);

/*
 * The time when the fetch needs fetch_wait() or fetch_poll(), even if nothing
 * arrives before: in the past if bytes for its reader or a failure are there.
 * reading: it is being read.  may_start: as for fetch_poll().
 */
extern TimestampTz fetch_due(const Fetch *fetch, bool reading, bool may_start);

/* Are all its buckets done? */
extern bool fetch_is_done(const Fetch *fetch);

/* The slice, from its first bucket that is not done. */
extern const Slice *fetch_remaining(const Fetch *fetch);

/* The buckets before `next` are done: no attempt asks for them again. */
extern void fetch_progress(Fetch *fetch, TimestampTz next);

/* After FETCH_PAGE: ask for the next page.  False: that cursor came before. */
extern bool fetch_next_page(Fetch *fetch, const char *cursor);

/* After FETCH_LOOKBACK: the first instant that the API has. */
extern TimestampTz fetch_earliest(const Fetch *fetch);

/*
 * Give up what is left of the window before `start`, and ask anew for the
 * rest.
 */
extern void fetch_clip(Fetch *fetch, TimestampTz start);

/*
 * The request has failed for good, for that reason: keep it in the journal.  To
 * be called before the ERROR is raised.
 */
extern void fetch_fail(Fetch *fetch, const char *complaint);

/* How the attempt at hand stands, for messages; NULL between attempts. */
extern const HttpOutcome *fetch_outcome(const Fetch *fetch);

#endif
