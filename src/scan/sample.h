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
	int64		position;		/* sorts rows in the order of time */
	HeapTuple	tuple;
} SampleRow;

/* A sample until PostgreSQL has asked for it. */
typedef struct Sample
{
	Oid			relid;
	MemoryContext context;		/* holds all of it */
	MemoryContextCallback unlink;
	SampleRow  *rows;
	int			nrows;
	int			room;			/* allocated rows */
	ReservoirStateData reservoir;
	double		to_skip;		/* rows to skip before one is taken; less than
								 * 0: to be drawn */
	bool		is_list;		/* there are no buckets: all rows were offered */
	double		seen;			/* rows that were offered */
	double		buckets;		/* buckets read, empty ones as well */
	double		history;		/* buckets of the whole table */
	double		bytes;			/* of the rows in the sample */
} Sample;

/* The sample of that table that is open, or NULL. */
extern Sample *sample_find(Oid relid);

/*
 * An empty sample.  It lives until the transaction ends, as it may have to
 * wait while PostgreSQL looks at the other tables of an inheritance tree.
 */
extern Sample *sample_open(Oid relid);

/* End it before that; NULL is ignored. */
extern void sample_close(Sample *sample);

/*
 * Offer a row, of which the sample may keep a copy.  sample_copy() sorts by
 * `position`.
 */
extern void sample_add(Sample *sample, TupleTableSlot *slot, int64 position);

/* An estimate of the rows of the whole table. */
extern double sample_total(const Sample *sample);

/*
 * Copy at most `target` of its rows, sorted by position, in
 * CurrentMemoryContext; the others leave the sample.  Returns how many were
 * copied.
 */
extern int	sample_copy(Sample *sample, HeapTuple *rows, int target);

#endif
