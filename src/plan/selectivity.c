/*
 * selectivity.c
 *	  What share of a table's rows passes its clauses?
 *
 * PostgreSQL estimates a clause by its operator, and multiplies.  That is far
 * off for what it does not see through (coalesce(a, 'x') = 'y', a < b) and for
 * clauses that contradict each other.  There are few buckets, and dimensions
 * have few values, which ANALYZE has listed: so clauses on them are tried.
 * Those that have a column in common are tried together, on all combinations of
 * what their columns may be.  PostgreSQL estimates the rest, of an OR each
 * argument by itself.
 *
 * A program may write thousands of clauses.  So all of this is within a budget;
 * what is beyond it is left to PostgreSQL, and of a long OR some arguments stand
 * for the others.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "plan/selectivity_private.h"

/* The most combinations that are tried. */
#define MAX_TRIALS 2048
#define MAX_TRIALS_OF_MANY 256	/* for each of some that stand for others */

/* How deep nested ORs are looked into, as each level is copied. */
#define MAX_DEPTH 8

/* The most arguments of an OR that are looked at. */
#define MAX_ARGUMENTS 32

/* An expression of more nodes is not tried. */
#define MAX_NODES 8192

/*
 * The budget, in nodes of expressions that are evaluated, and what it costs
 * per node to see whether an expression can be.  READY_WORK in
 * selectivity_trial.c is taken from it too.
 */
#define MAX_WORK (1 << 20)
#define LOOK_WORK 64

/* Clauses that are ANDed. */
typedef struct Conjunction
{
	List	   *trials;
	List	   *rest;			/* of SelectivityClause: those that can't be
								 * tried */
} Conjunction;

static double selectivity_of_clauses(SelectivityContext *cx, List *time, List *others);

/*
 * Which clauses can be tried?
 */

/* Put a clause with those that it shares columns with. */
static void
add_to_trial(Conjunction *all, SelectivityClause *clause, Bitmapset *attnums)
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

/* Take work from the budget; false: not that much is left. */
static bool
spend(SelectivityContext *cx, int64 work)
{
	if (work > cx->work)
		return false;
	cx->work -= work;
	return true;
}

/*
 * Count the nodes, up to MAX_NODES + 1.  An expression_tree_walker() function.
 */
static bool
count_nodes(Node *node, int *count)
{
	if (node == NULL)
		return false;
	return ++*count > MAX_NODES ||
		expression_tree_walker(node, count_nodes, count);
}

/*
 * Set the clause's expr to the simplified expression, if it may be evaluated
 * and all in it is known.
 */
static void
find_known(SelectivityContext *cx, SelectivityClause *clause)
{
	Node	   *expr = bare_clause(clause->clause);

	(void) count_nodes(expr, &clause->nodes);
	if (clause->nodes > MAX_NODES || !spend(cx, clause->nodes * LOOK_WORK) ||
		!selectivity_is_harmless(cx, expr))
		return;
	expr = estimate_expression_value(cx->root, expr);
	if (!selectivity_is_unknown(expr))
		clause->expr = expr;
}

static void
add_clauses(SelectivityContext *cx, Conjunction *all, List *clauses, bool ranged)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		SelectivityClause *clause = palloc0(sizeof(SelectivityClause));
		Bitmapset  *attnums = NULL;

		CHECK_FOR_INTERRUPTS();
		clause->clause = lfirst(lc);
		clause->ranged = ranged;
		find_known(cx, clause);
		if (clause->expr && selectivity_find_axes(cx, clause->expr, &attnums))
			add_to_trial(all, clause, attnums);
		else
			all->rest = lappend(all->rest, clause);
	}
}

/*
 * The selectivity of an OR, its arguments taken as independent.  Of many
 * arguments, some that are evenly spread stand for all.
 */
static double
or_selectivity(SelectivityContext *cx, BoolExpr *expr)
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

		none *= 1 - selectivity_of_clauses(cx, NIL, make_ands_implicit((Expr *) arg));
	}
	cx->depth--;
	cx->most_trials = most_trials;
	return 1 - (nlooked < nargs ? pow(none, (double) nargs / nlooked) : none);
}

/*
 * The selectivity of clauses that can't be tried.  Those that the ranges were
 * made of are accounted for by the ranges.
 */
static double
rest_selectivity(SelectivityContext *cx, List *clauses)
{
	double		selectivity = 1;
	List	   *servers = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		const SelectivityClause *clause = lfirst(lc);
		Node	   *expr = bare_clause(clause->clause);

		if (clause->expr && IsA(clause->expr, Const))
			servers = lappend(servers, clause->expr);
		else if (is_orclause(expr) && !selectivity_is_unknown(expr) && cx->depth < MAX_DEPTH)
			selectivity *= or_selectivity(cx, (BoolExpr *) expr);
		else if (!clause->ranged)
			servers = lappend(servers, clause->clause);
	}
	return selectivity * clauselist_selectivity(cx->root, servers, cx->rel->relid, JOIN_INNER, NULL);
}

/* The share of rows whose values are not among the combinations. */
static double
untried_selectivity(List *axes)
{
	double		tried = 1;
	ListCell   *lc;

	foreach(lc, axes)
		tried *= 1 - ((Axis *) lfirst(lc))->untried;
	return 1 - tried;
}

static double trial_selectivity(SelectivityContext *cx, const Trial *trial);

/*
 * The selectivity of a trial with too many combinations: each clause is tried
 * by itself, or left to PostgreSQL if it is alone.
 */
static double
single_selectivities(SelectivityContext *cx, const Trial *trial)
{
	double		selectivity = 1;
	ListCell   *lc;

	if (list_length(trial->clauses) == 1)
		return rest_selectivity(cx, trial->clauses);
	foreach(lc, trial->clauses)
	{
		SelectivityClause *clause = lfirst(lc);
		Trial		single = {.clauses = list_make1(clause), .nodes = clause->nodes};

		selectivity_find_axes(cx, clause->expr, &single.attnums);
		selectivity *= trial_selectivity(cx, &single);
	}
	return selectivity;
}

/*
 * The share that passes a trial.  Where no combination passes, the rows that
 * do have values that were not tried, and PostgreSQL may know how rare these
 * are.
 */
static double
trial_selectivity(SelectivityContext *cx, const Trial *trial)
{
	List	   *axes = selectivity_trial_axes(cx, trial);
	double		selectivity;

	if (axes == NIL)
		return single_selectivities(cx, trial);
	selectivity = Min(selectivity_run_trial(cx, trial, axes), 1);
	if (selectivity == 0 && untried_selectivity(axes) > 0)
		selectivity = Min(rest_selectivity(cx, trial->clauses), untried_selectivity(axes));
	return selectivity;
}

static double
selectivity_of_clauses(SelectivityContext *cx, List *time, List *others)
{
	Conjunction all = {0};
	double		selectivity = 1;
	ListCell   *lc;

	add_clauses(cx, &all, time, true);
	add_clauses(cx, &all, others, false);
	/* trials come first, as long ORs in the rest would use up the budget */
	foreach(lc, all.trials)
		selectivity *= trial_selectivity(cx, lfirst(lc));
	selectivity *= rest_selectivity(cx, all.rest);
	return selectivity;
}

double
selectivity_of_rows(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
			  const TimeRanges *ranges, List *time, List *others)
{
	SelectivityContext cx = {
		.root = root,
		.rel = rel,
		.table = table,
		.ranges = ranges,
		.work = MAX_WORK,
		.most_trials = MAX_TRIALS
	};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw selectivity",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	double		selectivity = selectivity_of_clauses(&cx, time, others);

	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return selectivity;
}
