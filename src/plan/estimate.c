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

#include "access/stratnum.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/density.h"
#include "plan/estimate_private.h"
#include "plan/selectivity.h"
#include "request/bind.h"

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
 * The share of the ranges that a clause is likely to leave when its value is
 * known; the ranges are those without it.  Two such bounds leave some forty
 * days of a year, which is nearer to what reports ask for than the two days
 * that DEFAULT_RANGE_INEQ_SEL makes of them.
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

/* Are all values known that the ranges depend on? */
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
 * The time that the table may have rows of: in its history and its partition
 * bound.
 */
static TimeRanges *
table_time(EstimateContext *cx, TimestampTz now)
{
	UsageRequest *own = request_copy(cx->request);

	own->time = list_truncate(own->time, own->ntable_time);
	own->filters = NIL;
	return bind_request(own, cx->table, planned_value, cx, now)->ranges;
}

/*
 * Groups in a bucket at the request's grain and width.  groups: those of the
 * table's own grain and width that fall into it.  most: the possible ones.  If
 * each of the former hits one of the latter at random, this is how many are
 * hit.
 */
static double
coarse_groups(double groups, double most)
{
	/*
	 * combinations may be more than a double holds, and infinity times 0 is
	 * NaN
	 */
	return isinf(most) ? groups : most * -expm1(-groups / most);
}

/* Is the request's grain coarser than the table's? */
static bool
is_reduced(const EstimateContext *cx)
{
	return list_length(cx->request->group_by) < cx->ndimensions;
}

/*
 * Rows of the request.  groups: those in a bucket of the table's own grain and
 * width.
 */
static double
request_rows(EstimateContext *cx, const BoundRequest *bound, double groups, List *clauses)
{
	const UsageWidth *own = cx->table->width;
	double		most = estimate_combinations(cx, clauses);
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

/*
 * As estimate_time(), for a given `now`, so that all of an estimate has the
 * same one.
 */
static void
estimate_time_at(EstimateContext *cx, TimestampTz now, Estimate *estimate)
{
	TimeClause	time = {.kind = TIME_ALL, .args = cx->request->time};

	estimate->bound = bind_request(cx->request, cx->table, planned_value, cx, now);
	bind_widths(estimate->bound, cx->request, cx->table, NULL, NULL);
	estimate->read_fraction = unknown_fraction(cx, &time);
}

static EstimateContext
make_context(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table, UsageRequest *request)
{
	return (EstimateContext) {
		.root = root,
		.rel = rel,
		.table = table,
		.request = request,
		.values = (List *) estimate_expression_value(root, (Node *) request->exprs)
	};
}

void
estimate_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
			  UsageRequest *request, Estimate *estimate)
{
	EstimateContext cx = make_context(root, rel, table, request);

	estimate_time_at(&cx, GetCurrentTimestamp(), estimate);
}

/*
 * Set the estimate's rows.  groups: those in a bucket of the table's own grain
 * and width.
 */
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
	EstimateContext cx = make_context(root, rel, table, request);
	TimestampTz now = GetCurrentTimestamp();
	TimeRanges *whole = table_time(&cx, now);
	double		history = Max(timerange_buckets(whole, table->width->width_us), 1);
	double		groups;
	Estimate	estimate;

	cx.ndimensions = list_length(request_of_table(table)->group_by);
	groups = estimate_own_groups(&cx, history);
	request->results = ceil(Min(is_reduced(&cx) ?
								coarse_groups(groups, estimate_combinations(&cx, NIL)) : groups,
								INT_MAX / 2));

	/* PostgreSQL's estimates of selectivity take it for the whole table */
	rel->tuples = clamp_row_est(groups * history);
	estimate_time_at(&cx, now, &estimate);
	if (knows_time(&cx, request->time))
		groups *= density_of_time(root, rel, table, whole, estimate.bound->ranges);
	estimate_rows(&cx, clauses, groups, &estimate);
	return estimate;
}
