/*
 * share.c
 *	  What share of a table's rows passes its clauses?
 *
 * The server estimates a clause by its operator, and multiplies.  That is far
 * off for what it does not see through (coalesce(a, 'x') = 'y', a < b) and for
 * clauses that contradict each other.  There are few buckets, and dimensions
 * have few values, which ANALYZE has listed: so clauses on them are tried.
 * Those that have a column in common are tried together, on all combinations of
 * what their columns may be.  The server estimates the rest, of an OR each
 * argument by itself.
 *
 * A program may write thousands of clauses.  So all of this is within a budget;
 * what is beyond it is left to the server, and of a long OR some arguments stand
 * for the others.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_statistic.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "qual.h"
#include "saturate.h"
#include "share.h"
#include "tuple.h"

/* So many combinations are tried at most, and of many buckets so many at least. */
#define MAX_TRIALS 2048
#define MAX_TRIALS_OF_MANY 256	/* for each of some that stand for others */
#define MIN_BUCKETS 64

/* ORs in ORs are looked into so deep, as each level is copied. */
#define MAX_DEPTH 8

/* So many arguments of an OR are looked at. */
#define MAX_ARGUMENTS 32

/* An expression of more nodes is not tried. */
#define MAX_NODES 8192

/*
 * The budget, in nodes of expressions that are evaluated; what it takes to look
 * whether one can be evaluated; and to get ready for it.
 */
#define MAX_WORK (1 << 20)
#define LOOK_WORK 64
#define READY_WORK 500

/* The bucket columns are one axis, as they are all of one bucket. */
#define TIME_AXIS 0

/* What a column may be. */
typedef struct Axis
{
	AttrNumber	attnum;			/* or TIME_AXIS: values are starts of buckets */
	double		untried;		/* weight of values that these stand for */
	int			count;
	Datum	   *values;
	bool	   *nulls;
	double	   *weights;		/* that add up to 1 */
} Axis;

/* One of several clauses that are ANDed. */
typedef struct ShareClause
{
	Node	   *clause;			/* a RestrictInfo or a bare one */
	Node	   *expr;			/* with what is known put in; NULL: it can't be
								 * tried */
	int			nodes;			/* of the expression */
	bool		ranged;			/* the ranges were made of it */
} ShareClause;

/* Clauses that have columns in common. */
typedef struct Trial
{
	Bitmapset  *attnums;		/* of their axes */
	List	   *clauses;		/* of ShareClause */
	int64		nodes;			/* of all of them */
} Trial;

/* Clauses that are ANDed. */
typedef struct Conjunction
{
	List	   *trials;
	List	   *rest;			/* of ShareClause: those that can't be tried */
} Conjunction;

typedef struct ShareContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	const TimeRanges *ranges;
	List	   *axes;			/* of dimensions: those that were looked for */
	int			depth;			/* of ORs that this is an argument of */
	int64		work;			/* what is left of the budget */
	int			most_trials;
} ShareContext;

static double share_of_clauses(ShareContext *cx, List *time, List *others);

/*
 * Axes
 */

/* Room for that many more values. */
static void
grow_axis(Axis *axis, int more)
{
	int			room = axis->count + more;

	axis->values = axis->values ? repalloc(axis->values, sizeof(Datum) * room) :
		palloc(sizeof(Datum) * room);
	axis->nulls = axis->nulls ? repalloc(axis->nulls, sizeof(bool) * room) :
		palloc(sizeof(bool) * room);
	axis->weights = axis->weights ? repalloc(axis->weights, sizeof(double) * room) :
		palloc(sizeof(double) * room);
}

static void
add_value(Axis *axis, Datum value, bool isnull, double weight)
{
	axis->values[axis->count] = value;
	axis->nulls[axis->count] = isnull;
	axis->weights[axis->count++] = weight;
}

/* Make the weights add up to 1. */
static void
weigh_all(Axis *axis)
{
	double		sum = 0;

	for (int i = 0; i < axis->count; i++)
		sum += axis->weights[i];
	for (int i = 0; i < axis->count; i++)
		axis->weights[i] /= sum;
}

/*
 * The values that ANALYZE found: the common ones, NULL, and for those that are
 * not common the bounds of the histogram.
 */
