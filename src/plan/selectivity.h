/*
 * selectivity.h
 *	  What share of a table's rows passes its clauses?
 */
#ifndef USAGE_SELECTIVITY_H
#define USAGE_SELECTIVITY_H

#include "nodes/pathnodes.h"

#include "base/timerange.h"
#include "catalogue/table.h"

/*
 * The share, 0 to 1, of the table's rows in those time ranges (finite,
 * aligned) that is likely to pass the clauses, lists of RestrictInfo:
 * - `time`: those that the ranges were made of, where the ranges let more
 *   through;
 * - `others`: the rest.  Those that the ranges account for exactly are in
 *   neither.
 *
 * What columns are compared with is evaluated, unless it is volatile, as the
 * server's own estimates do; and so are clauses whose functions raise no
 * errors for any row (but see qual.h for zones).  There is no I/O; interrupts
 * are serviced; nothing is left in CurrentMemoryContext.
 */
extern double selectivity_of_rows(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
							const TimeRanges *ranges, List *time, List *others);

/* Is there anything in the expression that is not known before the scan? */
extern bool selectivity_is_unknown(Node *expr);

#endif
