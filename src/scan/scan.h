/*
 * scan.h
 *	  The executor's callbacks.
 */
#ifndef USAGE_SCAN_H
#define USAGE_SCAN_H

#include "foreign/fdwapi.h"

#include "catalogue/table.h"
#include "request/bound.h"
#include "request/request.h"
#include "stream/stream.h"

/* The part of a scan that EXPLAIN shows.  Lives as long as the query. */
typedef struct UsageScan
{
	UsageTable *table;
	UsageRequest *request;
	const BoundRequest *bound;	/* of the last (re)scan, or NULL */
	FetchReport report;			/* of all rescans */
	int64		answered;		/* scans without a stream of their own, see
								 * rescan.h */
} UsageScan;

/* The scan behind a node, after usageBeginForeignScan(). */
extern const UsageScan *scan_of(ForeignScanState *node);

/*
 * What the scan would ask for now, as far as that is known without running it;
 * palloc'd.  *complete: whether all values are known.  For EXPLAIN.
 */
extern BoundRequest *scan_preview(ForeignScanState *node, bool *complete);

/*
 * The next row of the node, as from ExecProcNode(), but without waiting.
 * False: it isn't there yet.  *slot is empty or NULL at the end.  Waits all
 * the same where the backend can't have a waitfd.
 */
extern bool scan_try(ForeignScanState *node, TupleTableSlot **slot);

/*
 * After scan_try() returned false: a descriptor that is readable when another
 * call is worth it; good for one wait.  waits: see http_waitfd_set().
 */
extern int	scan_watch(ForeignScanState *node, bool waits);

/* FdwRoutine callbacks; see PostgreSQL's fdwhandler documentation. */
extern void usageBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *usageIterateForeignScan(ForeignScanState *node);
extern void usageReScanForeignScan(ForeignScanState *node);
extern void usageEndForeignScan(ForeignScanState *node);

#endif
