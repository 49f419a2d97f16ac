/*
 * selectivity_known.c
 *	  Which clauses can be evaluated before the scan, for rows that may not
 *	  exist?
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"

#include "base/compat.h"
#include "plan/bucket_expr.h"
#include "plan/selectivity_private.h"

/* An expression_tree_walker() function. */
static bool
is_unknown(Node *node, void *cx)
{
	if (node == NULL)
		return false;
	return IsA(node, Param) || IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) ||
		IsA(node, PlaceHolderVar) || expression_tree_walker(node, is_unknown, cx);
}

/* Is it a test or a comparison of functions of a bucket's edges? */
static bool
is_clause_on_time(SelectivityContext *cx, Node *node)
{
	return (IsA(node, OpExpr) || IsA(node, ScalarArrayOpExpr) || IsA(node, NullTest)) &&
		exprType(node) == BOOLOID &&
		bucket_expr_restricts(cx->table, cx->root, cx->rel->relid, node);
}

/*
 * Replace in the expression what raises no error, but contain_leaked_vars()
 * does not know: comparisons of time, functions of a bucket's edges, and
 * COALESCE.
 */
static Node *
hide_harmless(Node *node, SelectivityContext *cx)
{
	if (node == NULL)
		return NULL;
	if (is_clause_on_time(cx, node))
		return makeBoolConst(true, false);
	if (bucket_expr_has_value(cx->table, cx->rel->relid, node))
		return linitial(pull_vars_of_level(node, 0));
	if (IsA(node, CoalesceExpr))
		node = (Node *) ((CoalesceExpr *) node)->args;
	return expression_tree_mutator(node, hide_harmless, cx);
}

/* Is it a comparison of a column, or of a function of time? */
static bool
compares_column(SelectivityContext *cx, Node *node)
{
	Node	   *hidden;
	ListCell   *lc;

	if (!IsA(node, OpExpr) && !IsA(node, ScalarArrayOpExpr))
		return false;
	if (is_clause_on_time(cx, node))
		return true;
	hidden = hide_harmless(node, cx);
	foreach(lc, IsA(hidden, OpExpr) ? ((OpExpr *) hidden)->args : ((ScalarArrayOpExpr *) hidden)->args)
	{
		Node	   *arg = lfirst(lc);

		while (IsA(arg, RelabelType))
			arg = (Node *) ((RelabelType *) arg)->arg;
		if (IsA(arg, Var))
			return true;
	}
	return false;
}

/*
 * Does a part of the expression without columns, such as a time zone, call
 * mutable functions?
 */
static bool
calls_beside_column(Node *node, void *cx)
{
	if (node == NULL)
		return false;
	if (!contain_var_clause(node))
		return contain_mutable_functions(node);
	return expression_tree_walker(node, calls_beside_column, cx);
}

/*
 * Would trying the expression call mutable functions that execution may never
 * get to, as behind OR, CASE or COALESCE?  What a column is compared with may
 * call them, as PostgreSQL's own estimates evaluate that too.
 */
static bool
calls_early(Node *node, SelectivityContext *cx)
{
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (IsA(node, BoolExpr) || IsA(node, BooleanTest) || IsA(node, List))
		return expression_tree_walker(node, calls_early, cx);
	if (IsA(node, NullTest) &&
		bucket_expr_has_value(cx->table, cx->rel->relid, (Node *) ((NullTest *) node)->arg))
		return calls_beside_column(node, NULL);
	if (!compares_column(cx, node))
		return contain_mutable_functions(node);
	foreach(lc, IsA(node, OpExpr) ? ((OpExpr *) node)->args : ((ScalarArrayOpExpr *) node)->args)
	{
		if (contain_var_clause(lfirst(lc)) && calls_beside_column(lfirst(lc), NULL))
			return true;
	}
	return false;
}

bool
selectivity_is_harmless(SelectivityContext *cx, Node *expr)
{
	return !contain_volatile_functions(expr) &&
		bms_is_subset(PullRelations(cx->root, expr), bms_make_singleton(cx->rel->relid)) &&
		!calls_early(expr, cx) && !contain_leaked_vars(hide_harmless(expr, cx));
}

bool
selectivity_is_unknown(Node *expr)
{
	return is_unknown(expr, NULL);
}
