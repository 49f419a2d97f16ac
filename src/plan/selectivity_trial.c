/*
 * selectivity_trial.c
 *	  Clauses, tried on all combinations of the values of their columns.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "plan/selectivity_private.h"

/*
 * What it costs to set up the executor for a trial, in nodes of expressions.
 */
#define READY_WORK 500

List *
selectivity_trial_axes(SelectivityContext *cx, const Trial *trial)
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
		combinations = saturate_mul(combinations, axis->count);
		if (combinations > most)
			return NIL;
	}
	if (bms_is_member(TIME_AXIS, trial->attnums))
	{
		Axis	   *axis = selectivity_time_axis(cx, most / combinations);

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
set_columns(SelectivityContext *cx, const Axis *axis, int n, TupleTableSlot *slot)
{
	if (axis->attnum == TIME_AXIS)
	{
		table_set_edges(cx->table, DatumGetTimestampTz(axis->values[n]), slot);
		return;
	}
	slot->tts_values[axis->attnum - 1] = axis->values[n];
	slot->tts_isnull[axis->attnum - 1] = axis->nulls[n];
}

typedef struct TrialRun
{
	SelectivityContext *cx;
	ExprState  *quals;
	ExprContext *econtext;
	TupleTableSlot *slot;
} TrialRun;

/*
 * The weight of the combinations of axes i and up that pass, with those before
 * set.
 */
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
		exprs = lappend(exprs, ((SelectivityClause *) lfirst(lc))->expr);
	return exprs;
}

double
selectivity_run_trial(SelectivityContext *cx, const Trial *trial, List *axes)
{
	Relation	rel = table_open(cx->table->relid, NoLock);
	EState	   *estate = CreateExecutorState();
	TrialRun	run = {.cx = cx, .econtext = CreateExprContext(estate)};
	double		weight;

	run.slot = table_make_slot(RelationGetDescr(rel));
	run.econtext->ecxt_scantuple = run.slot;
	run.quals = ExecPrepareQual(trial_exprs(trial), estate);
	weight = passing_weight(&run, axes, 0);
	ExecDropSingleTupleTableSlot(run.slot);
	FreeExecutorState(estate);
	table_close(rel, NoLock);
	return weight;
}
