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

/*
 * A scan, for those who show it.  Belongs to the node; lives as long as the
 * query.
 */
typedef struct UsageScan
{
	UsageTable *table;
	UsageRequest *request;
	const BoundRequest *bound;	/* of the last (re)scan, or NULL */
	FetchReport report;			/* of all rescans */
	int64		answered;		/* rescans that asked for nothing themselves,
								 * see rescan.h */
} UsageScan;

/* The scan behind a node, after usageBeginForeignScan(). */
extern const UsageScan *scan_of(ForeignScanState *node);

/*
 * What the scan would ask for now, where that can be known without running
 * it: palloc'd.  *complete: whether all values are known.  Used by EXPLAIN.
 */
extern BoundRequest *scan_preview(ForeignScanState *node, bool *complete);

/*
 * The next row of the node, as ExecProcNode() gives it, but without waiting:
 * false if it isn't there yet.  *slot: empty at the end.
 */
extern bool scan_try(ForeignScanState *node, TupleTableSlot **slot);

/*
 * After scan_try() said false: a descriptor that is readable when it is worth
 * another call; good for one wait.  waits: see http_waitfd_set().
 */
extern int	scan_watch(ForeignScanState *node, bool waits);

/* FdwRoutine callbacks; see the server's fdwhandler documentation. */
extern void usageBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *usageIterateForeignScan(ForeignScanState *node);
extern void usageReScanForeignScan(ForeignScanState *node);
extern void usageEndForeignScan(ForeignScanState *node);

#endif
