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

static bool adds_up(const QueryLevel *level, Node *expr, bool alike);

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

/* Factors */

static bool
is_finite_constant(Const *constant)
{
	Numeric		value;

	if (constant->constisnull)
		return true;
	value = DatumGetNumeric(constant->constvalue);
	return !numeric_is_nan(value) && !numeric_is_inf(value);
}

static bool is_finite(Node *expr);

static bool
are_finite(List *exprs)
{
	ListCell   *lc;

	foreach(lc, exprs)
	{
		if (!is_finite(lfirst(lc)))
			return false;
	}
	return true;
}

static bool
is_finite_choice(CaseExpr *choice)
{
	ListCell   *lc;

	foreach(lc, choice->args)
	{
		if (!is_finite((Node *) lfirst_node(CaseWhen, lc)->result))
			return false;
	}
	return choice->defresult == NULL || is_finite((Node *) choice->defresult);
}

/*
 * Is a numeric expression never infinite?  That holds for an integer cast to
 * numeric, a constant that is not, and a type with a precision; and for what is
 * computed of these, as numeric arithmetic raises an error instead.
 */
static bool
is_finite(Node *expr)
{
	if (IsA(expr, Const))
		return is_finite_constant((Const *) expr);
	if (exprTypmod(expr) >= 0)
		return true;
	switch (nodeTag(expr))
	{
		case T_FuncExpr:
			switch (((FuncExpr *) expr)->funcid)
			{
				case F_NUMERIC_INT2:
				case F_NUMERIC_INT4:
				case F_NUMERIC_INT8:
					return true;
				default:
					return false;
			}
		case T_OpExpr:
			switch (((OpExpr *) expr)->opfuncid)
			{
				case F_NUMERIC_ADD:
				case F_NUMERIC_SUB:
				case F_NUMERIC_MUL:
				case F_NUMERIC_DIV:
					return are_finite(((OpExpr *) expr)->args);
				default:
					return false;
			}
		case T_CoalesceExpr:
			return are_finite(((CoalesceExpr *) expr)->args);
		case T_CaseExpr:
			return is_finite_choice((CaseExpr *) expr);
		default:
			return false;
	}
}

/*
 * Is it a numeric that is the same for all rows of a coarser one, and finite
 * (infinity times zero is NaN)?  Each row has the same value, so that it may be
 * rounded, a quotient say.
 */
static bool
is_factor(const QueryLevel *level, Node *expr)
{
	return exprType(expr) == NUMERICOID && !grain_mentions_uncommon(expr, level) && is_finite(expr);
}

/* Summands */

static bool
is_zero(Node *expr)
{
	Const	   *constant = (Const *) expr;

	if (!IsA(expr, Const) || constant->constisnull)
		return false;
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

/*
 * A sum of terms is NULL where one of them is, so that each must be so for all
 * rows or for none.  A quotient is rounded for each row, and not taken.  Nor is a
 * product of integers: that of a coarser row may be out of range.
 */
static bool
operation_adds_up(const QueryLevel *level, OpExpr *op, bool alike)
{
	Node	   *left = linitial(op->args);
	Node	   *right = llast(op->args);

	switch (op->opfuncid)
	{
		case F_INT8PL:
		case F_INT8MI:
		case F_NUMERIC_ADD:
		case F_NUMERIC_SUB:
			return adds_up(level, left, true) && adds_up(level, right, true);
		case F_NUMERIC_MUL:
			return (adds_up(level, left, alike) && is_factor(level, right)) ||
				(adds_up(level, right, alike) && is_factor(level, left));
		default:
			return false;
	}
}

/* A number that is not there adds nothing: neither as NULL nor as 0. */
static bool
coalesce_adds_up(const QueryLevel *level, CoalesceExpr *coalesce)
{
	return list_length(coalesce->args) == 2 && is_zero(lsecond(coalesce->args)) &&
		adds_up(level, linitial(coalesce->args), false);
}

/* A CASE whose branch is the same for all rows of a coarser one. */
static bool
choice_adds_up(const QueryLevel *level, CaseExpr *choice, bool alike)
{
	ListCell   *lc;

	if (grain_mentions_uncommon((Node *) choice->arg, level))
		return false;
	foreach(lc, choice->args)
	{
		CaseWhen   *when = lfirst_node(CaseWhen, lc);

		if (grain_mentions_uncommon((Node *) when->expr, level) || !adds_up(level, (Node *) when->result, alike))
			return false;
	}
	return choice->defresult == NULL || adds_up(level, (Node *) choice->defresult, alike);
}

/*
 * Is its sum() the same over coarser rows?  With "alike" it must also be NULL
 * for all of the rows that a coarser one stands for or for none of them, as
 * sum() passes over those where it is.
 */
static bool
adds_up(const QueryLevel *level, Node *expr, bool alike)
{
	const UsageTableColumn *column = match_number(level, expr);

	if (column)
		return column->always_sent || !alike;
	switch (nodeTag(expr))
	{
		case T_Const:
			return ((Const *) expr)->constisnull || is_zero(expr);
		case T_FuncExpr:
			return ((FuncExpr *) expr)->funcid == F_NUMERIC_INT8 &&
				adds_up(level, linitial(((FuncExpr *) expr)->args), alike);
		case T_OpExpr:
			return operation_adds_up(level, (OpExpr *) expr, alike);
		case T_CoalesceExpr:
			return coalesce_adds_up(level, (CoalesceExpr *) expr);
		case T_CaseExpr:
			return choice_adds_up(level, (CaseExpr *) expr, alike);
		default:
			return false;
	}
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
	return adds_up(level, (Node *) linitial_node(TargetEntry, agg->args)->expr, false);
}