static void
read_statistics(Axis *axis, HeapTuple tuple)
{
	double		null_weight = ((Form_pg_statistic) GETSTRUCT(tuple))->stanullfrac;
	double		left = 1 - null_weight;
	AttStatsSlot slot;

	grow_axis(axis, 1);
	if (null_weight > 0)
		add_value(axis, (Datum) 0, true, null_weight);
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		grow_axis(axis, slot.nvalues);
		for (int i = 0; i < slot.nvalues; i++)
		{
			add_value(axis, slot.values[i], false, slot.numbers[i]);
			left -= slot.numbers[i];
		}
	}
	/* rounded, the weights of all values need not make 1 */
	axis->untried = left > 0.001 ? left : 0;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid,
						 ATTSTATSSLOT_VALUES))
	{
		grow_axis(axis, slot.nvalues);
		for (int i = 0; i < slot.nvalues; i++)
			add_value(axis, slot.values[i], false, axis->untried / slot.nvalues);
	}
	weigh_all(axis);
}

/* The values of a dimension; a count of 0 where they are not known. */
static Axis *
dimension_axis(ShareContext *cx, const UsageTableColumn *column)
{
	Axis	   *axis;
	Var		   *var = makeVar(cx->rel->relid, column->attnum, column->type, column->typmod,
							  InvalidOid, 0);
	VariableStatData found;
	ListCell   *lc;

	foreach(lc, cx->axes)
		if (((Axis *) lfirst(lc))->attnum == column->attnum)
			return lfirst(lc);
	axis = palloc0(sizeof(Axis));
	axis->attnum = column->attnum;
	examine_variable(cx->root, (Node *) var, 0, &found);
	if (HeapTupleIsValid(found.statsTuple))
		read_statistics(axis, found.statsTuple);
	ReleaseVariableStats(found);
	cx->axes = lappend(cx->axes, axis);
	return axis;
}

/* So many buckets, evenly spread; NULL where those are too few to tell. */
static Axis *
time_axis(ShareContext *cx, int most)
{
	int64		width_us = cx->table->width->width_us;
	int64		buckets = timerange_buckets(cx->ranges, width_us);
	int			count = Min(buckets, most);
	const TimeRange *range = cx->ranges->ranges;
	int64		before = 0;		/* buckets in the ranges before that one */
	Axis	   *axis;

	if (count < Min(buckets, MIN_BUCKETS))
		return NULL;
	axis = palloc0(sizeof(Axis));
	axis->attnum = TIME_AXIS;
	axis->untried = count == buckets ? 0 : 0.5 / count;
	grow_axis(axis, count);
	for (int i = 0; i < count; i++)
	{
		int64		n = (2 * i + 1) * buckets / (2 * count) - before;

		while (n >= (range->end - range->start) / width_us)
		{
			n -= (range->end - range->start) / width_us;
			before += (range->end - range->start) / width_us;
			range++;
		}
		add_value(axis, TimestampTzGetDatum(range->start + n * width_us), false, 1.0 / count);
	}
	return axis;
}

/*
 * Which clauses can be tried?
 */

/* Is there anything that is not known before the scan? */
static bool
is_unknown(Node *node, void *cx)
{
	if (node == NULL)
		return false;
	return IsA(node, Param) || IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) ||
		IsA(node, PlaceHolderVar) || expression_tree_walker(node, is_unknown, cx);
}

/*
 * The expression without what contain_leaked_vars() does not know to raise no
 * error: comparisons of time, functions of a bucket's bound, and COALESCE.
 */
static Node *
hide_harmless(Node *node, ShareContext *cx)
{
	UsageBound	bound;

	if (node == NULL)
		return NULL;
	if (qual_is_time_comparison(cx->table, cx->root, cx->rel, node))
		return makeBoolConst(true, false);
	if (qual_is_time_function(cx->table, cx->root, cx->rel, node, &bound))
		return linitial(pull_vars_of_level(node, 0));
	if (IsA(node, CoalesceExpr))
		node = (Node *) ((CoalesceExpr *) node)->args;
	return expression_tree_mutator(node, hide_harmless, cx);
}

