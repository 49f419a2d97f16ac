/*
 * plan.c
 *	  Size, paths and plan of a scan.
 *
 * A request starts at the table's grain and history, and is narrowed clause by
 * clause.  All clauses are checked again by the executor: the server's idea of
 * a filter is not ours to trust.  Planning never does I/O.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"

#include "bind.h"
#include "compat.h"
#include "grain.h"
#include "order.h"
#include "plan.h"
#include "qual.h"
#include "request.h"
#include "stream.h"
#include "table.h"

/* A round trip to the API, in units of the planner (a page from disk is 1). */
#define REQUEST_COST 2000.0

/* A result's transfer and parsing, likewise. */
#define RESULT_COST 0.05

/* Guesses of the groups in a bucket by the number of dimensions. */
static const double guessed_groups[] = {1, 8, 25, 50, 100};

/* What planning knows of a base relation; its fdw_private. */
typedef struct UsagePlan
{
	UsageTable *table;
	UsageRequest *request;
	List	   *local_clauses;	/* RestrictInfos that the time ranges do not
								 * already account for */
	TimeRanges *ranges;			/* estimated */
} UsagePlan;

/* What evaluating an expression at planning needs; see plan_value(). */
typedef struct PlanValueArg
{
	PlannerInfo *root;
	UsageRequest *request;
} PlanValueArg;

/* A BindValue: stable expressions are estimated by evaluating them. */
static bool
plan_value(void *arg, int expr, Datum *value, bool *isnull)
{
	PlanValueArg *plan = arg;
	Node	   *node = estimate_expression_value(plan->root,
												 list_nth(plan->request->exprs, expr));

	if (!IsA(node, Const))
		return false;
	*value = ((Const *) node)->constvalue;
	*isnull = ((Const *) node)->constisnull;
	return true;
}

static UsageTable *
describe(Oid relid)
{
	Relation	rel = table_open(relid, NoLock);
	UsageTable *table = table_describe(rel);

	table_close(rel, NoLock);
	return table;
}

/* The columns that the scan has to fill: attnums, ascending. */
static List *
needed_columns(const UsageTable *table, RelOptInfo *baserel)
{
	Bitmapset  *attrs = NULL;
	List	   *columns = NIL;
	const UsageTableColumn *column = NULL;
	bool		whole_row;
	ListCell   *lc;

	pull_varattnos((Node *) baserel->reltarget->exprs, baserel->relid, &attrs);
	foreach(lc, baserel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause, baserel->relid, &attrs);
	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, attrs);
	while ((column = table_next_column(table, column)))
		if (whole_row ||
			bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, attrs))
			columns = lappend_int(columns, column->attnum);
	return columns;
}

/* Narrow the request by all restrictions. */
static void
narrow(PlannerInfo *root, RelOptInfo *baserel, UsagePlan *plan)
{
	ListCell   *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		int			ntime = list_length(plan->request->time);

		qual_narrow(plan->request, plan->table, root, baserel, rinfo->clause);
		if (list_length(plan->request->time) == ntime)
			plan->local_clauses = lappend(plan->local_clauses, rinfo);
	}
}

static double
groups_per_bucket(const UsageTable *table, int ndimensions)
{
	if (table->options->rows_per_bucket > 0)
		return table->options->rows_per_bucket;
	return guessed_groups[Min(ndimensions, lengthof(guessed_groups) - 1)];
}

/*
 * Rows are buckets times groups.  Time clauses are counted by the range, the
 * others by their selectivity.
 */
static void
estimate_size(PlannerInfo *root, RelOptInfo *baserel, UsagePlan *plan)
{
	const UsageTable *table = plan->table;
	PlanValueArg arg = {root, plan->request};
	BoundRequest *bound = bind_request(plan->request, table, plan_value, &arg,
									   GetCurrentTimestamp());

	plan->ranges = bound->ranges;
	baserel->tuples = timerange_buckets(bound->ranges, table->width->width_us) *
		groups_per_bucket(table, list_length(plan->request->group_by));
	baserel->rows = clamp_row_est(baserel->tuples *
								  clauselist_selectivity(root, plan->local_clauses,
														 baserel->relid, JOIN_INNER, NULL));
}

void
usageGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	UsagePlan  *plan = palloc0(sizeof(UsagePlan));

	plan->table = describe(foreigntableid);
	plan->request = request_make(plan->table);
	plan->request->columns = needed_columns(plan->table, baserel);
	narrow(root, baserel, plan);
	grain_reduce(plan->request, plan->table, root, baserel);
	estimate_size(root, baserel, plan);
	baserel->fdw_private = plan;
}

/*
 * Add a path that reads in one direction.
 *
 * Where a LIMIT is likely to stop the scan early, it starts with a small
 * window.  That is but a hint: a LIMIT is never pushed, the scan is simply
 * stopped.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel, List *pathkeys, bool backward, bool few)
{
	UsagePlan  *plan = baserel->fdw_private;
	BoundRequest like = {.backward = backward,.few = few};
	TimeCut		cut = stream_cut(plan->table, &like);
	double		requests = timerange_window_count(plan->ranges, &cut);
	Cost		startup_cost = baserel->baserestrictcost.startup;
	Cost		run_cost = requests * REQUEST_COST;

	if (requests > 0)
		startup_cost += REQUEST_COST;
	run_cost += baserel->tuples *
		(RESULT_COST + cpu_tuple_cost + baserel->baserestrictcost.per_tuple);
	add_path(baserel, (Path *)
			 CreateForeignScanPath(root, baserel, baserel->rows,
								   startup_cost, startup_cost + run_cost,
								   pathkeys, baserel->lateral_relids,
								   list_make2(makeInteger(backward), makeInteger(few))));
}

void
usageGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	UsagePlan  *plan = baserel->fdw_private;
	bool		few = root->limit_tuples > 0 && root->limit_tuples < baserel->tuples;
	bool		backward = false;
	List	   *pathkeys = order_of_query(root, baserel, plan->table, &backward);
	ListCell   *lc;

	if (pathkeys != NIL)
		add_scan_path(root, baserel, pathkeys, backward, few);
	foreach(lc, order_of_joins(root, baserel, plan->table))
		add_scan_path(root, baserel, lfirst(lc), false, false);

	/* who asks for a few rows in no order wants to see the latest */
	few = few && root->query_pathkeys == NIL;
	add_scan_path(root, baserel, NIL, few, few);
}

ForeignScan *
usageGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid,
					ForeignPath *best_path, List *tlist, List *scan_clauses,
					Plan *outer_plan)
{
	UsagePlan  *plan = baserel->fdw_private;
	UsageRequest *request = plan->request;

	request->backward = intVal(linitial(best_path->fdw_private)) != 0;
	request->few = intVal(lsecond(best_path->fdw_private)) != 0;
	return make_foreignscan(tlist, extract_actual_clauses(scan_clauses, false),
							baserel->relid,
							copyObject(request->exprs),
							request_to_list(request),
							NIL, NIL, outer_plan);
}
