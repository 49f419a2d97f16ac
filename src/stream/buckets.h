/*
 * buckets.h
 *	  Rows by bucket, until they may be handed up.
 *
 * Rows are added to the bucket at hand, and dropped if it breaks off, as its
 * numbers may be others when it is read again.  Complete buckets wait, each
 * with its rows, and are taken in the order of time.
 */
#ifndef USAGE_BUCKETS_H
#define USAGE_BUCKETS_H

#include "executor/tuptable.h"

#include "datatype/timestamp.h"

typedef struct Buckets Buckets;

/*
 * No bucket yet.  Lives in CurrentMemoryContext; the tuple descriptor must
 * live as long.  store_kb: memory for the rows of each bucket, which spill to
 * disk beyond it.  newest_first: the newest bucket is taken first, not the
 * oldest.
 */
extern Buckets *buckets_open(TupleDesc tupdesc, int store_kb, bool newest_first);

/* Add a row to the bucket at hand; the values are copied. */
extern void buckets_add(Buckets *buckets, Datum *values, bool *nulls);

/* Drop the rows of the bucket at hand. */
extern void buckets_drop_partial(Buckets *buckets);

/*
 * The bucket at hand is complete.  Its rows are appended to those of a
 * complete bucket with the same start, if there is one.
 */
extern void buckets_complete(Buckets *buckets, TimestampTz start);

/* Drop the complete buckets that start before `start`. */
extern void buckets_drop_before(Buckets *buckets, TimestampTz start);

/* Is there a complete one that has rows? */
extern bool buckets_any(const Buckets *buckets);

/*
 * Take the next row: in a slot of the buckets' own, good until the next call,
 * and the start of its bucket.  NULL: all complete buckets are taken.
 */
extern TupleTableSlot *buckets_next(Buckets *buckets, TimestampTz *start);

/* End them before their context does: releases files and slots. */
extern void buckets_close(Buckets *buckets);

#endif
