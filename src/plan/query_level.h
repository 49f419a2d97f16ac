/*
 * query_level.h
 *	  What does the query level do with the columns of a relation?
 */
#ifndef USAGE_QUERY_LEVEL_H
#define USAGE_QUERY_LEVEL_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * A relation of a query level that is being planned, and the level's
 * expressions that may mention it, other than the relation's own restrictions.
 * For a member of UNION ALL or a child of a table, these are the expressions
 * of its parent, translated to its own columns.
 */
typedef struct QueryLevel
{
	const UsageTable *table;
	PlannerInfo *root;
	RelOptInfo *rel;
	Index		top;			/* the relid that joins refer to: its own, or
								 * that of its topmost parent */
	List	   *final;			/* the final target list and HAVING */
	List	   *joined;			/* what else needs columns of it: joins,
								 * LATERAL, PlaceHolderVars */
} QueryLevel;

/*
 * Describe the level of a relation, from GetForeignRelSize on. palloc'd;
 * shares structure with the planner's data.  Never raises an error.
 */
extern QueryLevel *query_level_describe(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel);

#endif
