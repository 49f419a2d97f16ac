/*
 * scan_private.h
 *	  The state of a scan, for the files of scan alone.
 */
#ifndef USAGE_SCAN_PRIVATE_H
#define USAGE_SCAN_PRIVATE_H

#include "portability/instr_time.h"

#include "http/http.h"
#include "scan/rescan.h"
#include "scan/scan.h"
#include "stream/parents.h"
#include "stream/tuple.h"

typedef struct UsageScanState
{
	UsageScan	shown;			/* must be first: scan_of() casts to it */
	ForeignScanState *node;
	TupleBuilder *builder;
	ExprState **exprs;			/* of request->exprs; NULL: a constant */
	TupleTableSlot *edges;		/* of a bucket, as columns of expressions */
	Oid			userid;			/* whose user mapping is used */
	Rescan	   *rescan;
	Parents    *parents;		/* NULL: they were not needed yet */
	bool		guarded;		/* guard_time() has warned */
	TimestampTz now;			/* of the first scan, so that all are of the
								 * same buckets; 0 before */

	/* of one (re)scan */
	MemoryContext context;		/* reset with each */
	Stream	   *stream;			/* NULL before the first row is wanted, and
								 * where nothing is to be asked */
	bool		from_rescan;	/* the rows come from `rescan` */
	BoundRequest *lacking;		/* waits for its parents, or NULL */
	bool		started;

	/* of an asynchronous one */
	bool		impatient;		/* rows are wanted without waiting */
	bool		waiting;		/* none has come yet, but may later */
	HttpWaitFd *waitfd;			/* NULL before it has to wait */
	instr_time	watched_at;		/* when Append began to wait; zero: it does
								 * not */
} UsageScanState;

/* A BindValue: the expression's value in this (re)scan. */
extern bool scan_value(void *arg, int expr, Datum *value, bool *isnull);

/* A BindBucketValue. */
extern bool scan_bucket_value(void *arg, int expr, TimestampTz bucket, Datum *value,
							  bool *isnull);

#endif
