/*
 * explain.c
 *	  The plan in words and report.
 *
 * Before execution a request is shown as expressions; after it (ANALYZE) as
 * the values that were asked for.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "base/compat.h"
#include EXPLAIN_STATE_HEADER
#include EXPLAIN_FORMAT_HEADER
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"

#include "base/encoding.h"
#include "request/slice.h"
#include "request/url.h"
#include "scan/explain.h"
#include "scan/scan.h"

/* So many terms are shown of a list, or AND, or OR; the plan's filter has them all. */
#define MAX_TERMS 100

typedef struct ExplainContext
{
	const UsageScan *scan;
	List	   *deparse;		/* for deparse_expression() */
} ExplainContext;

static bool append_time(ExplainContext *cx, StringInfo text, const TimeClause *clause);

/*
 * An executor parameter ($0) as an external one, which is shown the same way.
 * Its origin is in a node above, of which a scan is told nothing; and that it
 * is not found there fails an assertion of PostgreSQL's.
 */
static Node *
without_exec_params(Node *node, void *context)
{
	if (node && IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
	{
		Param	   *param = copyObject((Param *) node);

		param->paramkind = PARAM_EXTERN;
		return (Node *) param;
	}
	return expression_tree_mutator(node, without_exec_params, context);
}

/* How many elements has a constant array?  0: it is something else. */
static int
count_elements(Node *node)
{
	const Const *constant = (Const *) node;
	ArrayType  *array;

	if (!IsA(node, Const) || constant->constisnull ||
		!OidIsValid(get_element_type(constant->consttype)))
		return 0;
	array = DatumGetArrayTypeP(constant->constvalue);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

static char *
expr_text(ExplainContext *cx, int expr)
{
	Node	   *node = list_nth(cx->scan->request->exprs, expr);
	int			elements = count_elements(node);

	if (elements > MAX_TERMS)
		return psprintf("%d values", elements);
	return deparse_expression(without_exec_params(node, NULL), cx->deparse, false, false);
}

static const char *
strategy_name(int strategy)
{
	static const char *const names[] = {
		[BTLessStrategyNumber] = "<",
		[BTLessEqualStrategyNumber] = "<=",
		[BTEqualStrategyNumber] = "=",
		[BTGreaterEqualStrategyNumber] = ">=",
		[BTGreaterStrategyNumber] = ">"
	};

	return names[strategy];
}

/* The column that declares that bound. */
static const char *
edge_name(const UsageTable *table, UsageEdge edge)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
		if (column->edge == edge)
			return quote_identifier(column->name);
	elog(ERROR, "no column is edge %d of the bucket", (int) edge);
}

static char *
step_text(ExplainContext *cx, const TimeStep *step, const char *arg)
{
	switch (step->kind)
	{
		case TIME_TRUNC:
			return psprintf("date_trunc(%s, %s)", quote_literal_cstr(step->unit), arg);
		case TIME_TO_DATE:
			return psprintf("%s::date", arg);
		case TIME_AT_ZONE:
		case TIME_FROM_ZONE:
			if (step->zone != TIME_SESSION_ZONE)
				return psprintf("(%s AT TIME ZONE %s)", arg, expr_text(cx, step->zone));
			return psprintf("%s::%s", arg,
							step->kind == TIME_AT_ZONE ? "timestamp" : "timestamptz");
	}
	elog(ERROR, "unexpected time step: %d", (int) step->kind);
}

static char *
comparison_text(ExplainContext *cx, const TimeClause *clause)
{
	const char *subject = edge_name(cx->scan->table, clause->subject);
	ListCell   *lc;

	foreach(lc, clause->steps)
		subject = step_text(cx, lfirst(lc), subject);
	return psprintf(clause->kind == TIME_COMPARE_ANY ? "%s %s ANY (%s)" : "%s %s %s",
					subject, strategy_name(clause->strategy), expr_text(cx, clause->value));
}

/* How many terms of a list are not shown. */
static void
append_more(StringInfo text, List *terms, const char *word)
{
	if (list_length(terms) > MAX_TERMS)
		appendStringInfo(text, "%s%d more", word, list_length(terms) - MAX_TERMS);
}

/* Take back what was appended since the text was that long. */
static void
truncate_text(StringInfo text, int length)
{
	text->len = length;
	text->data[length] = '\0';
}

/* Append the clauses with a word between them; false: none says anything. */
static bool
append_joined(ExplainContext *cx, StringInfo text, List *clauses, const char *word)
{
	bool		any = false;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		int			length = text->len;

		if (foreach_current_index(lc) == MAX_TERMS)
			break;
		appendStringInfoString(text, any ? word : "");
		if (append_time(cx, text, lfirst(lc)))
			any = true;
		else
			truncate_text(text, length);
	}
	if (any)
		append_more(text, clauses, word);
	return any;
}

