/*
 * partition.h
 *	  What does a partition's bound say of its rows?
 *
 * PostgreSQL trusts the bound of a foreign partition: a row that does not
 * satisfy it is handed up all the same, and counted twice where another
 * partition holds it as well.  Nobody but the wrapper can see to it, so the
 * bound is part of what the table means: it restricts the table as a WHERE
 * clause would.
 */
#ifndef USAGE_PARTITION_H
#define USAGE_PARTITION_H

#include "nodes/pathnodes.h"
#include "utils/rel.h"

#include "catalogue/table.h"

/*
 * The constraint of a partition with those of all levels above it, as clauses
 * that are ANDed, of columns of the relation `relid`; NIL where it has none.
 * They are in the form that WHERE clauses have in the planner.  Locks the
 * levels above, as planning a query of them does.  root: NULL outside of
 * planning; in it, the plan is made anew when one of those levels changes.
 */
extern List *partition_clauses(PlannerInfo *root, const UsageTable *table, Relation rel,
							   Index relid);

/*
 * Put these clauses before the relation's restrictions, and before anything is
 * made of those: at the start of GetForeignRelSize.  Returns how many there
 * are; what the query says as well is not among them.
 */
extern int	partition_restrict(PlannerInfo *root, RelOptInfo *baserel, const UsageTable *table,
							   Relation rel);

#endif
