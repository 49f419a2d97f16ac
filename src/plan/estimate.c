/*
 * estimate.c
 *	  How many rows will a request bring?
 *
 * Rows are buckets times groups in a bucket times the share that passes.  The
 * buckets are those of the time ranges, so clauses on time are counted there
 * and not by their selectivity again.  The groups are those that ANALYZE saw,
 * or what the user says, or a guess.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_statistic.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/density.h"
#include "plan/estimate.h"
#include "plan/selectivity.h"
#include "request/bind.h"

/* Guesses of the groups in a bucket by the number of dimensions. */
static const double guessed_groups[] = {1, 8, 25, 50, 100};

/* An array that is not known has so many elements, as the server has it. */
#define UNKNOWN_ELEMENTS 10

typedef struct EstimateContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	UsageRequest *request;
	List	   *values;			/* its expressions, estimated */
	int			ndimensions;	/* of the table's own grain */
} EstimateContext;

/*
 * Time
 */

/* A BindValue: stable expressions are estimated by evaluating them. */
static bool
planned_value(void *arg, int expr, Datum *value, bool *isnull)
{
	EstimateContext *cx = arg;
	Node	   *node = list_nth(cx->values, expr);

	if (!IsA(node, Const))
		return false;
	*value = ((Const *) node)->constvalue;
	*isnull = ((Const *) node)->constisnull;
	return true;
}

/*
 * The share of time within the ranges that a clause is likely to leave, where
 * its value is not known yet and the ranges are as if it were not there.  Two
 * bounds of a year leave some forty days, which is nearer to what reports ask
 * for than the two that the server would make of them.
 */
static double
unknown_fraction(EstimateContext *cx, const TimeClause *clause)
{
	double		all = 1;
	double		any = 0;
	Datum		value;
	bool		isnull;
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (clause->kind)
	{
		case TIME_ALL:
			foreach(lc, clause->args)
				all *= unknown_fraction(cx, lfirst(lc));
			return all;
		case TIME_ANY:
			foreach(lc, clause->args)
				any += unknown_fraction(cx, lfirst(lc));
			return Min(any, 1);
		case TIME_COMPARE:
		case TIME_COMPARE_ANY:
			if (clause->strategy == BTEqualStrategyNumber ||
				planned_value(cx, clause->value, &value, &isnull))
				return 1;
			return DEFAULT_INEQ_SEL;
	}
	elog(ERROR, "unexpected time clause: %d", (int) clause->kind);
}

/* Are the ranges of a time that is known, not of some other one like it? */
static bool
knows_time(EstimateContext *cx, const List *clauses)
{
	Datum		value;
	bool		isnull;
	ListCell   *lc;

	check_stack_depth();
	foreach(lc, clauses)
	{
		const TimeClause *clause = lfirst(lc);

		if (clause->kind == TIME_ALL || clause->kind == TIME_ANY ?
			!knows_time(cx, clause->args) :
			!planned_value(cx, clause->value, &value, &isnull))
			return false;
	}
	return true;
}

/*
 * Groups
 */

/* The time that the table may have rows of: of its history, and in its bound. */
static TimeRanges *
table_time(EstimateContext *cx, TimestampTz now)
{
	UsageRequest *own = request_copy(cx->request);

	own->time = list_truncate(own->time, own->ntable_time);
	own->filters = NIL;
	return bind_request(own, cx->table, planned_value, cx, now)->ranges;
}

static double
guess_groups(int ndimensions)
{
	return guessed_groups[Min(ndimensions, lengthof(guessed_groups) - 1)];
}

/* Groups in a bucket at the table's own grain. */
static double
own_groups(EstimateContext *cx, double buckets)
{
	if (cx->table->options->rows_per_bucket > 0)
		return cx->table->options->rows_per_bucket;
	if (cx->rel->tuples >= 0 && cx->rel->pages > 0)
		return cx->rel->tuples / buckets;
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

static double
count_elements(Node *array)
{
	Const	   *constant = (Const *) array;

	if (IsA(array, ArrayExpr))
		return list_length(((ArrayExpr *) array)->elements);
	if (!IsA(array, Const))
		return UNKNOWN_ELEMENTS;
	if (constant->constisnull)
		return 1;
	return ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(constant->constvalue)),
						  ARR_DIMS(DatumGetArrayTypeP(constant->constvalue)));
}

/* What a clause that is true of one value of it is about, or NULL. */
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

/* To how many values does the clause pin the column?  0: to none. */
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
			get_oprrest(any->opno) == F_EQSEL ? count_elements(lsecond(any->args)) : 0;
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

/* To how many values do all clauses together pin it?  0: to none. */
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

