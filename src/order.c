/*
 * order.c
 *	  Which orders of rows can a scan give that the planner has use for?
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "utils/typcache.h"

#include "compat.h"
#include "order.h"

/*
 * Is a bound of the bucket one of those that are equal, and is the order that
 * of time?  An operator family of somebody's own may sort time in other ways.
 */
static bool
holds_bound(EquivalenceClass *ec, Oid opfamily, RelOptInfo *rel, const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	if (ec->ec_has_volatile)
		return false;
	while ((column = table_next_column(table, column)))
	{
		Var		   *var;

		if (column->role != USAGE_BUCKET ||
			lookup_type_cache(column->type, TYPECACHE_BTREE_OPFAMILY)->btree_opf != opfamily)
			continue;
		var = makeVar(rel->relid, column->attnum, column->type, column->typmod, InvalidOid, 0);
		if (find_ec_member_matching_expr(ec, (Expr *) var, rel->relids))
			return true;
	}
	return false;
}

List *
order_of_query(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table, bool *backward)
{
	List	   *pathkeys = NIL;
	ListCell   *lc;

	foreach(lc, root->query_pathkeys)
	{
		PathKey    *pathkey = lfirst_node(PathKey, lc);
		bool		descending = PathKeyIsDescending(pathkey);

		if (pathkeys == NIL)
			*backward = descending;
		if (descending != *backward ||
			!holds_bound(pathkey->pk_eclass, pathkey->pk_opfamily, rel, table))
			break;
		pathkeys = lappend(pathkeys, pathkey);
	}
	return pathkeys;
}

List *
order_of_joins(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table)
{
	List	   *orders = NIL;
	ListCell   *lc;

	foreach(lc, root->eq_classes)
	{
		EquivalenceClass *ec = lfirst_node(EquivalenceClass, lc);

		if (!ec->ec_has_const && eclass_useful_for_merging(root, ec, rel) &&
			holds_bound(ec, linitial_oid(ec->ec_opfamilies), rel, table))
			orders = lappend(orders, list_make1(MakeAscendingPathKey(root, ec)));
	}
	return orders;
}
