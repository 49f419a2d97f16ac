/*
 * scan.c
 *	  The executor's callbacks.
 *
 * No request is made, and no key is read, before the first row is wanted:
 * begin also runs for EXPLAIN and for nodes that are never executed.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "portability/instr_time.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/api_key.h"
#include "catalogue/option.h"
#include "http/http.h"
#include "request/bind.h"
#include "request/history.h"
#include "scan/guard.h"
#include "scan/scan_private.h"

const UsageScan *
scan_of(ForeignScanState *node)
{
	return node->fdw_state;
}

/* Constants, of which there may be many thousands, need no ExprState. */
static ExprState **
init_exprs(const List *exprs)
{
	ExprState **states = palloc0(sizeof(ExprState *) * Max(list_length(exprs), 1));
	ListCell   *lc;

	foreach(lc, exprs)
	{
		if (!IsA(lfirst(lc), Const))
			states[foreach_current_index(lc)] = ExecInitExpr(lfirst(lc), NULL);
	}
	return states;
}

/*
 * The expression's value, with the scan's ExprContext; made in
 * CurrentMemoryContext.
 */
static Datum
evaluate(UsageScanState *scan, int expr, bool *isnull)
{
	ExprState  *state = scan->exprs[expr];
	const Const *constant;

	if (state)
		return ExecEvalExpr(state, scan->node->ss.ps.ps_ExprContext, isnull);
	constant = list_nth(scan->shown.request->exprs, expr);
	*isnull = constant->constisnull;
	return constant->constvalue;
}

void
usageBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	UsageScanState *scan = palloc0(sizeof(UsageScanState));

	scan->node = node;
	scan->shown.table = table_describe(node->ss.ss_currentRelation);
	scan->shown.request = request_from_list(plan->fdw_private, plan->fdw_exprs);
	scan->builder = tuple_open(scan->shown.table, scan->shown.request->columns);
	scan->exprs = init_exprs(plan->fdw_exprs);
	scan->edges = table_make_slot(RelationGetDescr(node->ss.ss_currentRelation));
	scan->userid = ForeignScanUserId(node);
	scan->shown.report.userid = scan->userid;
	scan->rescan = rescan_open(scan->shown.table, scan->shown.request, scan->builder,
							   RelationGetDescr(node->ss.ss_currentRelation),
							   scan->userid, &scan->shown.report);
	scan->context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw scan",
										  ALLOCSET_DEFAULT_SIZES);
	node->fdw_state = scan;
}

bool
scan_value(void *arg, int expr, Datum *value, bool *isnull)
{
	UsageScanState *scan = arg;

	*value = evaluate(scan, expr, isnull);
	return true;
}

bool
scan_bucket_value(void *arg, int expr, TimestampTz bucket, Datum *value, bool *isnull)
{
	UsageScanState *scan = arg;

	table_set_edges(scan->shown.table, bucket, scan->edges);
	scan->node->ss.ps.ps_ExprContext->ecxt_scantuple = scan->edges;
	*value = evaluate(scan, expr, isnull);
	return true;
}

/* The request without join clauses on time, in the table's own buckets. */
static BoundRequest *
whole_request(UsageScanState *scan)
{
	BindSource	source = {scan_value, scan_bucket_value, scan};
	UsageRequest *request = request_copy(scan->shown.request);

	request->time = list_truncate(request->time, request->nown_time);
	return bind_request(request, scan->shown.table, &source, scan->now);
}

/* Do the request's rows come from `rescan`? */
static bool
rescan_has(UsageScanState *scan, const BoundRequest *bound)
{
	const UsageRequest *request = scan->shown.request;

	if (rescan_answers(scan->rescan, bound))
		return true;
	if (request->nown_time == list_length(request->time))
		return false;
	return rescan_takes_whole(scan->rescan, bound, whole_request(scan));
}

/* Open where rows come from; the request's ranges are not empty. */
static void
open_rows(UsageScanState *scan, const BoundRequest *bound)
{
	UsageTable *table = scan->shown.table;

	scan->from_rescan = rescan_has(scan, bound);
	if (scan->from_rescan)
	{
		scan->shown.answered += rescan_begin(scan->rescan, bound);
		scan->shown.bound = rescan_request(scan->rescan);
	}
	else
		scan->stream = stream_open(table, bound, scan->builder,
								   RelationGetDescr(scan->node->ss.ss_currentRelation),
								   api_key_find(scan->userid, table->serverid),
								   &scan->shown.report);
}

/* Get ready to read the parents, unless that was done in an earlier scan. */
static void
open_parents(UsageScanState *scan)
{
	UsageTable *table = scan->shown.table;
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(scan));

	if (!scan->parents)
		scan->parents = parents_open(table, api_key_find(scan->userid, table->serverid),
									 &scan->shown.report);
	MemoryContextSwitchTo(old);
}

