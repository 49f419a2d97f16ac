/*
 * scan.c
 *	  The executor's callbacks.
 *
 * Nothing is asked of the server, and no key is read, before the first row is
 * wanted: begin also runs for EXPLAIN and for nodes never executed.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "bind.h"
#include "compat.h"
#include "key.h"
#include "option.h"
#include "scan.h"
#include "tuple.h"

typedef struct UsageScanState
{
	UsageScan	shown;			/* first, so that one is the other */
	ForeignScanState *node;
	TupleMaker *maker;
	List	   *exprs;			/* of ExprState, as request->exprs */
	Oid			userid;			/* whose user mapping counts */

	/* of one (re)scan */
	MemoryContext context;		/* reset with each */
	Stream	   *stream;			/* NULL before the first row is wanted, and
								 * where nothing is to be asked */
	bool		started;
} UsageScanState;

const UsageScan *
scan_of(ForeignScanState *node)
{
	return node->fdw_state;
}

void
usageBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	UsageScanState *scan = palloc0(sizeof(UsageScanState));

	scan->node = node;
	scan->shown.table = table_describe(node->ss.ss_currentRelation);
	scan->shown.request = request_from_list(plan->fdw_private, plan->fdw_exprs);
	scan->maker = tuple_maker(scan->shown.table, scan->shown.request->columns);
	scan->exprs = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	scan->userid = ForeignScanUserId(node);
	scan->context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw scan",
										  ALLOCSET_DEFAULT_SIZES);
	node->fdw_state = scan;
}

/* A BindValue: the expression's value in this (re)scan. */
static bool
scan_value(void *arg, int expr, Datum *value, bool *isnull)
{
	UsageScanState *scan = arg;

	*value = ExecEvalExpr(list_nth(scan->exprs, expr),
						  scan->node->ss.ps.ps_ExprContext, isnull);
	return true;
}

/*
 * Does the expression's value come with running the query?  Parameters of a
 * statement are there before, unless EXPLAIN (GENERIC_PLAN) goes without.
 */
static bool
depends_on_run(Node *expr, void *params)
{
	if (expr == NULL)
		return false;
	if (IsA(expr, Param))
		return ((Param *) expr)->paramkind != PARAM_EXTERN || params == NULL;
	return expression_tree_walker(expr, depends_on_run, params);
}

typedef struct PreviewArg
{
	UsageScanState *scan;
	bool		complete;
} PreviewArg;

/* A BindValue for EXPLAIN, which must not run sub-selects. */
static bool
preview_value(void *arg, int expr, Datum *value, bool *isnull)
{
	PreviewArg *preview = arg;
	Node	   *node = list_nth(preview->scan->shown.request->exprs, expr);

	if (depends_on_run(node, preview->scan->node->ss.ps.state->es_param_list_info))
	{
		preview->complete = false;
		return false;
	}
	return scan_value(preview->scan, expr, value, isnull);
}

BoundRequest *
scan_preview(ForeignScanState *node, bool *complete)
{
	UsageScanState *scan = node->fdw_state;
	PreviewArg	arg = {scan, true};
	BoundRequest *bound = bind_request(scan->shown.request, scan->shown.table,
									   preview_value, &arg, GetCurrentTimestamp());

	*complete = arg.complete;
	return bound;
}

/* Evaluate what the request asks for, and open the stream of it. */
static void
start_scan(UsageScanState *scan)
{
	UsageTable *table = scan->shown.table;
	MemoryContext old = MemoryContextSwitchTo(scan->context);
	BoundRequest *bound = bind_request(scan->shown.request, table, scan_value, scan,
									   GetCurrentTimestamp());

	scan->started = true;
	scan->shown.bound = bound;
	if (request_asks_before(bound, bound->history_start))
		stream_warn_history(table, bound->history_start, &scan->shown.counters);
	if (bound->ranges->count > 0)
		scan->stream = stream_open(table, bound, scan->maker,
								   RelationGetDescr(scan->node->ss.ss_currentRelation),
								   key_find(scan->userid, table->serverid),
								   &scan->shown.counters);
	MemoryContextSwitchTo(old);
}

static void
end_scan(UsageScanState *scan)
{
	if (scan->stream)
		stream_close(scan->stream);
	scan->stream = NULL;
	scan->started = false;
}

TupleTableSlot *
usageIterateForeignScan(ForeignScanState *node)
{
	UsageScanState *scan = node->fdw_state;
	TupleTableSlot *slot = ExecClearTuple(node->ss.ss_ScanTupleSlot);

	if (!scan->started)
		start_scan(scan);
	if (scan->stream)
		stream_next(scan->stream, slot);
	return slot;
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

	if (scan)
		end_scan(scan);
}
