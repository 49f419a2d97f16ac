/*
 * explain_text.c
 *	  Conditions and ranges as EXPLAIN shows them.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "scan/explain_private.h"

static bool append_time(ExplainContext *cx, StringInfo text, const TimeClause *clause);

/*
 * Replace executor parameters by external ones, which are shown the same way
 * ($0). ruleutils.c would look for their origin in the nodes above, which a
 * scan can't give it, and fail an assertion where it finds none.
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

/* The number of elements of a constant array; 0: it is something else. */
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

	if (elements > EXPLAIN_MAX_TERMS)
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

/* The column that is that edge of the bucket. */
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
comparison_text(ExplainContext *cx, const TimeClause *clause)
{
	return psprintf(clause->kind == TIME_COMPARE_ANY ? "%s %s ANY (%s)" : "%s %s %s",
					edge_name(cx->scan->table, clause->subject), strategy_name(clause->strategy), expr_text(cx, clause->value));
}

/* Append how many terms of a list are not shown. */
static void
append_more(StringInfo text, List *terms, const char *word)
{
	if (list_length(terms) > EXPLAIN_MAX_TERMS)
		appendStringInfo(text, "%s%d more", word, list_length(terms) - EXPLAIN_MAX_TERMS);
}

static void
truncate_text(StringInfo text, int length)
{
	text->len = length;
	text->data[length] = '\0';
}

/*
 * Append the clauses with a word between them; false: none restricts the time.
 */
static bool
append_joined(ExplainContext *cx, StringInfo text, List *clauses, const char *word)
{
	bool		any = false;
	ListCell   *lc;

	foreach(lc, clauses)
	{
		int			length = text->len;

		if (foreach_current_index(lc) == EXPLAIN_MAX_TERMS)
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
	if (clause->kind == TIME_TRY)
	{
		appendStringInfoString(text, expr_text(cx, clause->value));
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

char *
explain_time_text(ExplainContext *cx, List *clauses)
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

char *
explain_ranges_text(const TimeRanges *ranges)
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

char *
explain_filter_text(ExplainContext *cx, const FilterClause *filter)
{
	const UsageTableColumn *column = table_column(cx->scan->table, filter->attnum);
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	if (column->form == USAGE_FILTER_UNSENT)
		return psprintf("no %s", column->filter);
	foreach(lc, filter->items)
	{
		FilterItem *item = lfirst(lc);

		if (foreach_current_index(lc) == EXPLAIN_MAX_TERMS)
			break;
		appendStringInfo(&text, item->is_array ? "%sANY (%s)" : "%s%s",
						 text.len > 0 ? " OR " : "", expr_text(cx, item->value));
	}
	append_more(&text, filter->items, " OR ");
	return psprintf("%s = %s", column->filter, text.data);
}

char *
explain_bound_filter_text(const BoundFilter *filter)
{
	StringInfoData text;
	ListCell   *lc;

	initStringInfo(&text);
	if (filter->form == USAGE_FILTER_UNSENT)
		return psprintf("no %s", filter->param);
	if (filter->is_every)
		return psprintf("%s = each of all %d", filter->param, list_length(filter->values));
	foreach(lc, filter->values)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
						 encoding_for_message(lfirst(lc)));
	}
	return psprintf("%s = %s", filter->param, text.data);
}
