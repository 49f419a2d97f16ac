/*
 * rescan.h
 *	  Rescans that ask for the same time again and again: when does one read
 *	  answer them all?
 *
 * A nested loop may start a scan thousands of times, each for another value of
 * a dimension.  After a few of them, the range is read once, without the
 * filters whose values vary; the rows are kept, and each scan is given those
 * that may be its own.  They are more than it asks for at times: the executor
 * checks them all.
 */
#ifndef USAGE_RESCAN_H
#define USAGE_RESCAN_H

#include "executor/tuptable.h"

#include "catalogue/table.h"
#include "request/bound.h"
#include "request/request.h"
#include "stream/fetch.h"
#include "stream/tuple.h"

/* The memory of a node for what its scans have asked for. */
typedef struct Rescan Rescan;

/*
 * Nothing has been asked for yet.  Lives in CurrentMemoryContext, the query's;
 * the arguments must live as long.  userid: whose key is used.
 */
extern Rescan *rescan_open(const UsageTable *table, const UsageRequest *request,
						   const TupleBuilder *builder, TupleDesc tupdesc,
						   Oid userid, FetchReport *report);

/*
 * A (re)scan is to ask for that, and it is not nothing.  True: its rows come
 * from rescan_next(), after rescan_begin(); else it has to ask for itself.
 */
extern bool rescan_answers(Rescan *rescan, const BoundRequest *bound);

/*
 * Begin with the rows for the request, which must live until the scan ends.
 * False: no row is there yet, it's the first.  ERRORs are stream_open()'s and
 * api_key_find()'s.
 */
extern bool rescan_begin(Rescan *rescan, const BoundRequest *bound);

/*
 * The next row; as stream_next(), or stream_try() if `wait` is false.  Rows
 * come in the order of the stream.
 */
extern bool rescan_next(Rescan *rescan, TupleTableSlot *slot, bool wait, bool *waiting);

/* What the one read asks for; lives as long as its rows are used. */
extern const BoundRequest *rescan_request(const Rescan *rescan);

/* As stream_due(). */
extern TimestampTz rescan_due(const Rescan *rescan);

/* End it before its context does; what it holds outside is released. */
extern void rescan_close(Rescan *rescan);

#endif
