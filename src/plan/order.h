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
 * As much of the query's order, from its first key on, as the scan can give;
 * NIL: nothing.  *newest_first: by reading newest first.
 */
extern List *order_of_query(PlannerInfo *root, RelOptInfo *rel,
							const UsageTable *table, bool *newest_first);

/* A list of pathkeys, all oldest first, that merge joins could use. */
extern List *order_of_joins(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table);

#endif
