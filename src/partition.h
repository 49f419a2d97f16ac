/*
 * partition.h
 *	  A partition holds what its bound says.
 *
 * PostgreSQL trusts the bound of a foreign partition: it prunes by it, and does
 * not check rows.  The API knows nothing of it and sends what else there is.
 * So the bound is part of what the table means: a restriction that every query
 * of the table has.
 */
#ifndef USAGE_PARTITION_H
#define USAGE_PARTITION_H

#include "nodes/pathnodes.h"
#include "utils/rel.h"

/*
 * The partition's constraint, of all levels above it, as clauses that are ANDed,
 * their Vars those of that range table entry; NIL if the table is no partition.
 * In CurrentMemoryContext.  Appends to *parents the OIDs of the tables that it
 * depends on, which are locked until the transaction ends.
 */
extern List *partition_clauses(Relation rel, Index relid, List **parents);

/*
 * Add them to the relation's restrictions, as if the query had them.  To be
 * called before anybody has looked at these.
 */
extern void partition_restrict(PlannerInfo *root, RelOptInfo *baserel, Relation rel);

#endif