/* Append a clause; false: it is always true. */
static bool
append_time(ExplainContext *cx, StringInfo text, const TimeClause *clause)
{
	int			length = text->len;
	bool		several = list_length(clause->args) > 1;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (clause->kind == TIME_COMPARE || clause->kind == TIME_COMPARE_ANY)
	{
		appendStringInfoString(text, comparison_text(cx, clause));
		return true;
	}
	appendStringInfoString(text, several ? "(" : "");
	if (!append_joined(cx, text, clause->args, clause->kind == TIME_ALL ? " AND " : " OR "))
	{
		truncate_text(text, length);
		return false;
	}
	appendStringInfoString(text, several ? ")" : "");
	return true;
}

/* All of the clauses; NULL where none says anything. */
static char *
time_text(ExplainContext *cx, List *clauses)
{
	StringInfoData text;

	initStringInfo(&text);
	return append_joined(cx, &text, clauses, " AND ") ? text.data : NULL;
}

/* An instant in UTC, as buckets are counted. */
static char *
instant_text(TimestampTz instant)
{
	Datum		text = DirectFunctionCall1(timestamp_out, TimestampGetDatum(instant));

	return psprintf("%s+00", DatumGetCString(text));
}

/* Ranges in UTC, as buckets are. */
static char *
ranges_text(const TimeRanges *ranges)
{
	StringInfoData text;

	if (ranges->count == 0)
		return "none";
	initStringInfo(&text);
	for (int i = 0; i < ranges->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&text, "%s[%s, %s)", i > 0 ? ", " : "",
						 instant_text(ranges->ranges[i].start),
						 instant_text(ranges->ranges[i].end));
	}
	return text.data;
}

static char *
filter_text(ExplainContext *cx, const FilterClause *filter)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	foreach(lc, filter->items)
	{
		FilterItem *item = lfirst(lc);

		if (foreach_current_index(lc) == MAX_TERMS)
			break;
		appendStringInfo(&text, item->is_array ? "%sANY (%s)" : "%s%s",
						 text.len > 0 ? " OR " : "", expr_text(cx, item->value));
	}
	append_more(&text, filter->items, " OR ");
	return psprintf("%s = %s", table_column(cx->scan->table, filter->attnum)->filter, text.data);
}

static char *
bound_filter_text(const BoundFilter *filter)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	foreach(lc, filter->values)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
						 encoding_for_message(lfirst(lc)));
	}
	return psprintf("%s = %s", filter->param, text.data);
}

/* Those that are asked for, or before that is known those that may be. */
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
explain_filters(ExplainContext *cx, ExplainState *es)
{
	const BoundRequest *bound = cx->scan->bound;
	List	   *clauses = bound ? bound->filters : cx->scan->request->filters;
	List	   *filters = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		if (foreach_current_index(lc) == MAX_TERMS)
		{
			filters = lappend(filters, psprintf("%d more", list_length(clauses) - MAX_TERMS));
			break;
		}
		filters = lappend(filters, bound ? bound_filter_text(lfirst(lc)) :
						  filter_text(cx, lfirst(lc)));
	}
	if (filters != NIL)
		ExplainPropertyList("Filters", filters, es);
}

/*
 * Expressions before execution, instants after it; that there is nothing to
 * ask may be known before.
 */
static void
explain_time(ExplainContext *cx, const BoundRequest *bound, bool complete, ExplainState *es)
{
	char	   *text;

	if (cx->scan->bound || (complete && bound->ranges->count == 0))
		text = ranges_text(bound->ranges);
	else
		text = time_text(cx, cx->scan->request->time);
	if (!text)
		text = psprintf("the last %s", cx->scan->table->options->history);
	ExplainPropertyText("Time", text, es);
}

/* The way that the buckets are read. */
static void
explain_order(const UsageScan *scan, ExplainState *es)
{
	ExplainPropertyText("Order", scan->request->newest_first ? "newest first" : "oldest first", es);
}

/* The first request's URL, or that there is none. */
static void
explain_url(const UsageScan *scan, const BoundRequest *bound, bool complete, ExplainState *es)
{
	const UsageTable *table = scan->table;
	Slice		slice;

	if (!complete || bound->ranges->count == 0)
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
}

void
usageExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	const UsageScan *scan = scan_of(node);
	ExplainContext cx = {scan, set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, NIL)};
	bool		complete = true;
	const BoundRequest *bound = scan->bound ? scan->bound : scan_preview(node, &complete);

	ExplainPropertyText("Endpoint", scan->table->name, es);
	explain_widths(scan, bound, complete, es);
	explain_group_by(bound, es);
	explain_filters(&cx, es);
	explain_time(&cx, bound, complete, es);
	explain_order(scan, es);
	if (es->verbose)
		explain_url(scan, bound, complete, es);
	if (es->analyze)
		explain_counters(scan, es);
}
