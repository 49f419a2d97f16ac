/*
 * stream.h
 *	  The rows of a bound request, one at a time.
 *
 * Several slices are on their way at once, and rows come in the order of time.
 * They are handed up a whole bucket at a time: the numbers of a bucket may
 * change between two attempts, so the rows of a bucket that broke off are
 * thrown away.  Nothing comes twice, nothing is lost.
 */
#ifndef USAGE_STREAM_H
#define USAGE_STREAM_H

#include "executor/tuptable.h"

#include "request/bound.h"
#include "stream/fetch.h"
#include "stream/tuple.h"

typedef struct Stream Stream;

/*
 * Open a stream of what the request asks for.  It lives in
 * CurrentMemoryContext, as do all its transfers; the arguments must live as
 * long, but for tupdesc and api_key, which are copied.  No request is sent
 * yet.  ERROR 54000 if it would take more requests than max_requests; with the
 * limit_hint only stream_next() raises that, when it comes to it.
 */
extern Stream *stream_open(const UsageTable *table, const BoundRequest *request,
						   const TupleBuilder *builder, TupleDesc tupdesc,
						   const char *api_key, FetchReport *report);

/*
 * Put the next row into the (empty) slot; false: there are no more.  The row
 * is good until the next call.  ERRORs are those of failure.h, tuple.h and
 * http_open(); interrupts are serviced.
 */
extern bool stream_next(Stream *stream, TupleTableSlot *slot);

/*
 * The same without waiting: only what has arrived is read.  If it returns
 * false, *waiting says whether a row may come later; else that is the end.
 */
extern bool stream_try(Stream *stream, TupleTableSlot *slot, bool *waiting);

/*
 * The time when stream_try() is worth another call, even if nothing arrives
 * before.
 */
extern TimestampTz stream_due(const Stream *stream);

/*
 * End a stream before its context does: releases transfers, files and slots.
 */
extern void stream_close(Stream *stream);

#endif
