/*
 * rescan.h
 *	  Rescans that ask for the same time again and again: when does one read
 *	  answer them all?
 *
 * A nested loop may start a scan thousands of times, each for another value of
 * a dimension.  After a few of them, the range is read once ("the one read"),
 * without the filters whose values vary; the rows are kept, and each scan is
 * given those that may be its own.  They may be more than it asks for: the
 * executor checks them all.
 */
#ifndef USAGE_RESCAN_H
#define USAGE_RESCAN_H

#include "executor/tuptable.h"

#include "catalogue/table.h"
#include "request/bound.h"
#include "request/request.h"
#include "stream/fetch.h"
#include "stream/tuple.h"

/* What the scans of a node have asked for so far, and the one read. */
typedef struct Rescan Rescan;

/*
 * Lives in CurrentMemoryContext, which must be the query's; the arguments must
 * live as long.  userid: whose key is used.
 */
extern Rescan *rescan_open(const UsageTable *table, const UsageRequest *request,
						   const TupleBuilder *builder, TupleDesc tupdesc,
						   Oid userid, FetchReport *report);

/*
 * To be called once for each (re)scan whose ranges are not empty.  True: its
 * rows come from rescan_next(), after rescan_begin().  False: it needs a
 * stream of its own.
 */
extern bool rescan_answers(Rescan *rescan, const BoundRequest *bound);

/*
 * After that said false, where the time varies by join clauses: `whole` is the
 * request without them, in the table's own buckets.  True: the one read begins
 * with that, and answers all scans whose time it has.  It does when scans have
 * cost as much as it costs.
 */
extern bool rescan_takes_whole(Rescan *rescan, const BoundRequest *bound,
							   const BoundRequest *whole);

/*
 * Begin with the rows for the request, which must live until the scan ends.
 * False: this one starts the one read, so no row is there yet.  ERRORs are
 * those of stream_open() and api_key_find().
 */
extern bool rescan_begin(Rescan *rescan, const BoundRequest *bound);

/*
 * The next row; as stream_next(), or stream_try() if `wait` is false.  Rows
 * come in the order of the stream, and some may be of other scans.
 */
extern bool rescan_next(Rescan *rescan, TupleTableSlot *slot, bool wait, bool *waiting);

/* What the one read asks for; lives as long as its rows are used. */
extern const BoundRequest *rescan_request(const Rescan *rescan);

/* As stream_due(). */
extern TimestampTz rescan_due(const Rescan *rescan);

/* End it before its context does: releases transfers, files and slots. */
extern void rescan_close(Rescan *rescan);

#endif
