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

#include "compat.h"
#include "estimate.h"
#include "grain.h"
#include "order.h"
#include "plan.h"
#include "qual.h"
#include "request.h"
#include "slice.h"
#include "table.h"
#include "width.h"

/* What planning knows of a base relation; its fdw_private. */
typedef struct UsagePlan
{
	UsageTable *table;
	UsageRequest *request;
	EstimateClauses clauses;
	Estimate	estimate;
} UsagePlan;

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
	EstimateClauses *clauses = &plan->clauses;
	ListCell   *lc;

	foreach(lc, baserel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		int			ntime = list_length(plan->request->time);
		QualFit		fit = qual_narrow(plan->request, plan->table, root, baserel, rinfo->clause);

		if (fit == QUAL_LOCAL)
			clauses->local = lappend(clauses->local, rinfo);
		else if (list_length(plan->request->time) == ntime)
			clauses->filters = lappend(clauses->filters, rinfo);
		else if (fit == QUAL_NARROWS)
			clauses->time = lappend(clauses->time, rinfo);
	}
}

/* Read less where the query can't tell the difference. */
static void
coarsen(PlannerInfo *root, RelOptInfo *baserel, UsagePlan *plan)
{
	const EstimateClauses *clauses = &plan->clauses;
	QueryLevel *level = level_describe(plan->table, root, baserel);

	if (!grain_is_free(level))
		return;
	grain_reduce(plan->request);
	width_coarsen(plan->request, level,
				  list_concat(list_concat_copy(clauses->time, clauses->filters),
							  clauses->local));
}

void
usageGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	UsagePlan  *plan = palloc0(sizeof(UsagePlan));

	plan->table = describe(foreigntableid);
	plan->request = request_make(plan->table);
	plan->request->columns = needed_columns(plan->table, baserel);
	narrow(root, baserel, plan);
	coarsen(root, baserel, plan);
	plan->estimate = estimate_request(root, baserel, plan->table, plan->request,
									  &plan->clauses);
	baserel->tuples = clamp_row_est(plan->estimate.tuples);
	baserel->rows = clamp_row_est(plan->estimate.rows);
	baserel->fdw_private = plan;
}

/* The time that requests take. */
static Cost
latency_cost(const UsagePlan *plan, bool backward, bool few)
{
	BoundRequest bound = *plan->estimate.bound;
	double		requests;

	bound.backward = backward;
	bound.few = few;
	if (bound.ranges->count == 0)
		return 0;
	requests = slice_count(plan->table, &bound) * plan->estimate.share;
	/* even the one row that there is comes half way, on the average */
	if (few)
		requests /= 2;
	return slice_latency_cost(plan->table, requests);
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
	Cost		latency = latency_cost(plan, backward, few);
	Cost		startup_cost = Min(latency, slice_latency_cost(plan->table, 1));
	Cost		total_cost = latency + plan->estimate.received *
		(RESULT_COST + cpu_tuple_cost + baserel->baserestrictcost.per_tuple);

	startup_cost += baserel->baserestrictcost.startup + baserel->reltarget->cost.startup;
	total_cost += baserel->baserestrictcost.startup + baserel->reltarget->cost.startup +
		baserel->reltarget->cost.per_tuple * baserel->rows;
	add_path(baserel, (Path *)
			 CreateForeignScanPath(root, baserel, baserel->rows, startup_cost, total_cost,
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
