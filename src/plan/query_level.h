/*
 * query_level.h
 *	  What becomes of the rows of a relation?
 */
#ifndef USAGE_QUERY_LEVEL_H
#define USAGE_QUERY_LEVEL_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * A relation that is being planned, and the query level that makes one row of
 * several of its rows, by groups, DISTINCT, a semi-join or a set operation
 * without ALL.  It is the relation's own level, or one that gets the rows of that
 * level as they are; what it and the levels between do with the relation are
 * expressions of the relation's columns.  For a member of UNION ALL or a child of
 * a table, these are the expressions of its parent, for a sub-query those of the
 * level above, translated.  Other relations of levels above have numbers there beyond
 * the relation's own range table.
 */
typedef struct QueryLevel
{
	const UsageTable *table;
	RelOptInfo *rel;
	List	   *final;			/* what the one row is made of: the final target
								 * list and HAVING, or the columns of a semi-join */
	List	   *joined;			/* what else needs columns of the relation: joins,
								 * LATERAL, PlaceHolderVars, ORDER BY, and
								 * restrictions but for the relation's own */
} QueryLevel;

/*
 * Describe what becomes of a relation's rows, from GetForeignRelSize on. NULL if
 * no level makes one row of several, or if one on the way there has what may
 * count rows: a volatile function but for one in FROM that is called once, a
 * sub-select for each row, a LIMIT, a window; or in doubt.  palloc'd; shares
 * structure with the planner's data.  Never raises an error.
 */
extern QueryLevel *query_level_describe(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel);

#endif
