/*
 * stream.h
 *	  Windows x HTTP x pages: the next row, please.
 *
 * The one owner of retry, backoff and resume.  Rows are handed up a whole
 * bucket at a time: the numbers of a bucket may change between two attempts,
 * so rows of a bucket that broke off are thrown away and the attempt is
 * repeated from that bucket on.  Nothing comes twice, nothing is lost.
 */
#ifndef USAGE_STREAM_H
#define USAGE_STREAM_H

#include "executor/tuptable.h"

#include "request.h"
#include "tuple.h"

/* What streams did, added up over the rescans of a scan. */
typedef struct StreamCounters
{
	int64		requests;		/* attempts sent */
	int64		pages;			/* read to their end */
	int64		retries;		/* attempts that were repeats */
	int64		rows;			/* handed up */
	int64		wire_bytes;		/* of bodies, as received */
	int64		decoded_bytes;	/* of bodies, decoded */
	int64		wait_us;		/* waiting for the network */
	bool		warned;			/* that history does not go back so far */
} StreamCounters;

typedef struct Stream Stream;

/*
 * Open a stream of what the request asks for.  It lives in CurrentMemoryContext,
 * together with all transfers; the arguments must live as long.  No request is
 * sent yet.  token: the API key, is copied.  ERROR if it would take more
 * requests than the options allow.
 */
extern Stream *stream_open(const UsageTable *table, const BoundRequest *request,
						   const TupleMaker *maker, TupleDesc tupdesc,
						   const char *token, StreamCounters *counters);

/*
 * Put the next row into the (empty) slot; false: there are no more.  The row
 * is good until the next call.  ERRORs are those of failure.h; interrupts are
 * serviced.
 */
extern bool stream_next(Stream *stream, TupleTableSlot *slot);

/*
 * Warn, once for the counters' life, that the query asked for a time before
 * the first that there is.
 */
extern void stream_warn_history(const UsageTable *table, TimestampTz first,
								StreamCounters *counters);

/* End a stream before its context does; what it holds outside is released. */
extern void stream_close(Stream *stream);

#endif