/* Is it a comparison of a column, or of a function of time? */
static bool
compares_column(ShareContext *cx, Node *node)
{
	Node	   *hidden;
	ListCell   *lc;

	if (!IsA(node, OpExpr) && !IsA(node, ScalarArrayOpExpr))
		return false;
	if (qual_is_time_comparison(cx->table, cx->root, cx->rel, node))
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

/* Does what stands beside the columns, such as a zone, call such functions? */
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
 * Would trying the expression call functions that execution perhaps never gets
 * to, as behind OR, CASE or COALESCE?  Only what a column is compared with the
 * server's own estimates evaluate, too.
 */
static bool
calls_early(Node *node, ShareContext *cx)
{
	UsageBound	bound;
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (IsA(node, BoolExpr) || IsA(node, BooleanTest) || IsA(node, List))
		return expression_tree_walker(node, calls_early, cx);
	if (IsA(node, NullTest) &&
		qual_is_time_function(cx->table, cx->root, cx->rel, (Node *) ((NullTest *) node)->arg, &bound))
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

/*
 * Can the expression be evaluated for rows that there may not be?  What raises
 * no error leaks nothing, either, so that any statistics may be used.
 */
static bool
is_harmless(ShareContext *cx, Node *expr)
{
	return !contain_volatile_functions(expr) &&
		bms_is_subset(pull_varnos(cx->root, expr), bms_make_singleton(cx->rel->relid)) &&
		!calls_early(expr, cx) && !contain_leaked_vars(hide_harmless(expr, cx));
}

/* Add the axes of the expression's columns.  False: one of them has none. */
static bool
find_axes(ShareContext *cx, Node *expr, Bitmapset **attnums)
{
	Bitmapset  *attrs = NULL;
	int			attr = -1;

	pull_varattnos(expr, cx->rel->relid, &attrs);
	while ((attr = bms_next_member(attrs, attr)) >= 0)
	{
		const UsageTableColumn *column =
			table_column(cx->table, attr + FirstLowInvalidHeapAttributeNumber);

		if (column && column->role == USAGE_BUCKET)
			*attnums = bms_add_member(*attnums, TIME_AXIS);
		else if (column && column->role == USAGE_DIMENSION &&
				 dimension_axis(cx, column)->count > 0)
			*attnums = bms_add_member(*attnums, column->attnum);
		else
			return false;
	}
	return !bms_is_empty(*attnums);
}

/* Put a clause with those that it shares columns with. */
static void
add_to_trial(Conjunction *all, ShareClause *clause, Bitmapset *attnums)
{
	Trial	   *trial = NULL;
	ListCell   *lc;

	foreach(lc, all->trials)
	{
		Trial	   *other = lfirst(lc);

		if (!bms_overlap(other->attnums, attnums))
			continue;
		if (!trial)
		{
			trial = other;
			continue;
		}
		trial->attnums = bms_add_members(trial->attnums, other->attnums);
		trial->clauses = list_concat(trial->clauses, other->clauses);
		trial->nodes += other->nodes;
		all->trials = foreach_delete_current(all->trials, lc);
	}
	if (!trial)
	{
		trial = palloc0(sizeof(Trial));
		all->trials = lappend(all->trials, trial);
	}
	trial->attnums = bms_add_members(trial->attnums, attnums);
	trial->clauses = lappend(trial->clauses, clause);
	trial->nodes += clause->nodes;
}

static Node *
bare_clause(Node *clause)
{
	return IsA(clause, RestrictInfo) ? (Node *) ((RestrictInfo *) clause)->clause : clause;
}

/* Take that much from what is left of the budget; false: there is not enough. */
static bool
spend(ShareContext *cx, int64 work)
{
	if (work > cx->work)
		return false;
	cx->work -= work;
	return true;
}

/* Count the nodes, up to one more than are tried. */
static bool
count_nodes(Node *node, int *count)
{
	if (node == NULL)
		return false;
	return ++*count > MAX_NODES ||
		expression_tree_walker(node, count_nodes, count);
}

/* Sets the expression with what is known put in, if that is all of it; else NULL. */
static void
find_known(ShareContext *cx, ShareClause *clause)
{
	Node	   *expr = bare_clause(clause->clause);

	(void) count_nodes(expr, &clause->nodes);
	if (clause->nodes > MAX_NODES || !spend(cx, clause->nodes * LOOK_WORK) ||
		!is_harmless(cx, expr))
		return;
	expr = estimate_expression_value(cx->root, expr);
	if (!is_unknown(expr, NULL))
		clause->expr = expr;
}

static void
add_clauses(ShareContext *cx, Conjunction *all, List *clauses, bool ranged)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		ShareClause *clause = palloc0(sizeof(ShareClause));
		Bitmapset  *attnums = NULL;

		CHECK_FOR_INTERRUPTS();
		clause->clause = lfirst(lc);
		clause->ranged = ranged;
		find_known(cx, clause);
		if (clause->expr && find_axes(cx, clause->expr, &attnums))
			add_to_trial(all, clause, attnums);
		else
			all->rest = lappend(all->rest, clause);
	}
}

