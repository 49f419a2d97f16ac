/*
 * stream.h
 *	  Slices x fetches x pages: the next row, please.
 *
 * Several slices are on their way at once, rows come in the order of time,
 * and they are handed up a whole bucket at a time: the numbers of a bucket may
 * change between two attempts, so rows of a bucket that broke off are thrown
 * away.  Nothing comes twice, nothing is lost.
 */
#ifndef USAGE_STREAM_H
#define USAGE_STREAM_H

#include "executor/tuptable.h"

#include "request/bound.h"
#include "stream/fetch.h"
#include "stream/tuple.h"

typedef struct Stream Stream;

/*
 * Open a stream of what the request asks for.  It lives in CurrentMemoryContext,
 * together with all transfers; the arguments must live as long.  No request is
 * sent yet.  api_key: the API key, is copied.  ERROR if it would take more
 * requests than the options allow.
 */
extern Stream *stream_open(const UsageTable *table, const BoundRequest *request,
						   const TupleBuilder *builder, TupleDesc tupdesc,
						   const char *api_key, FetchReport *report);

/*
 * Put the next row into the (empty) slot; false: there are no more.  The row
 * is good until the next call.  ERRORs are those of failure.h; interrupts are
 * serviced.
 */
extern bool stream_next(Stream *stream, TupleTableSlot *slot);

/*
 * The same without waiting: only what is there is read.  *waiting: there may be
 * a row later; only then does the answer false not mean the end.
 */
extern bool stream_try(Stream *stream, TupleTableSlot *slot, bool *waiting);

/* When stream_try() is worth another call, whatever the network does. */
extern TimestampTz stream_due(const Stream *stream);

/* End a stream before its context does; what it holds outside is released. */
extern void stream_close(Stream *stream);

#endif
