/*
 * sample.h
 *	  The sample of a table's rows that ANALYZE wants.
 */
#ifndef USAGE_SAMPLE_H
#define USAGE_SAMPLE_H

#include "access/htup.h"
#include "executor/tuptable.h"
#include "utils/sampling.h"

typedef struct SampleRow
{
	int64		position;		/* in the order of time */
	HeapTuple	tuple;
} SampleRow;

/* A sample on its way to the server. */
typedef struct Sample
{
	Oid			relid;
	MemoryContext context;		/* holds all of it */
	MemoryContextCallback unlink;
	SampleRow  *rows;
	int			nrows;
	int			room;			/* for so many rows */
	ReservoirStateData reservoir;
	double		to_skip;		/* rows, before the next one is taken; less
								 * than 0: not known */
	double		seen;			/* rows */
	double		buckets;		/* read, empty ones as well */
	double		history;		/* buckets of the whole table */
	double		bytes;			/* of the rows in the sample */
} Sample;

/* The sample of that table which was read and not yet asked for, or NULL. */
extern Sample *sample_find(Oid relid);

/*
 * An empty one.  It lives until the transaction ends: it may wait while the server
 * looks at the other tables of an inheritance tree.
 */
extern Sample *sample_open(Oid relid);

/* End it before; NULL is none. */
extern void sample_close(Sample *sample);

/* One more row was seen, which may get into the sample.  Rows stay in the order of `position`. */
extern void sample_add(Sample *sample, TupleTableSlot *slot, int64 position);

/* How many rows has the whole table, going by those that were seen? */
extern double sample_total(const Sample *sample);

/*
 * Copies of at most so many of its rows, in CurrentMemoryContext, in their order;
 * the others leave the sample.  Returns how many.
 */
extern int	sample_copy(Sample *sample, HeapTuple *rows, int target);

#endif
