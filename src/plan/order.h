/*
 * order.h
 *	  Which orders of rows can a scan give that the planner has use for?
 *
 * Rows come in the order of their buckets, oldest or newest first, so they are
 * sorted by any list of edges of the bucket that all go the same way.  These
 * columns have no NULLs: where NULLS go does not matter.
 */
#ifndef USAGE_ORDER_H
#define USAGE_ORDER_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * The longest prefix of the query's pathkeys that the scan can give; NIL:
 * none.  *newest_first: whether it has to read newest first.
 */
extern List *order_of_query(PlannerInfo *root, RelOptInfo *rel,
							const UsageTable *table, bool *newest_first);

/*
 * A list of lists of pathkeys, all oldest first, that merge joins could use.
 */
extern List *order_of_joins(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table);

#endif