/* Read the parents, and open where rows come from.  False: they are not there yet. */
static bool
add_parents(UsageScanState *scan)
{
	MemoryContext old;

	if (!parents_read(scan->parents, !scan->impatient))
	{
		scan->waiting = true;
		return false;
	}
	old = MemoryContextSwitchTo(scan->context);
	parents_apply(scan->parents, scan->lacking);
	if (scan->lacking->ranges->count > 0)
		open_rows(scan, scan->lacking);
	scan->lacking = NULL;
	MemoryContextSwitchTo(old);
	return true;
}

/* Evaluate what the request asks for, and get ready to read it. */
static void
start_scan(UsageScanState *scan)
{
	UsageTable *table = scan->shown.table;
	MemoryContext old = MemoryContextSwitchTo(scan->context);
	BindSource	source = {scan_value, scan_bucket_value, scan};
	BoundRequest *bound;

	if (scan->now == 0)
		scan->now = GetCurrentTimestamp();
	bound = bind_request(scan->shown.request, table, &source, scan->now);
	bind_widths(bound, scan->shown.request, table, &source);
	scan->started = true;
	scan->shown.bound = bound;
	if (history_is_exceeded(bound, bound->history_start))
		history_warn(table, bound, bound->history_start, &scan->shown.report.history_warned);
	guard_time(table, bound, &scan->guarded);
	if (bound->ranges->count > 0 && bound->lacks_parent)
	{
		open_parents(scan);
		scan->lacking = bound;
	}
	else if (bound->ranges->count > 0)
		open_rows(scan, bound);
	MemoryContextSwitchTo(old);
}

static void
end_scan(UsageScanState *scan)
{
	if (scan->stream)
		stream_close(scan->stream);
	scan->stream = NULL;
	scan->from_rescan = false;
	scan->lacking = NULL;
	scan->started = false;
	INSTR_TIME_SET_ZERO(scan->watched_at);
}

TupleTableSlot *
usageIterateForeignScan(ForeignScanState *node)
{
	UsageScanState *scan = node->fdw_state;
	TupleTableSlot *slot = ExecClearTuple(node->ss.ss_ScanTupleSlot);

	if (!scan->started)
		start_scan(scan);
	if (scan->lacking && !add_parents(scan))
		return slot;
	if (scan->from_rescan)
		rescan_next(scan->rescan, slot, !scan->impatient, &scan->waiting);
	else if (!scan->stream)
		return slot;
	else if (scan->impatient)
		stream_try(scan->stream, slot, &scan->waiting);
	else
		stream_next(scan->stream, slot);
	return slot;
}

/* The scan goes on: count the time that Append waited for it, if it did. */
static void
count_wait(UsageScanState *scan)
{
	instr_time	duration;

	if (INSTR_TIME_IS_ZERO(scan->watched_at))
		return;
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, scan->watched_at);
	INSTR_TIME_SET_ZERO(scan->watched_at);
	scan->shown.report.wait_us += INSTR_TIME_GET_MICROSEC(duration);
}

/* Make the waitfd, if there is none yet; false if there can't be one. */
static bool
need_waitfd(UsageScanState *scan)
{
	MemoryContext old;

	if (!scan->waitfd)
	{
		old = MemoryContextSwitchTo(scan->node->ss.ps.state->es_query_cxt);
		scan->waitfd = http_waitfd_open();
		MemoryContextSwitchTo(old);
	}
	return scan->waitfd != NULL;
}

/*
 * ExecProcNodeReal checks and projects the rows that usageIterateForeignScan()
 * gives, and takes an empty slot for the end.  A scan without a waitfd has to
 * wait for its row.
 */
bool
scan_try(ForeignScanState *node, TupleTableSlot **slot)
{
	UsageScanState *scan = node->fdw_state;

	count_wait(scan);
	scan->waiting = false;
	scan->impatient = true;
	*slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);
	scan->impatient = false;
	if (!scan->waiting)
		return true;
	if (need_waitfd(scan))
		return false;
	*slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);
	return true;
}

static TimestampTz
scan_due(const UsageScanState *scan)
{
	if (scan->lacking)
		return parents_due(scan->parents);
	return scan->from_rescan ? rescan_due(scan->rescan) : stream_due(scan->stream);
}

int
scan_watch(ForeignScanState *node, bool waits)
{
	UsageScanState *scan = node->fdw_state;

	count_wait(scan);
	if (waits)
		INSTR_TIME_SET_CURRENT(scan->watched_at);
	return http_waitfd_set(scan->waitfd, scan_due(scan), waits);
}

void
usageReScanForeignScan(ForeignScanState *node)
{
	UsageScanState *scan = node->fdw_state;

	end_scan(scan);
	scan->shown.bound = NULL;
	MemoryContextReset(scan->context);
}

void
usageEndForeignScan(ForeignScanState *node)
{
	UsageScanState *scan = node->fdw_state;

	if (!scan)
		return;
	end_scan(scan);
	rescan_close(scan->rescan);
	if (scan->parents)
		parents_close(scan->parents);
}
