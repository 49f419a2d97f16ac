/*
 * partition.h
 *	  What does a partition's bound say of its rows?
 *
 * PostgreSQL trusts the bound of a foreign partition: a row that does not
 * satisfy it is handed up all the same, and counted twice where another
 * partition holds it as well.  Only the wrapper can prevent that, so the bound
 * is part of what the table means: it restricts the table as a WHERE clause
 * would.
 */
#ifndef USAGE_PARTITION_H
#define USAGE_PARTITION_H

#include "nodes/pathnodes.h"
#include "utils/rel.h"

#include "catalogue/table.h"

/*
 * The constraint of a partition and of all its ancestors, as clauses that are
 * ANDed, in which `relid` is the relation's varno; NIL where it has none.
 * They are simplified and canonicalized as WHERE clauses are.  Takes
 * AccessShareLock on the ancestors.  root: NULL outside of planning; in it, the
 * plan depends on the ancestors, and is made anew when one of them changes.
 */
extern List *partition_clauses(PlannerInfo *root, const UsageTable *table, Relation rel,
							   Index relid);

/*
 * Put these clauses before the relation's restrictions.  To be called at the
 * start of GetForeignRelSize, before anything is derived from those.  Returns
 * how many were added: clauses that the query has as well are not.
 */
extern int	partition_restrict(PlannerInfo *root, RelOptInfo *baserel, const UsageTable *table,
							   Relation rel);

#endif
