/*
 * reread.h
 *	  Rescans that ask for the same time again and again: when does one read
 *	  answer them all?
 *
 * A nested loop may start a scan thousands of times, each for another value of
 * a dimension.  After a few of them, the range is read once, without the
 * filters whose values vary; the rows are kept, and each scan is given those
 * that may be its own.  They are more than it asks for at times: the executor
 * checks them all.
 */
#ifndef USAGE_REREAD_H
#define USAGE_REREAD_H

#include "executor/tuptable.h"

#include "catalogue/table.h"
#include "request/bound.h"
#include "request/request.h"
#include "stream/fetch.h"
#include "stream/tuple.h"

/* The memory of a node for what its scans have asked for. */
typedef struct Reread Reread;

/*
 * Nothing has been asked for yet.  Lives in CurrentMemoryContext, the query's;
 * the arguments must live as long.  userid: whose key is used.
 */
extern Reread *reread_make(const UsageTable *table, const UsageRequest *request,
						   const TupleMaker *maker, TupleDesc tupdesc,
						   Oid userid, FetchReport *report);

/*
 * A (re)scan is to ask for that, and it is not nothing.  True: its rows come
 * from reread_next(), after reread_start(); else it has to ask for itself.
 */
extern bool reread_takes(Reread *reread, const BoundRequest *bound);

/*
 * Begin with the rows for the request, which must live until the scan ends.
 * False: no row is there yet, it's the first.  ERRORs are stream_open()'s and
 * api_key_find()'s.
 */
extern bool reread_start(Reread *reread, const BoundRequest *bound);

/*
 * The next row; as stream_next(), or stream_try() if `wait` is false.  Rows
 * come in the order of the stream.
 */
extern bool reread_next(Reread *reread, TupleTableSlot *slot, bool wait, bool *waiting);

/* What the one read asks for; lives as long as its rows are used. */
extern const BoundRequest *reread_asked(const Reread *reread);

/* As stream_due(). */
extern TimestampTz reread_due(const Reread *reread);

/* End it before its context does; what it holds outside is released. */
extern void reread_end(Reread *reread);

#endif
