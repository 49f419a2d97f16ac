/*
 * partition.c
 *	  What does a partition's bound say of its rows?
 *
 * The server has this constraint ready (RelationGetPartitionQual()), but what
 * it has cached may be old: what a default partition holds depends on its
 * siblings, and when one comes or goes the server forgets the constraint of
 * the default partition, but not of the partitions that this one is made of.
 * So it is put together anew, level by level.
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

/* What the bound of one partition says, of columns of its parent. */
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
 * The constraint in implicit-AND form, as the server has it; the levels above
 * are appended to `ancestors`.  A partition that is being detached is still
 * one for those who began before.
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
 * No edge of a bucket is NULL: a test for it is a constant.  What remains is
 * often a plain range, which requests can carry.
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

/* Does the query say the same? */
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
 * Restrictions are all that the rest of planning, here and in the server, has
 * to know: it fetches and keeps the columns that they mention, narrows requests
 * by them and has the executor check them.  Their security level is the lowest:
 * they say what there is, before policies say who may see it.
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
