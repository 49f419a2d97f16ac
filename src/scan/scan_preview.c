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

/* Can the expression be evaluated for EXPLAIN, which must not run sub-selects? */
static bool
is_known(PreviewArg *preview, int expr)
{
	if (!depends_on_run(list_nth(preview->scan->shown.request->exprs, expr),
						preview->scan->node->ss.ps.state->es_param_list_info))
		return true;
	preview->complete = false;
	return false;
}

/* A BindValue for EXPLAIN. */
static bool
preview_value(void *arg, int expr, Datum *value, bool *isnull)
{
	PreviewArg *preview = arg;

	return is_known(preview, expr) && scan_value(preview->scan, expr, value, isnull);
}

/* A BindBucketValue for EXPLAIN. */
static bool
preview_bucket_value(void *arg, int expr, TimestampTz bucket, Datum *value, bool *isnull)
{
	PreviewArg *preview = arg;

	return is_known(preview, expr) &&
		scan_bucket_value(preview->scan, expr, bucket, value, isnull);
}

static bool
group_times_are_known(PreviewArg *preview)
{
	ListCell   *lc;

	foreach(lc, preview->scan->shown.request->group_times)
		if (!is_known(preview, lfirst_int(lc)))
			return false;
	return true;
}

BoundRequest *
scan_preview(ForeignScanState *node, bool *complete)
{
	UsageScanState *scan = node->fdw_state;
	PreviewArg	arg = {scan, true};
	BindSource	source = {preview_value, preview_bucket_value, &arg};
	BoundRequest *bound = bind_request(scan->shown.request, scan->shown.table, &source,
									   GetCurrentTimestamp());

	*complete = arg.complete;
	bind_widths(bound, scan->shown.request, scan->shown.table,
				arg.complete && group_times_are_known(&arg) ? &source : NULL);
	return bound;
}
