/*
 * qual_filter.c
 *	  The values of a dimension that a clause asks for.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "plan/qual_private.h"

static FilterClause *
make_filter(QualContext *cx, const UsageTableColumn *column, Node *value, bool is_array)
{
	FilterClause *filter = palloc0(sizeof(FilterClause));
	FilterItem *item = palloc0(sizeof(FilterItem));

	item->value = request_add_expr(cx->request, value);
	item->is_array = is_array;
	filter->attnum = column->attnum;
	filter->items = list_make1(item);
	return filter;
}

/* The column that the expression is, if it has a filter of that kind. */
static const UsageTableColumn *
match_dimension(QualContext *cx, Node *expr, FieldKind kind)
{
	const UsageTableColumn *column = qual_column(cx, expr);

	if (!column || !column->filter || column->null_test || column->kind != kind)
		return NULL;
	return column;
}

/*
 * A text dimension, perhaps relabelled as text (as a varchar is for a
 * comparison), which leaves its bytes as they are.
 */
static const UsageTableColumn *
match_text(QualContext *cx, Node *expr)
{
	if (IsA(expr, RelabelType) && ((RelabelType *) expr)->resulttype == TEXTOID)
		expr = (Node *) ((RelabelType *) expr)->arg;
	return match_dimension(cx, expr, FIELD_TEXT);
}

/* Is the operator the equality of two texts, and is that of their bytes? */
static bool
is_text_equality(Oid opno, Oid collation)
{
	Oid			left;
	Oid			right;

	return qual_strategy(opno, TEXTOID, &left, &right) == BTEqualStrategyNumber &&
		left == TEXTOID && right == TEXTOID &&
		OidIsValid(collation) && get_collation_isdeterministic(collation);
}

static bool
is_boolean_equality(Oid opno)
{
	Oid			left;
	Oid			right;

	return qual_strategy(opno, BOOLOID, &left, &right) == BTEqualStrategyNumber;
}

static FilterClause *
match_filter_operator(QualContext *cx, OpExpr *op)
{
	const UsageTableColumn *column;
	Oid			opno = op->opno;
	Node	   *left;
	Node	   *right;

	if (list_length(op->args) != 2)
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	if (qual_is_value(cx, left))
		qual_commute(&opno, &left, &right);
	if (!qual_is_value(cx, right))
		return NULL;
	if ((column = match_text(cx, left)) && is_text_equality(opno, op->inputcollid))
		return make_filter(cx, column, right, false);
	if ((column = match_dimension(cx, left, FIELD_BOOLEAN)) && is_boolean_equality(opno))
		return make_filter(cx, column, right, false);
	return NULL;
}

static FilterClause *
match_filter_array(QualContext *cx, ScalarArrayOpExpr *op)
{
	const UsageTableColumn *column = match_text(cx, linitial(op->args));

	if (!column || !op->useOr || !is_text_equality(op->opno, op->inputcollid) ||
		!qual_is_value(cx, lsecond(op->args)))
		return NULL;
	return make_filter(cx, column, lsecond(op->args), true);
}

/* OR of equalities of one dimension. */
static FilterClause *
match_filter_or(QualContext *cx, BoolExpr *expr)
{
	FilterClause *filter = NULL;
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		FilterClause *arm = qual_match_filter(cx, lfirst(lc));

		if (!arm || (filter && filter->attnum != arm->attnum))
			return NULL;
		if (!filter)
		{
			filter = arm;
			continue;
		}
		filter->items = list_concat(filter->items, arm->items);
		list_free(arm->items);
		pfree(arm);
	}
	return filter;
}

/*
 * A filter for a boolean dimension that equals the value: it stands alone, or
 * under NOT, IS TRUE or IS FALSE.
 */
static FilterClause *
match_boolean(QualContext *cx, Node *expr, bool value)
{
	const UsageTableColumn *column = match_dimension(cx, expr, FIELD_BOOLEAN);

	return column ? make_filter(cx, column, makeBoolConst(value, false), false) : NULL;
}

/* IS NULL, of a column whose filter is for that: its accepted value stands for it. */
static FilterClause *
match_null(QualContext *cx, NullTest *test)
{
	const UsageTableColumn *column = qual_column(cx, (Node *) test->arg);
	Node	   *value;

	if (test->nulltesttype != IS_NULL || !column || !column->null_test)
		return NULL;
	value = (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
							   CStringGetTextDatum(column->accepted[0]), false, false);
	return make_filter(cx, column, value, false);
}

FilterClause *
qual_match_filter(QualContext *cx, Expr *clause)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return match_filter_operator(cx, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return match_filter_array(cx, (ScalarArrayOpExpr *) clause);
		case T_Var:
			return match_boolean(cx, (Node *) clause, true);
		case T_BoolExpr:
			if (is_orclause(clause))
				return match_filter_or(cx, (BoolExpr *) clause);
			if (is_notclause(clause))
				return match_boolean(cx, (Node *) get_notclausearg(clause), false);
			return NULL;
		case T_NullTest:
			return match_null(cx, (NullTest *) clause);
		case T_BooleanTest:
			{
				BooleanTest *test = (BooleanTest *) clause;

				if (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE)
					return match_boolean(cx, (Node *) test->arg,
										 test->booltesttype == IS_TRUE);
				return NULL;
			}
		default:
			return NULL;
	}
}
