/*
 * width.c
 *	  How wide may the buckets be that this query reads?
 *
 * A row of a wide bucket stands for rows of several of the table's own buckets:
 * its measures are their sums, and it shows the edges of the first of them.  A
 * query gives the same answer over either if it can't tell how many rows there
 * were (which grain.c finds out), and if all it uses of their time are values
 * that the rows have in common.
 *
 * - Ranges that restrict the time exactly let all of the buckets through, as
 *   no wide bucket reaches beyond them (bind_width.c).
 * - The UTC day is common, as no bucket is wider.
 * - A function of the edges is common to some buckets: which have the same
 *   value is found out when the scan starts, as time zones may change under a
 *   plan.  These functions are the request's group times.  As they are
 *   evaluated for buckets without rows too, only functions that raise no errors
 *   are taken.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"

#include "base/compat.h"
#include "plan/bucket_expr.h"
#include "plan/width.h"

/*
 * Group times are evaluated for each bucket; with more, the table's own
 * buckets are read.
 */
#define MAX_GROUP_TIMES 64

bool		usage_enable_width_coarsening = true;

typedef struct WidthContext
{
	const QueryLevel *level;
	List	   *group_times;	/* functions of the edges that were met */
} WidthContext;

/* The column of the relation that is mentioned here, or NULL. */
static const UsageTableColumn *
mentioned_column(const WidthContext *cx, Node *expr)
{
	return table_var(cx->level->table, cx->level->rel->relid, expr);
}

/*
 * Does the expression depend on the bucket's start or end, other than by group
 * times?  It may have those anywhere; they are collected.
 */
static bool
sees_edges(Node *expr, WidthContext *cx)
{
	const UsageTableColumn *column;

	if (expr == NULL)
		return false;
	column = mentioned_column(cx, expr);
	if (column)
		return column->edge == USAGE_START || column->edge == USAGE_END;
	if (bucket_expr_has_value(cx->level->table, cx->level->rel->relid, expr))
	{
		cx->group_times = list_append_unique(cx->group_times, expr);
		return list_length(cx->group_times) > MAX_GROUP_TIMES;
	}
	return expression_tree_walker(expr, sees_edges, cx);
}

static bool
restrictions_see_edges(List *restrictions, WidthContext *cx)
{
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		if (sees_edges((Node *) lfirst_node(RestrictInfo, lc)->clause, cx))
			return true;
	}
	return false;
}

/*
 * A gauge does not add up over time; and an endpoint that the catalogue does
 * not know may lack the other widths.
 */
static bool
table_adds_up(const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	if (table->endpoint == &usage_unknown_endpoints[USAGE_BUCKETS])
		return false;
	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_GAUGE)
			return false;
	return true;
}

void
width_coarsen(UsageRequest *request, const QueryLevel *level, List *restrictions)
{
	WidthContext cx = {.level = level};
	ListCell   *lc;

	if (!usage_enable_width_coarsening || !table_adds_up(level->table) ||
		level->table->width == endpoint_widest(level->table->endpoint))
		return;
	if (sees_edges((Node *) level->final, &cx) ||
		sees_edges((Node *) level->joined, &cx) ||
		restrictions_see_edges(restrictions, &cx))
		return;
	request->any_width = true;
	foreach(lc, cx.group_times)
		request->group_times = lappend_int(request->group_times, request_add_expr(request, lfirst(lc)));
}
