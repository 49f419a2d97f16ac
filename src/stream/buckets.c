/*
 * buckets.c
 *	  Rows by bucket, until they may be handed up.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "stream/buckets.h"

/* A complete bucket that has rows. */
typedef struct Bucket
{
	TimestampTz start;
	Tuplestorestate *store;
} Bucket;

struct Buckets
{
	MemoryContext context;		/* holds all of this */
	bool		newest_first;
	int			store_kb;
	TupleTableSlot *stored;		/* a row on its way out */
	Tuplestorestate *filling;	/* the bucket at hand, or NULL */
	bool		has_rows;		/* the bucket at hand has */
	List	   *complete;		/* of Bucket, ascending */
	List	   *spare;			/* stores for reuse */
};

Buckets *
buckets_open(TupleDesc tupdesc, int store_kb, bool newest_first)
{
	Buckets    *buckets = palloc0(sizeof(Buckets));

	buckets->context = CurrentMemoryContext;
	buckets->newest_first = newest_first;
	buckets->store_kb = store_kb;
	buckets->stored = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	return buckets;
}

static Tuplestorestate *
make_store(Buckets *buckets)
{
	Tuplestorestate *store;

	if (buckets->spare == NIL)
		return tuplestore_begin_heap(false, false, buckets->store_kb);
	store = llast(buckets->spare);
	buckets->spare = list_delete_last(buckets->spare);
	return store;
}

void
buckets_add(Buckets *buckets, Datum *values, bool *nulls)
{
	MemoryContext old = MemoryContextSwitchTo(buckets->context);

	if (!buckets->filling)
		buckets->filling = make_store(buckets);
	tuplestore_putvalues(buckets->filling, buckets->stored->tts_tupleDescriptor,
						 values, nulls);
	buckets->has_rows = true;
	MemoryContextSwitchTo(old);
}

void
buckets_drop_partial(Buckets *buckets)
{
	if (buckets->filling)
		tuplestore_clear(buckets->filling);
	buckets->has_rows = false;
}

/*
 * The index of the last bucket that starts at `start` or before; -1: there is
 * none.
 */
static int
find_bucket(const Buckets *buckets, TimestampTz start)
{
	int			i = list_length(buckets->complete) - 1;

	while (i >= 0 && ((Bucket *) list_nth(buckets->complete, i))->start > start)
		i--;
	return i;
}

/* Append the rows at hand to those of a complete bucket. */
static void
move_rows(Buckets *buckets, Bucket *bucket)
{
	while (tuplestore_gettupleslot(buckets->filling, true, false, buckets->stored))
		tuplestore_puttupleslot(bucket->store, buckets->stored);
	ExecClearTuple(buckets->stored);
	tuplestore_clear(buckets->filling);
}

void
buckets_complete(Buckets *buckets, TimestampTz start)
{
	MemoryContext old = MemoryContextSwitchTo(buckets->context);
	int			place = find_bucket(buckets, start);
	Bucket	   *bucket = place >= 0 ? list_nth(buckets->complete, place) : NULL;

	if (buckets->has_rows && bucket && bucket->start == start)
		move_rows(buckets, bucket);
	else if (buckets->has_rows)
	{
		bucket = palloc(sizeof(Bucket));
		bucket->start = start;
		bucket->store = buckets->filling;
		buckets->filling = NULL;
		buckets->complete = list_insert_nth(buckets->complete, place + 1, bucket);
	}
	buckets->has_rows = false;
	MemoryContextSwitchTo(old);
}

/* Remove a bucket; its store is reused. */
static void
forget_bucket(Buckets *buckets, int place)
{
	MemoryContext old = MemoryContextSwitchTo(buckets->context);
	Bucket	   *bucket = list_nth(buckets->complete, place);

	ExecClearTuple(buckets->stored);
	tuplestore_clear(bucket->store);
	buckets->spare = lappend(buckets->spare, bucket->store);
	buckets->complete = list_delete_nth_cell(buckets->complete, place);
	pfree(bucket);
	MemoryContextSwitchTo(old);
}

void
buckets_drop_before(Buckets *buckets, TimestampTz start)
{
	while (buckets->complete != NIL && ((Bucket *) linitial(buckets->complete))->start < start)
		forget_bucket(buckets, 0);
}

bool
buckets_any(const Buckets *buckets)
{
	return buckets->complete != NIL;
}

TupleTableSlot *
buckets_next(Buckets *buckets, TimestampTz *start)
{
	while (buckets->complete != NIL)
	{
		int			place = buckets->newest_first ? list_length(buckets->complete) - 1 : 0;
		Bucket	   *bucket = list_nth(buckets->complete, place);

		*start = bucket->start;
		if (tuplestore_gettupleslot(bucket->store, true, false, buckets->stored))
			return buckets->stored;
		forget_bucket(buckets, place);
	}
	return NULL;
}

void
buckets_close(Buckets *buckets)
{
	ListCell   *lc;

	ExecDropSingleTupleTableSlot(buckets->stored);
	foreach(lc, buckets->complete)
		tuplestore_end(((Bucket *) lfirst(lc))->store);
	foreach(lc, buckets->spare)
		tuplestore_end(lfirst(lc));
	if (buckets->filling)
		tuplestore_end(buckets->filling);
}
