/*
 * estimate_groups.c
 *	  How many groups does a bucket have?
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "base/compat.h"
#include "plan/estimate_private.h"
#include "request/cost.h"

/* Guesses of the groups in a bucket by the number of dimensions. */
static const double guessed_groups[] = {1, 8, 25, 50, 100};

static double
guess_groups(int ndimensions)
{
	return guessed_groups[Min(ndimensions, lengthof(guessed_groups) - 1)];
}

/* The same of the objects of lists, which count as one bucket. */
static double
guess_objects(const UsageTable *table)
{
	bool		is_list = table->endpoint->shape == USAGE_LIST;

	if (!table->parent)
		return is_list ? COST_LIST_ROWS : 1;
	return COST_PARENTS * (is_list ? COST_PARENT_ROWS : 1);
}

double
estimate_own_groups(EstimateContext *cx, double buckets)
{
	if (cx->table->options->rows_per_bucket > 0)
		return cx->table->options->rows_per_bucket;
	if (cx->rel->tuples >= 0 && cx->rel->pages > 0)
		return cx->rel->tuples / buckets;
	if (cx->table->endpoint->shape != USAGE_BUCKETS)
		return guess_objects(cx->table);
	return guess_groups(cx->ndimensions);
}

static bool
is_column(EstimateContext *cx, Node *node, AttrNumber attnum)
{
	Var		   *var;

	while (node && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	var = (Var *) node;
	return node && IsA(node, Var) && var->varno == cx->rel->relid &&
		var->varlevelsup == 0 && var->varattno == attnum;
}

/*
 * The argument of a clause that is true for one value of it only, such as NOT
 * x; any other clause itself.
 */
static Node *
tested_value(Node *clause)
{
	if (is_notclause(clause))
		return (Node *) get_notclausearg((Expr *) clause);
	if (IsA(clause, NullTest) && ((NullTest *) clause)->nulltesttype == IS_NULL)
		return (Node *) ((NullTest *) clause)->arg;
	if (IsA(clause, BooleanTest) &&
		(((BooleanTest *) clause)->booltesttype == IS_TRUE ||
		 ((BooleanTest *) clause)->booltesttype == IS_FALSE ||
		 ((BooleanTest *) clause)->booltesttype == IS_UNKNOWN))
		return (Node *) ((BooleanTest *) clause)->arg;
	return clause;
}

/* To how many values does the clause restrict the column? 0: it does not. */
static double
pinned_values(EstimateContext *cx, Node *clause, AttrNumber attnum)
{
	OpExpr	   *op = (OpExpr *) clause;
	ScalarArrayOpExpr *any = (ScalarArrayOpExpr *) clause;
	double		sum = 0;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (is_column(cx, tested_value(clause), attnum))
		return 1;
	if (IsA(clause, OpExpr))
		return list_length(op->args) == 2 &&
			(is_column(cx, linitial(op->args), attnum) ||
			 is_column(cx, lsecond(op->args), attnum)) &&
			get_oprrest(op->opno) == F_EQSEL;
	if (IsA(clause, ScalarArrayOpExpr))
		return any->useOr && is_column(cx, linitial(any->args), attnum) &&
			get_oprrest(any->opno) == F_EQSEL ? request_count_elements(lsecond(any->args)) : 0;
	if (!is_orclause(clause))
		return 0;
	foreach(lc, ((BoolExpr *) clause)->args)
	{
		double		values = pinned_values(cx, lfirst(lc), attnum);

		if (values == 0)
			return 0;
		sum += values;
	}
	return sum;
}

/*
 * To how many values does the strictest of the clauses restrict it? 0: none
 * does.
 */
static double
least_pinned(EstimateContext *cx, List *clauses, AttrNumber attnum)
{
	double		least = 0;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		double		values = pinned_values(cx, (Node *) lfirst_node(RestrictInfo, lc)->clause,
										   attnum);

		if (values > 0 && (least == 0 || values < least))
			least = values;
	}
	return least;
}

/* How many values has the column, NULL among them? 0: that is not known. */
static double
distinct_values(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table, AttrNumber attnum)
{
	Oid			type = table_column(table, attnum)->type;
	Var		   *var = makeVar(rel->relid, attnum, type, -1, InvalidOid, 0);
	VariableStatData found;
	double		values;
	bool		is_default;

	examine_variable(root, (Node *) var, 0, &found);
	values = get_variable_numdistinct(&found, &is_default);
	if (is_default || !HeapTupleIsValid(found.statsTuple))
		values = 0;
	else if (((Form_pg_statistic) GETSTRUCT(found.statsTuple))->stanullfrac > 0)
		values++;
	ReleaseVariableStats(found);
	return values;
}

double
estimate_combinations(EstimateContext *cx, List *clauses)
{
	double		product = 1;
	int			nunknown = 0;
	ListCell   *lc;

	foreach(lc, cx->request->group_by)
	{
		double		distinct = distinct_values(cx->root, cx->rel, cx->table, lfirst_int(lc));
		double		pinned = least_pinned(cx, clauses, lfirst_int(lc));

		if (distinct > 0 && pinned > 0)
			product *= Min(distinct, pinned);
		else if (distinct > 0 || pinned > 0)
			product *= distinct + pinned;
		else
			nunknown++;
	}
	return product * guess_groups(nunknown);
}

/* Those without objects are not known: they are taken to be few. */
double
estimate_parents(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table)
{
	double		parents = table->parent ?
	distinct_values(root, rel, table, table->parent->attnum) : 0;

	return parents > 0 ? parents : COST_PARENTS;
}
