/*
 * estimate_time.c
 *	  How much time will a request read?
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/estimate_private.h"
#include "plan/selectivity.h"
#include "request/bind.h"

/* The most buckets that a clause on time is tried on, for an estimate. */
#define MAX_TRIED 512

/* What evaluates clauses on time. */
struct EstimateTrial
{
	EState	   *estate;
	ExprContext *econtext;
	TupleTableSlot *slot;		/* has the edges of the bucket */
	ExprState **clauses;		/* by expression; NULL: not needed until now */
};

EstimateContext
estimate_context(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
				 UsageRequest *request)
{
	return (EstimateContext) {
		.root = root,
		.rel = rel,
		.table = table,
		.request = request,
		.context = CurrentMemoryContext,
		.values = (List *) estimate_expression_value(root, (Node *) request->exprs)
	};
}

void
estimate_end(EstimateContext *cx)
{
	if (!cx->trial)
		return;
	ExecDropSingleTupleTableSlot(cx->trial->slot);
	FreeExecutorState(cx->trial->estate);
	cx->trial = NULL;
}

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

/* Values are made in contexts that live shorter than the trial. */
static EstimateTrial *
open_trial(EstimateContext *cx)
{
	MemoryContext old = MemoryContextSwitchTo(cx->context);
	Relation	rel = table_open(cx->table->relid, NoLock);
	EstimateTrial *trial = palloc0(sizeof(EstimateTrial));

	trial->slot = table_make_slot(RelationGetDescr(rel));
	table_close(rel, NoLock);
	trial->estate = CreateExecutorState();
	trial->econtext = CreateExprContext(trial->estate);
	trial->econtext->ecxt_scantuple = trial->slot;
	trial->clauses = palloc0(sizeof(ExprState *) * list_length(cx->values));
	MemoryContextSwitchTo(old);
	return trial;
}

/* Is all known in a clause that is tried? */
static bool
is_known(EstimateContext *cx, Node *clause)
{
	return !selectivity_is_unknown(clause) &&
		bms_is_subset(PullRelations(cx->root, clause), bms_make_singleton(cx->rel->relid));
}

/* A BindBucketValue. */
static bool
planned_bucket_value(void *arg, int expr, TimestampTz bucket, Datum *value, bool *isnull)
{
	EstimateContext *cx = arg;
	Node	   *clause = list_nth(cx->values, expr);
	ExprState **state;

	if (!cx->trial)
		cx->trial = open_trial(cx);
	state = &cx->trial->clauses[expr];
	if (!*state)
	{
		if (!is_known(cx, clause))
			return false;
		*state = ExecPrepareExpr((Expr *) clause, cx->trial->estate);
	}
	table_set_edges(cx->table, bucket, cx->trial->slot);
	*value = ExecEvalExpr(*state, cx->trial->econtext, isnull);
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
	Node	   *tried;
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
		case TIME_TRY:
			tried = list_nth(cx->values, clause->value);
			return is_known(cx, tried) ? 1 :
				clause_selectivity(cx->root, tried, cx->rel->relid, JOIN_INNER, NULL);
	}
	elog(ERROR, "unexpected time clause: %d", (int) clause->kind);
}

bool
estimate_knows_time(EstimateContext *cx, const List *clauses)
{
	Datum		value;
	bool		isnull;
	ListCell   *lc;

	check_stack_depth();
	foreach(lc, clauses)
	{
		const TimeClause *clause = lfirst(lc);

		if (clause->kind == TIME_TRY ? !is_known(cx, list_nth(cx->values, clause->value)) :
			clause->kind == TIME_ALL || clause->kind == TIME_ANY ?
			!estimate_knows_time(cx, clause->args) :
			!planned_value(cx, clause->value, &value, &isnull))
			return false;
	}
	return true;
}

static BoundRequest *
bind_planned(EstimateContext *cx, const UsageRequest *request, TimestampTz now)
{
	BindSource	source = {planned_value, planned_bucket_value, cx, MAX_TRIED};

	return bind_request(request, cx->table, &source, now);
}

TimeRanges *
estimate_table_time(EstimateContext *cx, TimestampTz now)
{
	UsageRequest *own = request_copy(cx->request);

	own->time = list_truncate(own->time, own->ntable_time);
	own->filters = NIL;
	return bind_planned(cx, own, now)->ranges;
}

void
estimate_time_at(EstimateContext *cx, TimestampTz now, Estimate *estimate)
{
	TimeClause	time = {.kind = TIME_ALL, .args = cx->request->time};

	estimate->bound = bind_planned(cx, cx->request, now);
	bind_widths(estimate->bound, cx->request, cx->table, NULL);
	estimate->read_fraction = unknown_fraction(cx, &time);
}

void
estimate_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
			  UsageRequest *request, Estimate *estimate)
{
	EstimateContext cx = estimate_context(root, rel, table, request);

	estimate_time_at(&cx, GetCurrentTimestamp(), estimate);
	estimate_end(&cx);
}
