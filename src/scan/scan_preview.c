/*
 * scan_preview.c
 *	  What would a scan ask for now?  For EXPLAIN, which must not run it.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/bind.h"
#include "scan/scan_private.h"

/*
 * Is the expression's value known only when the query runs?  External
 * parameters are known before, but for EXPLAIN (GENERIC_PLAN), where params is
 * NULL.
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

/* Can all group times be evaluated for EXPLAIN? */
static bool
group_times_are_known(const UsageScanState *scan)
{
	const UsageRequest *request = scan->shown.request;
	ListCell   *lc;

	foreach(lc, request->group_times)
	{
		if (depends_on_run(list_nth(request->exprs, lfirst_int(lc)),
						   scan->node->ss.ps.state->es_param_list_info))
			return false;
	}
	return true;
}

BoundRequest *
scan_preview(ForeignScanState *node, bool *complete)
{
	UsageScanState *scan = node->fdw_state;
	PreviewArg	arg = {scan, true};
	BoundRequest *bound = bind_request(scan->shown.request, scan->shown.table,
									   preview_value, &arg, GetCurrentTimestamp());

	*complete = arg.complete;
	bind_widths(bound, scan->shown.request, scan->shown.table,
				arg.complete && group_times_are_known(scan) ? scan_group_time : NULL, scan);
	return bound;
}
