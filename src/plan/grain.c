/*
 * grain.c
 *	  What grain does this query need?
 *
 * A row of a coarser relation stands for several rows of the table's own: its
 * measures are their sums, its dimensions are what they have in common.  A
 * query level gives the same answer over either if it can't tell how many rows
 * there were, and takes their measures only as sums.  The sums are still made
 * by the executor, over fewer rows.
 *
 * The numbers in comments are those of the conditions in docs/design.md section 3.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "plan/grain_private.h"

bool		usage_enable_grain_reduction = true;

/* The column of this table that the expression is, or NULL. */
static const UsageTableColumn *
match_column(const QueryLevel *level, Node *expr)
{
	return table_var(level->table, level->rel->relid, expr);
}

/*
 * Have all rows that a coarser one stands for the same value in this column?
 */
static bool
is_common(const UsageTableColumn *column)
{
	return column->role == USAGE_DIMENSION || column->role == USAGE_FACET ||
		column->role == USAGE_BUCKET;
}

bool
grain_mentions_uncommon(Node *expr, const QueryLevel *level)
{
	if (expr == NULL)
		return false;
	if (IsA(expr, Var))
	{
		Var		   *var = (Var *) expr;
		const UsageTableColumn *column = match_column(level, expr);

		return var->varno == level->rel->relid && (!column || !is_common(column));
	}
	return expression_tree_walker(expr, grain_mentions_uncommon, (void *) level);
}

/* Condition 2: aggregates that depend on how often a row comes */

/* bit_and() and bit_or() ignore duplicates but have no sort operator. */
static bool
is_bitwise(Oid aggregate)
{
	switch (aggregate)
	{
		case F_BIT_AND_INT2:
		case F_BIT_AND_INT4:
		case F_BIT_AND_INT8:
		case F_BIT_AND_BIT:
		case F_BIT_OR_INT2:
		case F_BIT_OR_INT4:
		case F_BIT_OR_INT8:
		case F_BIT_OR_BIT:
			return true;
		default:
			return false;
	}
}

/*
 * An aggregate with a sort operator gives the first of its inputs in that
 * order: min(), max(), bool_and(), bool_or(), every().
 */
static bool
has_sort_operator(Oid aggregate)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	bool		found;

	if (!HeapTupleIsValid(tuple))
		return false;
	found = OidIsValid(((Form_pg_aggregate) GETSTRUCT(tuple))->aggsortop);
	ReleaseSysCache(tuple);
	return found;
}

/* Is the aggregate's result the same however often its input comes? */
static bool
ignores_duplicates(const Aggref *agg)
{
	if (agg->aggkind != AGGKIND_NORMAL || agg->aggfnoid >= FirstGenbkiObjectId)
		return false;
	return agg->aggdistinct != NIL || is_bitwise(agg->aggfnoid) ||
		has_sort_operator(agg->aggfnoid);
}

/*
 * Is it a count of what is the same for all rows of a coarser one?  It is 0 over
 * both relations, or over neither.
 */
static bool
is_common_count(Node *expr, const QueryLevel *level)
{
	Aggref	   *agg = (Aggref *) expr;

	if (!IsA(expr, Aggref) || agg->agglevelsup != 0)
		return false;
	if (agg->aggfnoid != F_COUNT_ && agg->aggfnoid != F_COUNT_ANY)
		return false;
	return !grain_mentions_uncommon((Node *) agg->args, level) &&
		!grain_mentions_uncommon((Node *) agg->aggfilter, level);
}

/*
 * Does count <op> value tell 0 from all other counts, and no more?  The other
 * way round, the operator's commutator does.
 */
static bool
tells_zero(Oid opno, int64 value)
{
	switch (get_op_opfamily_strategy(opno, INTEGER_BTREE_FAM_OID))
	{
		case BTLessStrategyNumber:
		case BTGreaterEqualStrategyNumber:
			return value == 1;
		case BTLessEqualStrategyNumber:
		case BTEqualStrategyNumber:
		case BTGreaterStrategyNumber:
			return value == 0;
		default:
			/* <> is in no family, but the negator of = */
			return value == 0 &&
				get_op_opfamily_strategy(get_negator(opno), INTEGER_BTREE_FAM_OID) == BTEqualStrategyNumber;
	}
}

/* Condition 2: HAVING count(*) > 0 and its like ask whether there is a row. */
static bool
is_existence_test(Node *expr, const QueryLevel *level)
{
	OpExpr	   *op = (OpExpr *) expr;
	Oid			opno;
	Node	   *count;
	Const	   *value;

	if (!IsA(expr, OpExpr) || list_length(op->args) != 2)
		return false;
	opno = op->opno;
	count = linitial(op->args);
	value = lsecond(op->args);
	if (IsA(count, Const))
	{
		opno = get_commutator(opno);
		count = lsecond(op->args);
		value = linitial(op->args);
	}
	if (!IsA(value, Const) || value->constisnull || !is_common_count(count, level))
		return false;
	switch (value->consttype)
	{
		case INT4OID:
			return tells_zero(opno, DatumGetInt32(value->constvalue));
		case INT8OID:
			return tells_zero(opno, DatumGetInt64(value->constvalue));
		default:
			return false;
	}
}

/*
 * Conditions 2 and 4: does the value of an expression of the target list or
 * HAVING change with coarser rows?
 */
static bool
sees_difference(Node *expr, const QueryLevel *level)
{
	if (expr == NULL)
		return false;
	if (IsA(expr, Var))
		return grain_mentions_uncommon(expr, level);
	if (is_existence_test(expr, level))
		return false;
	if (IsA(expr, Aggref))
	{
		Aggref	   *agg = (Aggref *) expr;

		if (grain_is_qualified_sum(level, agg))
			return false;
		if (agg->agglevelsup != 0 || !ignores_duplicates(agg))
			return true;
	}
	return expression_tree_walker(expr, sees_difference, (void *) level);
}

/*
 * Condition 4: uncommon columns may be needed by the final target list and
 * HAVING, and by nothing else.
 */
static bool
uncommon_is_final(const QueryLevel *level)
{
	ListCell   *lc;

	if (grain_mentions_uncommon((Node *) level->joined, level))
		return false;
	foreach(lc, level->rel->baserestrictinfo)
	{
		if (grain_mentions_uncommon((Node *) lfirst_node(RestrictInfo, lc)->clause, level))
			return false;
	}
	return true;
}

bool
grain_is_free(const QueryLevel *level)
{
	return uncommon_is_final(level) && !sees_difference((Node *) level->final, level);
}

/*
 * Dimensions that another column requires (table.h) may go too: where
 * grain_is_free(), the query uses no such column, as it is neither common nor
 * a number that adds up.
 */
void
grain_reduce(UsageRequest *request)
{
	List	   *kept = NIL;
	ListCell   *lc;

	if (!usage_enable_grain_reduction)
		return;
	foreach(lc, request->group_by)
	{
		if (list_member_int(request->columns, lfirst_int(lc)))
			kept = lappend_int(kept, lfirst_int(lc));
	}
	request->group_by = kept;
}
