/*
 * explain.c
 *	  The plan in words and counters.
 *
 * Before execution a request is shown as expressions; after it (ANALYZE) as
 * the values that were asked for.
 */
#include "postgres.h"

#include "base/compat.h"
#include EXPLAIN_STATE_HEADER
#include EXPLAIN_FORMAT_HEADER
#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"

#include "base/encoding.h"
#include "request/slice.h"
#include "request/url.h"
#include "scan/explain.h"
#include "scan/explain_private.h"

/*
 * The widths that are read; or, where that is not known before execution,
 * those that may be.
 */
static void
explain_widths(const UsageScan *scan, const BoundRequest *bound, bool complete, ExplainState *es)
{
	bool		all = scan->request->any_width && !complete && !scan->bound;
	StringInfoData text;

	initStringInfo(&text);
	for (const UsageWidth *width = scan->table->width; width->name; width++)
		if (all || bound_has_width(bound, width))
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", width->name);
	ExplainPropertyText("Bucket Width", text.len > 0 ? text.data : scan->table->width->name, es);
}

static void
explain_group_by(const BoundRequest *bound, ExplainState *es)
{
	List	   *fields = NIL;
	ListCell   *lc;

	foreach(lc, bound->group_by)
		fields = lappend(fields, (char *) encoding_for_message(lfirst(lc)));
	if (fields != NIL)
		ExplainPropertyList("Group By", fields, es);
}

static void
explain_filters(ExplainContext *cx, bool lacks_parent, ExplainState *es)
{
	const BoundRequest *bound = cx->scan->bound;
	List	   *clauses = bound ? bound->filters : cx->scan->request->filters;
	List	   *filters = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		if (foreach_current_index(lc) == EXPLAIN_MAX_TERMS)
		{
			filters = lappend(filters, psprintf("%d more", list_length(clauses) - EXPLAIN_MAX_TERMS));
			break;
		}
		filters = lappend(filters, bound ? explain_bound_filter_text(lfirst(lc)) :
						  explain_filter_text(cx, lfirst(lc)));
	}
	if (lacks_parent)
		filters = lappend(filters, psprintf("%s = each of all", cx->scan->table->parent->filter));
	if (filters != NIL)
		ExplainPropertyList("Filters", filters, es);
}

/*
 * Expressions before execution, instants after it.  That there is nothing to
 * ask for may be known before.
 */
static void
explain_time(ExplainContext *cx, const BoundRequest *bound, bool complete, ExplainState *es)
{
	char	   *text;

	if (cx->scan->bound || (complete && bound->ranges->count == 0))
		text = explain_ranges_text(bound->ranges);
	else
		text = explain_time_text(cx, cx->scan->request->time);
	if (!text)
		text = psprintf("the last %s", cx->scan->table->options->history);
	ExplainPropertyText("Time", text, es);
}

/* The order in which buckets are read. */
static void
explain_order(const UsageScan *scan, ExplainState *es)
{
	ExplainPropertyText("Order", scan->request->newest_first ? "newest first" : "oldest first", es);
}

/* The first request's URL, if it is known and there is one. */
static void
explain_url(const UsageScan *scan, const BoundRequest *bound, bool complete, ExplainState *es)
{
	const UsageTable *table = scan->table;
	Slice		slice;

	if (!complete || bound->ranges->count == 0 || bound->lacks_parent)
		return;
	slice = slice_first(table, bound);
	ExplainPropertyText("Request URL", url_build(table, bound, &slice, NULL), es);
}

static void
explain_counters(const UsageScan *scan, ExplainState *es)
{
	const FetchReport *report = &scan->report;

	if (scan->answered > 0)
		ExplainPropertyInteger("Rescans Answered Locally", NULL, scan->answered, es);
	ExplainPropertyInteger("Requests", NULL, report->requests, es);
	ExplainPropertyInteger("Pages", NULL, report->pages, es);
	ExplainPropertyInteger("Retries", NULL, report->retries, es);
	ExplainPropertyInteger("Rows Received", NULL, report->rows, es);
	ExplainPropertyInteger("Bytes Received", NULL, report->wire_bytes, es);
	ExplainPropertyInteger("Bytes Decoded", NULL, report->decoded_bytes, es);
	if (es->timing)
		ExplainPropertyFloat("Wait Time", "ms", report->wait_us / 1000.0, 3, es);
	if (es->timing && report->rate_us > 0)
		ExplainPropertyFloat("Rate Limit Wait", "ms", report->rate_us / 1000.0, 3, es);
}

void
usageExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	const UsageScan *scan = scan_of(node);
	ExplainContext cx = {scan, set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, NIL)};
	bool		complete = true;
	const BoundRequest *bound = scan->bound ? scan->bound : scan_preview(node, &complete);

	ExplainPropertyText("Endpoint", scan->table->name, es);
	if (scan->table->endpoint->shape == USAGE_BUCKETS)
		explain_widths(scan, bound, complete, es);
	explain_group_by(bound, es);
	explain_filters(&cx, bound->lacks_parent && !bound->parent_pending, es);
	if (scan->table->endpoint->shape == USAGE_BUCKETS)
		explain_time(&cx, bound, complete, es);
	if (scan->table->endpoint->shape == USAGE_BUCKETS || table_sorted_column(scan->table))
		explain_order(scan, es);
	if (es->verbose)
		explain_url(scan, bound, complete, es);
	/* Citus executes a sub-plan before, and shows a copy that was never run */
	if (es->analyze && !(node->ss.ps.state->es_top_eflags & EXEC_FLAG_EXPLAIN_ONLY))
		explain_counters(scan, es);
}
