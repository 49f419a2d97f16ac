/*
 * qual_time.c
 *	  The conditions on time that a clause is or implies.
 *
 * Comparisons of a bucket's edge with a value are ranges, whatever the value.
 * Of any other clause on edges it is tried for which buckets it holds
 * (bind_try.c).
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "plan/bucket_expr.h"
#include "plan/qual_private.h"

/* A clause of more nodes is not tried: it would be copied several times. */
#define MAX_NODES 5000

/* The edge that the expression is. */
static UsageEdge
match_edge(QualContext *cx, Node *expr)
{
	const UsageTableColumn *column = qual_column(cx, expr);
	UsageEdge	edge = column && column->role == USAGE_BUCKET ? column->edge : USAGE_NO_EDGE;

	return edge != USAGE_NO_EDGE && column->type == (edge == USAGE_DAY ? DATEOID : TIMESTAMPTZOID) ?
		edge : USAGE_NO_EDGE;
}

/*
 * May a value of that type be compared with the edge as ranges?  When a day is
 * which instant, depends on the session's zone.
 */
static bool
is_comparable(UsageEdge edge, Oid type)
{
	return type == DATEOID || type == TIMESTAMPOID ||
		(type == TIMESTAMPTZOID && edge != USAGE_DAY);
}

static TimeClause *
make_comparison(QualContext *cx, TimeClauseKind kind, Oid opno, UsageEdge edge, Node *value)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));
	Oid			left;
	Oid			right;
	Oid			type = exprType(value);

	if (kind == TIME_COMPARE_ANY)
		type = get_base_element_type(type);
	clause->kind = kind;
	clause->subject = edge;
	clause->strategy = qual_strategy(opno, TIMESTAMPTZOID, &left, &right);
	clause->type = type;
	if (clause->strategy == InvalidStrategy || right != type ||
		left != (edge == USAGE_DAY ? DATEOID : TIMESTAMPTZOID) || !is_comparable(edge, type))
		return NULL;
	clause->value = request_add_expr(cx->request, value);
	return clause;
}

static TimeClause *
match_time_operator(QualContext *cx, OpExpr *op)
{
	Oid			opno = op->opno;
	UsageEdge	edge;
	Node	   *left;
	Node	   *right;

	if (list_length(op->args) != 2)
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	if ((edge = match_edge(cx, left)) == USAGE_NO_EDGE)
	{
		qual_commute(&opno, &left, &right);
		if ((edge = match_edge(cx, left)) == USAGE_NO_EDGE)
			return NULL;
	}
	if (!qual_is_value(cx, right))
		return NULL;
	return make_comparison(cx, TIME_COMPARE, opno, edge, right);
}

static TimeClause *
match_time_array(QualContext *cx, ScalarArrayOpExpr *op)
{
	UsageEdge	edge = match_edge(cx, linitial(op->args));

	if (!op->useOr || edge == USAGE_NO_EDGE || !qual_is_value(cx, lsecond(op->args)))
		return NULL;
	return make_comparison(cx, TIME_COMPARE_ANY, op->opno, edge, lsecond(op->args));
}

/*
 * AND: what is not understood may be left out, the rest still holds for every
 * row.  OR: each argument must be understood.
 */
static TimeClause *
match_time_bool(QualContext *cx, BoolExpr *expr, QualFit *fit)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));
	ListCell   *lc;

	if (expr->boolop == NOT_EXPR)
		return NULL;
	clause->kind = expr->boolop == AND_EXPR ? TIME_ALL : TIME_ANY;
	*fit = QUAL_EXACT;
	foreach(lc, expr->args)
	{
		QualFit		arg_fit = QUAL_LOCAL;
		TimeClause *arg = qual_match_time(cx, lfirst(lc), &arg_fit);

		if (arg)
			clause->args = lappend(clause->args, arg);
		else if (clause->kind == TIME_ANY)
			return NULL;
		if (!arg || arg_fit != QUAL_EXACT)
			*fit = QUAL_NARROWS;
	}
	return clause->args != NIL ? clause : NULL;
}

