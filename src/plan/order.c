/*
 * order.c
 *	  Which orders of rows can a scan give that the planner has use for?
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "plan/order.h"

/* Do rows come in the order of the column, or can they? */
static bool
is_sorted(const UsageTableColumn *column)
{
	return column->role == USAGE_BUCKET || column->sorted;
}

/*
 * Is an edge of the bucket a member of the class, and does the operator family
 * sort it by time?  A family that is not the default one may sort it in other
 * ways.
 */
static bool
holds_edge(EquivalenceClass *ec, Oid opfamily, RelOptInfo *rel, const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	if (ec->ec_has_volatile)
		return false;
	while ((column = table_next_column(table, column)))
	{
		Var		   *var;

		if (!is_sorted(column) ||
			lookup_type_cache(column->type, TYPECACHE_BTREE_OPFAMILY)->btree_opf != opfamily)
			continue;
		var = makeVar(rel->relid, column->attnum, column->type, column->typmod, InvalidOid, 0);
		if (find_ec_member_matching_expr(ec, (Expr *) var, rel->relids))
			return true;
	}
	return false;
}

List *
order_of_query(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table, bool *newest_first)
{
	List	   *pathkeys = NIL;
	ListCell   *lc;

	foreach(lc, root->query_pathkeys)
	{
		PathKey    *pathkey = lfirst_node(PathKey, lc);
		bool		descending = PathKeyIsDescending(pathkey);

		if (pathkeys == NIL)
			*newest_first = descending;
		if (descending != *newest_first ||
			!holds_edge(pathkey->pk_eclass, pathkey->pk_opfamily, rel, table))
			break;
		pathkeys = lappend(pathkeys, pathkey);
	}
	return pathkeys;
}

/* Add the class to the list, if the scan can give its order. */
static List *
add_class(List *classes, EquivalenceClass *ec, RelOptInfo *rel, const UsageTable *table)
{
	if (ec->ec_has_const || !holds_edge(ec, linitial_oid(ec->ec_opfamilies), rel, table))
		return classes;
	return list_append_unique_ptr(classes, ec);
}

List *
order_of_joins(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table)
{
	List	   *classes = NIL;
	List	   *orders = NIL;
	ListCell   *lc;

	foreach(lc, root->eq_classes)
	{
		EquivalenceClass *ec = lfirst_node(EquivalenceClass, lc);

		if (eclass_useful_for_merging(root, ec, rel))
			classes = add_class(classes, ec, rel, table);
	}
	/* the sides of an outer join are in classes of their own */
	foreach(lc, rel->joininfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (rinfo->mergeopfamilies == NIL)
			continue;
		update_mergeclause_eclasses(root, rinfo);
		classes = add_class(classes, rinfo->left_ec, rel, table);
		classes = add_class(classes, rinfo->right_ec, rel, table);
	}
	foreach(lc, classes)
		orders = lappend(orders, list_make1(MakeAscendingPathKey(root, (EquivalenceClass *) lfirst(lc))));
	return orders;
}