/*
 * Trials
 */

/* The axes of a trial; NIL where it has too many combinations, or too large clauses. */
static List *
trial_axes(ShareContext *cx, const Trial *trial)
{
	List	   *axes = NIL;
	int64		most = Min(cx->most_trials, (cx->work - READY_WORK) / trial->nodes);
	int64		combinations = 1;
	ListCell   *lc;

	if (most < 1)
		return NIL;

	foreach(lc, cx->axes)
	{
		Axis	   *axis = lfirst(lc);

		if (!bms_is_member(axis->attnum, trial->attnums))
			continue;
		axes = lappend(axes, axis);
		combinations = saturating_mul(combinations, axis->count);
		if (combinations > most)
			return NIL;
	}
	if (bms_is_member(TIME_AXIS, trial->attnums))
	{
		Axis	   *axis = time_axis(cx, most / combinations);

		if (!axis || axis->count == 0)
			return NIL;
		axes = lappend(axes, axis);
		combinations *= axis->count;
	}
	cx->work -= combinations * trial->nodes + READY_WORK;
	return axes;
}

/* Set the columns of an axis to its nth value. */
static void
set_columns(ShareContext *cx, const Axis *axis, int n, TupleTableSlot *slot)
{
	const UsageTableColumn *column = NULL;

	if (axis->attnum != TIME_AXIS)
	{
		slot->tts_values[axis->attnum - 1] = axis->values[n];
		slot->tts_isnull[axis->attnum - 1] = axis->nulls[n];
		return;
	}
	while ((column = table_next_column(cx->table, column)))
	{
		if (column->role != USAGE_BUCKET)
			continue;
		slot->tts_values[column->attnum - 1] =
			tuple_bound(cx->table, column->bound, DatumGetTimestampTz(axis->values[n]));
		slot->tts_isnull[column->attnum - 1] = false;
	}
}

typedef struct TrialRun
{
	ShareContext *cx;
	ExprState  *quals;
	ExprContext *econtext;
	TupleTableSlot *slot;
} TrialRun;

/* The weight of the combinations that pass, of the axes from the ith one on. */
static double
passing_weight(TrialRun *run, List *axes, int i)
{
	double		weight = 0;
	const Axis *axis;

	if (i == list_length(axes))
	{
		CHECK_FOR_INTERRUPTS();
		ResetExprContext(run->econtext);
		return ExecQual(run->quals, run->econtext) ? 1 : 0;
	}
	axis = list_nth(axes, i);
	for (int n = 0; n < axis->count; n++)
	{
		set_columns(run->cx, axis, n, run->slot);
		weight += axis->weights[n] * passing_weight(run, axes, i + 1);
	}
	return weight;
}

/* The expressions of a trial's clauses. */
static List *
trial_exprs(const Trial *trial)
{
	List	   *exprs = NIL;
	ListCell   *lc;

	foreach(lc, trial->clauses)
		exprs = lappend(exprs, ((ShareClause *) lfirst(lc))->expr);
	return exprs;
}

static double
run_trial(ShareContext *cx, const Trial *trial, List *axes)
{
	Relation	rel = table_open(cx->table->relid, NoLock);
	EState	   *estate = CreateExecutorState();
	TrialRun	run = {.cx = cx, .econtext = CreateExprContext(estate)};
	double		weight;

	run.slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(rel)),
										&TTSOpsVirtual);
	ExecStoreAllNullTuple(run.slot);
	run.econtext->ecxt_scantuple = run.slot;
	run.quals = ExecPrepareQual(trial_exprs(trial), estate);
	weight = passing_weight(&run, axes, 0);
	ExecDropSingleTupleTableSlot(run.slot);
	FreeExecutorState(estate);
	table_close(rel, NoLock);
	return weight;
}

