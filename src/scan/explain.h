/*
 * explain.h
 *	  The plan in words and counters.
 */
#ifndef USAGE_EXPLAIN_H
#define USAGE_EXPLAIN_H

#include "foreign/fdwapi.h"

/* FdwRoutine callback; see PostgreSQL's fdwhandler documentation. */
extern void usageExplainForeignScan(ForeignScanState *node, struct ExplainState *es);

#endif
