/*
 * partition.c
 *	  A partition holds what its bound says.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "partitioning/partbounds.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "compat.h"
#include "partition.h"

/* The bound of the table in its parent. */
static PartitionBoundSpec *
read_bound(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	PartitionBoundSpec *bound = NULL;
	Datum		stored;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	stored = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &isnull);
	if (!isnull)
		bound = stringToNode(TextDatumGetCString(stored));
	ReleaseSysCache(tuple);
	return bound;
}

/*
 * The constraint of the table, with the columns of its own.  The server's
 * RelationGetPartitionQual() is not asked, as it remembers the answer: of a
 * partition of a default partition it is not told when the siblings of that one
 * come and go.
 */
static List *
constraint_of(Relation rel, List **parents)
{
	PartitionBoundSpec *bound;
	Relation	parent;
	List	   *clauses;

	if (!rel->rd_rel->relispartition)
		return NIL;
	parent = table_open(get_partition_parent(RelationGetRelid(rel), true), AccessShareLock);
	*parents = lappend_oid(*parents, RelationGetRelid(parent));
	clauses = constraint_of(parent, parents);
	bound = read_bound(RelationGetRelid(rel));
	if (bound)
		clauses = list_concat(clauses, get_qual_from_partbound(parent, bound));
	clauses = map_partition_varattnos(clauses, 1, rel, parent);
	table_close(parent, NoLock);	/* the constraint stays until commit */
	return clauses;
}

/* Simplified as the planner does with the bounds that it excludes tables by. */
List *
partition_clauses(Relation rel, Index relid, List **parents)
{
	List	   *clauses = constraint_of(rel, parents);

	clauses = (List *) expression_planner((Expr *) clauses);
	if (relid != 1)
		ChangeVarNodes((Node *) clauses, 1, relid, 0);
	return clauses;
}

/* Does the query say the same itself? */
static bool
is_restricted_by(const RelOptInfo *baserel, const Node *clause)
{
	ListCell   *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		if (equal(lfirst_node(RestrictInfo, lc)->clause, clause))
			return true;
	}
	return false;
}

/*
 * The executor is handed them with the others, since the API is not trusted to
 * filter.  The clauses are the table's own and come first where the order of
 * restrictions matters (security levels): who may read the table at all is told
 * no more by them than by the partition's definition.
 *
 * A plan for the partition alone depends on its parents, too, as the constraint
 * of a default partition is what its siblings leave.
 */
void
partition_restrict(PlannerInfo *root, RelOptInfo *baserel, Relation rel)
{
	List	   *parents = NIL;
	List	   *clauses = partition_clauses(rel, baserel->relid, &parents);
	ListCell   *lc;

	foreach(lc, clauses)
		if (!is_restricted_by(baserel, lfirst(lc)))
			baserel->baserestrictinfo = lappend(baserel->baserestrictinfo,
												make_simple_restrictinfo(root, lfirst(lc)));
	if (clauses != NIL)
		cost_qual_eval(&baserel->baserestrictcost, baserel->baserestrictinfo, root);
	root->glob->relationOids = list_concat(root->glob->relationOids, parents);
}
