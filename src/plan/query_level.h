/*
 * query_level.h
 *	  What does the query level do with the columns of a relation?
 */
#ifndef USAGE_QUERY_LEVEL_H
#define USAGE_QUERY_LEVEL_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * A relation of a query level that is being planned, and where the level
 * mentions it, but for the relation's own restrictions.  The expressions are in
 * the relation's own columns: for a member of UNION ALL, or a child of a table,
 * they are those of its parent, translated.
 */
typedef struct QueryLevel
{
	const UsageTable *table;
	PlannerInfo *root;
	RelOptInfo *rel;
	Index		top;			/* relid that joins know it by: its own, or that of
								 * its topmost parent */
	List	   *final;			/* of the final target list, and HAVING */
	List	   *joined;			/* what anything else wants of it: joins, LATERAL,
								 * PlaceHolderVars */
} QueryLevel;

/*
 * Describe the level around a relation, from GetForeignRelSize on; palloc'd,
 * shares structure with the plan.  Never raises an error.
 */
extern QueryLevel *query_level_describe(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel);

#endif
