/*
 * grain_sum.c
 *	  Which sums are the same over the rows of a coarser grain?
 *
 * Condition 3 of docs/design.md section 3.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "plan/grain_private.h"

static bool is_summand(const QueryLevel *level, Node *expr);

/*
 * The column of a number that adds up over dimensions and is not rounded.  One
 * that the API only sends under some grouping may have another unit in each
 * group.
 */
static const UsageTableColumn *
match_number(const QueryLevel *level, Node *expr)
{
	const UsageTableColumn *column = table_var(level->table, level->rel->relid, expr);

	if (!column || column->required ||
		(column->role != USAGE_MEASURE && column->role != USAGE_GAUGE))
		return NULL;
	if (column->type != INT8OID && (column->type != NUMERICOID || column->typmod >= 0))
		return NULL;
	return column;
}

/* Is it such a number, of type numeric or cast to it? */
static bool
is_numeric_number(const QueryLevel *level, Node *expr)
{
	FuncExpr   *cast = (FuncExpr *) expr;

	if (IsA(expr, FuncExpr) && cast->funcid == F_NUMERIC_INT8)
		return match_number(level, linitial(cast->args)) != NULL;
	return exprType(expr) == NUMERICOID && match_number(level, expr) != NULL;
}

static bool
is_finite_constant(Const *constant)
{
	Numeric		value;

	if (constant->constisnull)
		return true;
	value = DatumGetNumeric(constant->constvalue);
	return !numeric_is_nan(value) && !numeric_is_inf(value);
}

/*
 * Is it a numeric that is the same for all rows of a coarser one, and finite
 * (infinity times zero is NaN)?  Finite are an integer cast to numeric, a
 * constant that is, and a type with a precision.
 */
static bool
is_factor(const QueryLevel *level, Node *expr)
{
	FuncExpr   *cast = (FuncExpr *) expr;

	if (exprType(expr) != NUMERICOID || grain_mentions_uncommon(expr, level))
		return false;
	if (IsA(expr, Const))
		return is_finite_constant((Const *) expr);
	if (IsA(expr, FuncExpr) &&
		(cast->funcid == F_NUMERIC_INT2 || cast->funcid == F_NUMERIC_INT4 ||
		 cast->funcid == F_NUMERIC_INT8))
		return true;
	return exprTypmod(expr) >= 0;
}

/*
 * sum(a + b) is sum(a) + sum(b) only where neither is NULL without the other.
 */
static bool
is_sum_of_numbers(const QueryLevel *level, Node *expr)
{
	const UsageTableColumn *column = match_number(level, expr);
	OpExpr	   *op = (OpExpr *) expr;

	if (column)
		return column->always_sent;
	if (!IsA(expr, OpExpr))
		return false;
	switch (op->opfuncid)
	{
		case F_INT8PL:
		case F_INT8MI:
		case F_NUMERIC_ADD:
		case F_NUMERIC_SUB:
			return list_length(op->args) == 2 &&
				is_sum_of_numbers(level, linitial(op->args)) &&
				is_sum_of_numbers(level, lsecond(op->args));
		default:
			return false;
	}
}

static bool
is_product(const QueryLevel *level, Node *expr)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *left;
	Node	   *right;

	if (!IsA(expr, OpExpr) || op->opfuncid != F_NUMERIC_MUL)
		return false;
	left = linitial(op->args);
	right = lsecond(op->args);
	return (is_numeric_number(level, left) && is_factor(level, right)) ||
		(is_numeric_number(level, right) && is_factor(level, left));
}

static bool
is_zero_or_null(Node *expr)
{
	Const	   *constant = (Const *) expr;

	if (!IsA(expr, Const))
		return false;
	if (constant->constisnull)
		return true;
	switch (constant->consttype)
	{
		case INT8OID:
			return DatumGetInt64(constant->constvalue) == 0;
		case NUMERICOID:
			return DatumGetInt32(DirectFunctionCall2(numeric_cmp, constant->constvalue,
													 DirectFunctionCall1(int4_numeric, Int32GetDatum(0)))) == 0;
		default:
			return false;
	}
}

/* Is it a CASE whose branch is the same for all rows of a coarser one? */
static bool
is_choice(const QueryLevel *level, Node *expr)
{
	CaseExpr   *choice = (CaseExpr *) expr;
	ListCell   *lc;

	if (!IsA(expr, CaseExpr) || grain_mentions_uncommon((Node *) choice->arg, level))
		return false;
	foreach(lc, choice->args)
	{
		CaseWhen   *when = lfirst_node(CaseWhen, lc);

		if (grain_mentions_uncommon((Node *) when->expr, level) || !is_summand(level, (Node *) when->result))
			return false;
	}
	return choice->defresult == NULL || is_summand(level, (Node *) choice->defresult);
}

/* Is its sum() the same over coarser rows? */
static bool
is_summand(const QueryLevel *level, Node *expr)
{
	return match_number(level, expr) || is_numeric_number(level, expr) || is_zero_or_null(expr) ||
		is_sum_of_numbers(level, expr) || is_product(level, expr) || is_choice(level, expr);
}

bool
grain_is_qualified_sum(const QueryLevel *level, Aggref *agg)
{
	if (agg->aggfnoid != F_SUM_INT8 && agg->aggfnoid != F_SUM_NUMERIC)
		return false;
	if (agg->aggdistinct != NIL || agg->aggorder != NIL || agg->agglevelsup != 0)
		return false;
	if (grain_mentions_uncommon((Node *) agg->aggfilter, level))
		return false;
	return is_summand(level, (Node *) linitial_node(TargetEntry, agg->args)->expr);
}
