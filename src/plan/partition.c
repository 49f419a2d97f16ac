/*
 * partition.c
 *	  What does a partition's bound say of its rows?
 *
 * RelationGetPartitionQual() has this constraint, but its cache may be stale:
 * what a default partition holds depends on its siblings, and when one comes
 * or goes PostgreSQL invalidates the constraint of the default partition, but
 * not those of the partitions of that.  So it is put together anew, level by
 * level.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "partitioning/partbounds.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "plan/partition.h"

/* The bound of one partition, as clauses on columns of its parent. */
static List *
bound_clauses(Oid relid, Relation parent)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	List	   *clauses = NIL;
	Datum		bound;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &isnull);
	if (!isnull)
		clauses = PartitionBoundClauses(parent, stringToNode(TextDatumGetCString(bound)));
	ReleaseSysCache(tuple);
	return clauses;
}

/*
 * The constraint in implicit-AND form, as PostgreSQL makes it; the OIDs of the
 * levels above are appended to `ancestors`. A partition that is being detached
 * counts as one, as it does in snapshots from before.
 */
static List *
all_clauses(Relation rel, List **ancestors)
{
	List	   *clauses = NIL;
	Oid			relid = RelationGetRelid(rel);

	while (get_rel_relispartition(relid))
	{
		Oid			parentid = get_partition_parent(relid, true);
		Relation	parent = table_open(parentid, AccessShareLock);

		clauses = list_concat(map_partition_varattnos(bound_clauses(relid, parent), 1,
													  rel, parent),
							  clauses);
		table_close(parent, NoLock);
		*ancestors = lappend_oid(*ancestors, parentid);
		relid = parentid;
	}
	return clauses;
}

typedef struct NullTestContext
{
	const UsageTable *table;
	Index		relid;
} NullTestContext;

/*
 * An edge of a bucket is never NULL, so a test for that is a constant.  What
 * remains is often a plain range, which requests can carry.
 */
static Node *
without_null_tests(Node *node, void *arg)
{
	NullTestContext *cx = arg;
	NullTest   *test = (NullTest *) node;
	const UsageTableColumn *column;

	if (node == NULL)
		return NULL;
	if (IsA(node, NullTest))
	{
		column = table_var(cx->table, cx->relid, (Node *) test->arg);
		if (column && column->role == USAGE_BUCKET)
			return makeBoolConst(test->nulltesttype == IS_NOT_NULL, false);
	}
	return expression_tree_mutator(node, without_null_tests, arg);
}

List *
partition_clauses(PlannerInfo *root, const UsageTable *table, Relation rel, Index relid)
{
	NullTestContext cx = {table, relid};
	List	   *ancestors = NIL;
	List	   *clauses = all_clauses(rel, &ancestors);
	Node	   *clause;

	if (root)
		root->glob->relationOids = list_concat(root->glob->relationOids, ancestors);
	if (clauses == NIL)
		return NIL;
	clause = (Node *) make_ands_explicit(clauses);
	if (relid != 1)
		ChangeVarNodes(clause, 1, relid, 0);
	clause = eval_const_expressions(root, without_null_tests(clause, &cx));
	return make_ands_implicit(canonicalize_qual((Expr *) clause, false));
}

/* Does the query have the same clause? */
static bool
is_restricted(const RelOptInfo *baserel, Node *clause)
{
	ListCell   *lc;

	foreach(lc, baserel->baserestrictinfo)
		if (equal(lfirst_node(RestrictInfo, lc)->clause, clause))
		return true;
	return false;
}

/*
 * As restrictions, the clauses need no further care, here or in PostgreSQL:
 * the columns that they mention are fetched, requests are narrowed by them,
 * and the executor checks them.  Their security level is the lowest: they say
 * which rows exist, before policies say who may see them.
 */
int
partition_restrict(PlannerInfo *root, RelOptInfo *baserel, const UsageTable *table, Relation rel)
{
	List	   *clauses = partition_clauses(root, table, rel, baserel->relid);
	List	   *added = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
		if (!is_restricted(baserel, lfirst(lc)))
		added = lappend(added, make_simple_restrictinfo(root, lfirst(lc)));
	if (added == NIL)
		return 0;
	baserel->baserestrictinfo = list_concat_copy(added, baserel->baserestrictinfo);
	baserel->baserestrict_min_security = 0;
	cost_qual_eval(&baserel->baserestrictcost, baserel->baserestrictinfo, root);
	return list_length(added);
}