/*
 * Of an OR: as if its arguments had nothing to do with each other.  Where they
 * are many, those looked at are spread evenly, and are so many for each of them.
 */
static double
or_share(ShareContext *cx, BoolExpr *expr)
{
	int			nargs = list_length(expr->args);
	int			nlooked = Min(nargs, MAX_ARGUMENTS);
	int			most_trials = cx->most_trials;
	double		none = 1;

	cx->depth++;
	if (nlooked < nargs)
		cx->most_trials = MAX_TRIALS_OF_MANY;
	for (int i = 0; i < nlooked; i++)
	{
		Node	   *arg = list_nth(expr->args, (int64) i * nargs / nlooked);

		none *= 1 - share_of_clauses(cx, NIL, make_ands_implicit((Expr *) arg));
	}
	cx->depth--;
	cx->most_trials = most_trials;
	return 1 - (nlooked < nargs ? pow(none, (double) nargs / nlooked) : none);
}

/* Of what can't be tried.  Ranges stand for what is not known of time. */
static double
rest_share(ShareContext *cx, List *clauses)
{
	double		share = 1;
	List	   *servers = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		const ShareClause *clause = lfirst(lc);
		Node	   *expr = bare_clause(clause->clause);

		if (clause->expr && IsA(clause->expr, Const))
			servers = lappend(servers, clause->expr);
		else if (is_orclause(expr) && !is_unknown(expr, NULL) && cx->depth < MAX_DEPTH)
			share *= or_share(cx, (BoolExpr *) expr);
		else if (!clause->ranged)
			servers = lappend(servers, clause->clause);
	}
	return share * clauselist_selectivity(cx->root, servers, cx->rel->relid, JOIN_INNER, NULL);
}

/* The share that none of the combinations stands for. */
static double
untried_share(List *axes)
{
	double		tried = 1;
	ListCell   *lc;

	foreach(lc, axes)
		tried *= 1 - ((Axis *) lfirst(lc))->untried;
	return 1 - tried;
}

static double trial_share(ShareContext *cx, const Trial *trial);

/* Of a trial with too many combinations: each clause by itself, if it can be. */
static double
single_shares(ShareContext *cx, const Trial *trial)
{
	double		share = 1;
	ListCell   *lc;

	if (list_length(trial->clauses) == 1)
		return rest_share(cx, trial->clauses);
	foreach(lc, trial->clauses)
	{
		ShareClause *clause = lfirst(lc);
		Trial		single = {.clauses = list_make1(clause), .nodes = clause->nodes};

		find_axes(cx, clause->expr, &single.attnums);
		share *= trial_share(cx, &single);
	}
	return share;
}

/*
 * The share that passes a trial.  Where none of the combinations does, it is
 * one of those that were not tried, and the server may know how rare that is.
 */
static double
trial_share(ShareContext *cx, const Trial *trial)
{
	List	   *axes = trial_axes(cx, trial);
	double		share;

	if (axes == NIL)
		return single_shares(cx, trial);
	share = Min(run_trial(cx, trial, axes), 1);
	if (share == 0 && untried_share(axes) > 0)
		share = Min(rest_share(cx, trial->clauses), untried_share(axes));
	return share;
}

static double
share_of_clauses(ShareContext *cx, List *time, List *others)
{
	Conjunction all = {0};
	double		share = 1;
	ListCell   *lc;

	add_clauses(cx, &all, time, true);
	add_clauses(cx, &all, others, false);
	/* long ORs would leave nothing of the budget */
	foreach(lc, all.trials)
		share *= trial_share(cx, lfirst(lc));
	share *= rest_share(cx, all.rest);
	return share;
}

double
share_of_rows(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
			  const TimeRanges *ranges, List *time, List *others)
{
	ShareContext cx = {
		.root = root,
		.rel = rel,
		.table = table,
		.ranges = ranges,
		.work = MAX_WORK,
		.most_trials = MAX_TRIALS
	};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw share",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	double		share = share_of_clauses(&cx, time, others);

	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return share;
}