/* IS NOT NULL on an edge of the bucket is always true. */
static TimeClause *
match_time_not_null(QualContext *cx, NullTest *test)
{
	const UsageTableColumn *column = qual_column(cx, (Node *) test->arg);
	TimeClause *clause;

	if (test->nulltesttype != IS_NOT_NULL || !column || column->role != USAGE_BUCKET)
		return NULL;
	clause = palloc0(sizeof(TimeClause));
	clause->kind = TIME_ALL;
	return clause;
}

/*
 * A clause that is never true: what is left of the bound of a partition for
 * days that are NULL, say.
 */
static TimeClause *
match_never(Const *constant)
{
	TimeClause *clause;

	if (!constant->constisnull && DatumGetBool(constant->constvalue))
		return NULL;
	clause = palloc0(sizeof(TimeClause));
	clause->kind = TIME_ANY;
	return clause;
}

TimeClause *
qual_match_time(QualContext *cx, Expr *clause, QualFit *fit)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	*fit = QUAL_EXACT;
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return match_time_operator(cx, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return match_time_array(cx, (ScalarArrayOpExpr *) clause);
		case T_BoolExpr:
			return match_time_bool(cx, (BoolExpr *) clause, fit);
		case T_NullTest:
			return match_time_not_null(cx, (NullTest *) clause);
		case T_Const:
			return match_never((Const *) clause);
		default:
			return NULL;
	}
}

/*
 * What a clause says of the bucket alone, as a clause on its edges; NULL: it
 * says nothing.  Sets *is_news where that is more than qual_match_time() has.
 */
static Node *
implied(QualContext *cx, Node *clause, bool *is_news)
{
	bool		is_or = is_orclause(clause);
	List	   *args = NIL;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (bucket_expr_restricts(cx->table, cx->root, cx->rel->relid, clause))
	{
		QualFit		fit;

		if (!qual_match_time(cx, (Expr *) clause, &fit) || fit != QUAL_EXACT)
			*is_news = true;
		return clause;
	}
	if (!is_or && !is_andclause(clause))
		return NULL;
	foreach(lc, ((BoolExpr *) clause)->args)
	{
		Node	   *arg = implied(cx, lfirst(lc), is_news);

		if (arg)
			args = lappend(args, arg);
		else if (is_or)
			return NULL;
	}
	if (args == NIL)
		return NULL;
	/* an AND may have one left, which is no AND; an OR has them all */
	return (Node *) (is_or ? make_orclause(args) : make_ands_explicit(args));
}

/* The edge whose values are enough for the clause: the day, or USAGE_START for any. */
static UsageEdge
edge_of(QualContext *cx, Node *clause)
{
	ListCell   *lc;

	foreach(lc, pull_vars_of_level(clause, 0))
	{
		const UsageTableColumn *column = qual_column(cx, lfirst(lc));

		if (column && column->edge != USAGE_DAY)
			return USAGE_START;
	}
	return USAGE_DAY;
}

/*
 * An expression_tree_walker() function: count nodes, and the elements of a list
 * that is searched one by one; true where that is too many.
 */
static bool
count_work(Node *node, int *work)
{
	const ScalarArrayOpExpr *search = (const ScalarArrayOpExpr *) node;

	if (node == NULL)
		return false;
	++*work;
	if (IsA(node, ScalarArrayOpExpr) && !OidIsValid(search->hashfuncid))
		*work += request_count_elements(lsecond(search->args));
	return *work > MAX_NODES || expression_tree_walker(node, count_work, work);
}

TimeClause *
qual_try_time(QualContext *cx, Expr *clause)
{
	int			nexprs = list_length(cx->request->exprs);
	bool		is_news = false;
	Node	   *tried = implied(cx, (Node *) clause, &is_news);
	int			work = 0;
	TimeClause *time;

	cx->request->exprs = list_truncate(cx->request->exprs, nexprs);
	if (!tried || !is_news || count_work(tried, &work))
		return NULL;
	time = palloc0(sizeof(TimeClause));
	time->kind = TIME_TRY;
	time->subject = edge_of(cx, tried);
	time->work = work;
	time->value = request_add_expr(cx->request, tried);
	return time;
}
