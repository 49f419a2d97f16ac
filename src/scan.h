/*
 * scan.h
 *	  The executor's callbacks.
 */
#ifndef USAGE_SCAN_H
#define USAGE_SCAN_H

#include "foreign/fdwapi.h"

#include "request.h"
#include "stream.h"
#include "table.h"

/*
 * A scan, for those who show it.  Belongs to the node; lives as long as the
 * query.
 */
typedef struct UsageScan
{
	UsageTable *table;
	UsageRequest *request;
	BoundRequest *bound;		/* of the last (re)scan, or NULL */
	FetchCounters counters;	/* of all rescans */
} UsageScan;

/* The scan behind a node, after usageBeginForeignScan(). */
extern const UsageScan *scan_of(ForeignScanState *node);

/*
 * What the scan would ask for now, where that can be known without running
 * it: palloc'd.  *complete: whether all values are known.  Used by EXPLAIN.
 */
extern BoundRequest *scan_preview(ForeignScanState *node, bool *complete);

/* FdwRoutine callbacks; see the server's fdwhandler documentation. */
extern void usageBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *usageIterateForeignScan(ForeignScanState *node);
extern void usageReScanForeignScan(ForeignScanState *node);
extern void usageEndForeignScan(ForeignScanState *node);

#endif
