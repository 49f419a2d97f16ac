/*
 * analyze.h
 *	  ANALYZE of a foreign table.
 */
#ifndef USAGE_ANALYZE_H
#define USAGE_ANALYZE_H

#include "foreign/fdwapi.h"

/*
 * FdwRoutine callback; see PostgreSQL's fdwhandler documentation.  Reads the
 * sample already, by few requests, as the table's owner.  False, after a
 * WARNING that says why, if the owner can't read the table; its statistics
 * stay then.
 */
extern bool usageAnalyzeForeignTable(Relation rel, AcquireSampleRowsFunc *func,
									 BlockNumber *totalpages);

#endif