/* How many values has the dimension?  0: nothing is known. */
static double
distinct_values(EstimateContext *cx, AttrNumber attnum)
{
	Oid			type = table_column(cx->table, attnum)->type;
	Var		   *var = makeVar(cx->rel->relid, attnum, type, -1, InvalidOid, 0);
	VariableStatData found;
	double		values;
	bool		is_default;

	examine_variable(cx->root, (Node *) var, 0, &found);
	values = get_variable_numdistinct(&found, &is_default);
	if (is_default || !HeapTupleIsValid(found.statsTuple))
		values = 0;
	else if (((Form_pg_statistic) GETSTRUCT(found.statsTuple))->stanullfrac > 0)
		values++;
	ReleaseVariableStats(found);
	return values;
}

/* How many combinations of the request's dimensions may pass the clauses? */
static double
combinations(EstimateContext *cx, List *clauses)
{
	double		product = 1;
	int			nunknown = 0;
	ListCell   *lc;

	foreach(lc, cx->request->group_by)
	{
		double		distinct = distinct_values(cx, lfirst_int(lc));
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

/*
 * Groups in a bucket at the request's grain, where so many groups of the
 * table's own buckets and grain fall into it, and there are at most so many:
 * those that are hit if each of them falls into any.
 */
static double
coarse_groups(double groups, double most)
{
	/* combinations may be more than a double holds, and infinity times 0 is no number */
	return isinf(most) ? groups : most * -expm1(-groups / most);
}

/* Is the request's grain coarser than the table's? */
static bool
is_reduced(const EstimateContext *cx)
{
	return list_length(cx->request->group_by) < cx->ndimensions;
}

/*
 * Rows of the request, where there are so many groups in a bucket of the
 * table's own grain and width.
 */
static double
request_rows(EstimateContext *cx, const BoundRequest *bound, double groups, List *clauses)
{
	const UsageWidth *own = cx->table->width;
	double		most = combinations(cx, clauses);
	double		rows = 0;
	ListCell   *lc;

	foreach(lc, bound->stretches)
	{
		WidthStretch *stretch = lfirst(lc);
		int64		width_us = stretch->width->width_us;
		double		groups_in = groups * (width_us / own->width_us);

		if (is_reduced(cx) || stretch->width != own)
			groups_in = coarse_groups(groups_in, most);
		rows += timerange_buckets(stretch->ranges, width_us) * groups_in;
	}
	return rows;
}

/* At a moment, so that all that is estimated is of the same one. */
static void
estimate_time_at(EstimateContext *cx, TimestampTz now, Estimate *estimate)
{
	TimeClause	time = {.kind = TIME_ALL, .args = cx->request->time};

	estimate->bound = bind_request(cx->request, cx->table, planned_value, cx, now);
	bind_widths(estimate->bound, cx->request, cx->table, NULL, NULL);
	estimate->read_fraction = unknown_fraction(cx, &time);
}

void
estimate_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
			  UsageRequest *request, Estimate *estimate)
{
	EstimateContext cx = {
		.root = root,
		.rel = rel,
		.table = table,
		.request = request,
		.values = (List *) estimate_expression_value(root, (Node *) request->exprs)
	};

	estimate_time_at(&cx, GetCurrentTimestamp(), estimate);
}

/* What the clauses leave of so many groups in a bucket of the table's own. */
static void
estimate_rows(EstimateContext *cx, const EstimateClauses *clauses, double groups,
			  Estimate *estimate)
{
	const TimeRanges *ranges = estimate->bound->ranges;
	List	   *all = list_concat_copy(clauses->filters, clauses->local);
	double		received = selectivity_of_rows(cx->root, cx->rel, cx->table, ranges,
										 NIL, clauses->filters);
	double		passing = received;

	if (clauses->time != NIL || clauses->local != NIL)
		passing = selectivity_of_rows(cx->root, cx->rel, cx->table, ranges, clauses->time, all);

	estimate->tuples = estimate->read_fraction * request_rows(cx, estimate->bound, groups, NIL);
	estimate->received = estimate->read_fraction *
		request_rows(cx, estimate->bound, groups * received, clauses->filters);
	estimate->rows = estimate->read_fraction * request_rows(cx, estimate->bound, groups * passing, all);
}

Estimate
estimate_request(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
				 UsageRequest *request, const EstimateClauses *clauses)
{
	EstimateContext cx = {
		.root = root,
		.rel = rel,
		.table = table,
		.request = request,
		.values = (List *) estimate_expression_value(root, (Node *) request->exprs)
	};
	TimestampTz now = GetCurrentTimestamp();
	TimeRanges *whole = table_time(&cx, now);
	double		history = Max(timerange_buckets(whole, table->width->width_us), 1);
	double		groups;
	Estimate	estimate;

	cx.ndimensions = list_length(request_of_table(table)->group_by);
	groups = own_groups(&cx, history);
	request->results = ceil(Min(is_reduced(&cx) ?
								coarse_groups(groups, combinations(&cx, NIL)) : groups,
								INT_MAX / 2));

	/* selectivities are of the whole table */
	rel->tuples = clamp_row_est(groups * history);
	estimate_time_at(&cx, now, &estimate);
	if (knows_time(&cx, request->time))
		groups *= density_of_time(root, rel, table, whole, estimate.bound->ranges);
	estimate_rows(&cx, clauses, groups, &estimate);
	return estimate;
}
