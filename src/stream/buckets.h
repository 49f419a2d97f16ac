/*
 * buckets.h
 *	  Rows by bucket, until they may be handed up.
 *
 * Rows are read into the bucket at hand, which is void until it is complete:
 * its numbers may be others when it is read again.  Complete buckets wait, each
 * with its rows, and are taken up in the order of time.
 */
#ifndef USAGE_BUCKETS_H
#define USAGE_BUCKETS_H

#include "executor/tuptable.h"

#include "datatype/timestamp.h"

typedef struct Buckets Buckets;

/*
 * None yet; lives in CurrentMemoryContext, as long as the tuple descriptor.
 * store_kb: memory of each bucket's rows, which spill to disk beyond it.
 * newest_first: the newest bucket is taken up first, not the oldest.
 */
extern Buckets *buckets_open(TupleDesc tupdesc, int store_kb, bool newest_first);

/* One more row of the bucket at hand; the values are copied. */
extern void buckets_add(Buckets *buckets, Datum *values, bool *nulls);

/* The bucket at hand is void. */
extern void buckets_drop_partial(Buckets *buckets);

/*
 * The bucket at hand is complete; its rows join those that are there of a
 * bucket with the same start.
 */
extern void buckets_complete(Buckets *buckets, TimestampTz start);

/* Those that start before that are void. */
extern void buckets_drop_before(Buckets *buckets, TimestampTz start);

/* Is there a complete one that has rows? */
extern bool buckets_any(const Buckets *buckets);

/*
 * Take up the next row: in a slot of the buckets' own, good until the next
 * call, with the start of its bucket.  NULL: there is no more, all is taken up.
 */
extern TupleTableSlot *buckets_next(Buckets *buckets, TimestampTz *start);

/* End them before their context does; files and slots are released. */
extern void buckets_close(Buckets *buckets);

#endif
