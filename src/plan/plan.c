/*
 * plan.c
 *	  Size, paths and plan of a scan.
 *
 * A request starts at the table's grain and history, and is narrowed clause by
 * clause.  All clauses are checked again by the executor: the API's idea of
 * a filter is not ours to trust.  Planning never does I/O.
 *
 * A path that takes the values of other relations is narrowed further, by its
 * join clauses: in a request of its own, as the relation has several paths.
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

#include "base/compat.h"
#include "catalogue/table.h"
#include "plan/estimate.h"
#include "plan/grain.h"
#include "plan/join.h"
#include "plan/order.h"
#include "plan/partition.h"
#include "plan/plan.h"
#include "plan/qual.h"
#include "plan/width.h"
#include "request/cost.h"
#include "request/request.h"
#include "request/slice.h"

/* What planning knows of a base relation; its fdw_private. */
typedef struct UsagePlan
{
	UsageTable *table;
	UsageRequest *request;
	EstimateClauses clauses;
	Estimate	estimate;
	double		parents;		/* see estimate_parents() */
} UsagePlan;

/* Describe the table, and put its partition bound before its restrictions. */
static UsageTable *
describe(PlannerInfo *root, RelOptInfo *baserel, Oid relid, int *nbounds)
{
	Relation	rel = table_open(relid, NoLock);
	UsageTable *table = table_describe(rel);

	*nbounds = partition_restrict(root, baserel, table, rel);
	table_close(rel, NoLock);
	return table;
}

/* The columns that the expressions mention: attnums, ascending. */
static List *
mentioned_columns(const UsageTable *table, RelOptInfo *baserel, List *exprs)
{
	Bitmapset  *attrs = NULL;
	List	   *columns = NIL;
	const UsageTableColumn *column = NULL;
	bool		whole_row;

	pull_varattnos((Node *) exprs, baserel->relid, &attrs);
	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, attrs);
	while ((column = table_next_column(table, column)))
		if (whole_row ||
			bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, attrs))
			columns = lappend_int(columns, column->attnum);
	return columns;
}

/*
 * The columns that the scan has to fill.  Pseudoconstant clauses mention none,
 * and the scan does not check them.
 */
static List *
needed_columns(const UsageTable *table, RelOptInfo *baserel)
{
	return mentioned_columns(table, baserel,
							 list_concat(extract_actual_clauses(baserel->baserestrictinfo, false),
										 baserel->reltarget->exprs));
}

/* Narrow the request by the clauses, and sort these by how far they do. */
static void
narrow(PlannerInfo *root, RelOptInfo *baserel, const UsageTable *table,
	   UsageRequest *request, List *restrictions, EstimateClauses *clauses)
{
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		int			ntime = list_length(request->time);
		QualFit		fit = qual_narrow(request, table, root, baserel, rinfo->clause);

		if (fit == QUAL_LOCAL)
			clauses->local = lappend(clauses->local, rinfo);
		else if (list_length(request->time) == ntime)
			clauses->filters = lappend(clauses->filters, rinfo);
		else if (fit == QUAL_NARROWS)
			clauses->time = lappend(clauses->time, rinfo);
	}
}

/* Narrow the relation's own request, by its partition bound first. */
static void
narrow_relation(PlannerInfo *root, RelOptInfo *baserel, UsagePlan *plan, int nbounds)
{
	List	   *restrictions = baserel->baserestrictinfo;
	UsageRequest *request = plan->request;

	narrow(root, baserel, plan->table, request,
		   list_truncate(list_copy(restrictions), nbounds), &plan->clauses);
	request->ntable_time = list_length(request->time);
	narrow(root, baserel, plan->table, request, list_copy_tail(restrictions, nbounds),
		   &plan->clauses);
	request->nown_time = list_length(request->time);
}

/* Read less where that does not change the query's answer. */
static void
coarsen(PlannerInfo *root, RelOptInfo *baserel, UsagePlan *plan)
{
	const EstimateClauses *clauses = &plan->clauses;
	QueryLevel *level = query_level_describe(plan->table, root, baserel);

	if (level == NULL || !grain_is_free(level))
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
	int			nbounds;

	plan->table = describe(root, baserel, foreigntableid, &nbounds);
	plan->request = request_of_table(plan->table);
	plan->request->columns = needed_columns(plan->table, baserel);
	narrow_relation(root, baserel, plan, nbounds);
	coarsen(root, baserel, plan);
	plan->estimate = estimate_request(root, baserel, plan->table, plan->request,
									  &plan->clauses);
	plan->parents = estimate_parents(root, baserel, plan->table);
	baserel->tuples = clamp_row_est(plan->estimate.tuples);
	baserel->rows = clamp_row_est(plan->estimate.rows);
	baserel->fdw_private = plan;
}

/* A path that reads what a request asks for. */
typedef struct ScanPath
{
	const UsageTable *table;
	Estimate	estimate;		/* rows: those that the path gives */
	double		parents;
	QualCost	quals;			/* cost of checking the rows */
	List	   *pathkeys;
	bool		newest_first;	/* see UsageRequest */
	bool		limit_hint;
	Relids		outer;			/* relations that it takes values of */
} ScanPath;

/* A path that join clauses do not narrow; only LATERAL parameterizes it. */
static ScanPath
plain_path(RelOptInfo *baserel)
{
	const UsagePlan *plan = baserel->fdw_private;
	ScanPath	path = {
		.table = plan->table,
		.estimate = plan->estimate,
		.parents = plan->parents,
		.quals = baserel->baserestrictcost,
		.outer = baserel->lateral_relids
	};

	path.estimate.rows = baserel->rows;
	return path;
}

/* The time that requests take. */
static Cost
latency_cost(const ScanPath *path)
{
	BoundRequest bound = *path->estimate.bound;
	double		requests;

	bound.newest_first = path->newest_first;
	bound.limit_hint = path->limit_hint;
	if (bound.ranges->count == 0)
		return 0;
	requests = cost_requests(path->table, &bound, path->estimate.received, path->parents) *
		path->estimate.read_fraction;
	/* even if only one row passes, it comes half way on the average */
	if (path->limit_hint)
		requests /= 2;
	return cost_latency(path->table, requests);
}

/*
 * Where a LIMIT is likely to stop the scan early, it starts with a small
 * window.  That is only a hint: the executor stops the scan, the request does
 * not carry the LIMIT.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel, const ScanPath *path)
{
	Cost		latency = latency_cost(path);
	Cost		once = path->quals.startup + baserel->reltarget->cost.startup;
	Cost		startup_cost = once + Min(latency, cost_latency(path->table, 1));
	Cost		total_cost = once + latency +
	path->estimate.received * (COST_RESULT + cpu_tuple_cost + path->quals.per_tuple) +
	path->estimate.rows * baserel->reltarget->cost.per_tuple;

	add_path(baserel, (Path *)
			 CreateForeignScanPath(root, baserel, path->estimate.rows, startup_cost, total_cost,
								   path->pathkeys, path->outer,
								   list_make2(makeInteger(path->newest_first),
											  makeInteger(path->limit_hint))));
}

/*
 * A copy of the relation's request, narrowed by the join clauses of a path if
 * it has any.
 */
static UsageRequest *
path_request(PlannerInfo *root, RelOptInfo *baserel, const ParamPathInfo *param,
			 EstimateClauses *clauses)
{
	const UsagePlan *plan = baserel->fdw_private;
	UsageRequest *request = request_copy(plan->request);

	if (param)
		narrow(root, baserel, plan->table, request, param->ppi_clauses, clauses);
	return request;
}

/*
 * Are the clauses' columns among those that the scan fills?  They should be,
 * as joined columns are in the relation's target list.
 */
static bool
are_columns_there(const UsagePlan *plan, RelOptInfo *baserel, List *clauses)
{
	return list_difference_int(mentioned_columns(plan->table, baserel,
												 extract_actual_clauses(clauses, false)),
							   plan->request->columns) == NIL;
}

static double
read_buckets(const UsageTable *table, const Estimate *estimate)
{
	return timerange_buckets(estimate->bound->ranges, table->width->width_us) * estimate->read_fraction;
}

static double
join_selectivity(PlannerInfo *root, RelOptInfo *baserel, List *clauses)
{
	return clauselist_selectivity(root, clauses, baserel->relid, JOIN_INNER, NULL);
}

/*
 * Add a path that is parameterized by other relations: it scans once for each
 * of their rows, and pays its requests each time.
 */
static void
add_joined_path(PlannerInfo *root, RelOptInfo *baserel, ParamPathInfo *param)
{
	const UsagePlan *plan = baserel->fdw_private;
	EstimateClauses clauses = {0};
	UsageRequest *request = path_request(root, baserel, param, &clauses);
	ScanPath	path = plain_path(baserel);
	Estimate   *estimate = &path.estimate;
	double		whole = read_buckets(plan->table, estimate);
	QualCost	quals;

	if (!are_columns_there(plan, baserel, param->ppi_clauses))
		return;
	estimate_time(root, baserel, plan->table, request, estimate);
	if (whole > 0)
		estimate->received *= read_buckets(plan->table, estimate) / whole;
	estimate->received *= join_selectivity(root, baserel, clauses.filters);
	estimate->rows = clamp_row_est(baserel->rows *
								   join_selectivity(root, baserel, param->ppi_clauses));
	param->ppi_rows = estimate->rows;
	cost_qual_eval(&quals, param->ppi_clauses, root);
	path.quals.startup += quals.startup;
	path.quals.per_tuple += quals.per_tuple;
	path.outer = param->ppi_req_outer;
	add_scan_path(root, baserel, &path);
}

/* Add a path that reads in one direction. */
static void
add_ordered_path(PlannerInfo *root, RelOptInfo *baserel, List *pathkeys, bool newest_first, bool limit_hint)
{
	ScanPath	path = plain_path(baserel);

	path.pathkeys = pathkeys;
	path.newest_first = newest_first;
	path.limit_hint = limit_hint;
	add_scan_path(root, baserel, &path);
}

void
usageGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	UsagePlan  *plan = baserel->fdw_private;
	bool		limit_hint = root->limit_tuples > 0 && root->limit_tuples < baserel->tuples;
	bool		newest_first = false;
	List	   *pathkeys = order_of_query(root, baserel, plan->table, &newest_first);
	ListCell   *lc;

	if (pathkeys != NIL)
		add_ordered_path(root, baserel, pathkeys, newest_first, limit_hint);
	foreach(lc, order_of_joins(root, baserel, plan->table))
		add_ordered_path(root, baserel, lfirst(lc), false, false);

	/* a LIMIT without an order most likely wants the latest rows */
	limit_hint = limit_hint && root->query_pathkeys == NIL;
	add_ordered_path(root, baserel, NIL, limit_hint, limit_hint);

	foreach(lc, join_params(root, baserel, plan->table))
		add_joined_path(root, baserel, lfirst(lc));
}

ForeignScan *
usageGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid,
					ForeignPath *best_path, List *tlist, List *scan_clauses,
					Plan *outer_plan)
{
	EstimateClauses unused = {0};
	UsageRequest *request = path_request(root, baserel, best_path->path.param_info, &unused);

	/*
	 * they are evaluated before the scan, so the only columns are edges of
	 * buckets and those that become parameters
	 */
	if (!bms_is_subset(PullRelations(root, (Node *) request->exprs),
					   bms_union(best_path->path.parent->relids,
								 PATH_REQ_OUTER(&best_path->path))))
		elog(ERROR, "request mentions columns that are not known before the scan");
	request->newest_first = intVal(linitial(best_path->fdw_private)) != 0;
	request->limit_hint = intVal(lsecond(best_path->fdw_private)) != 0;
	request->ordered = best_path->path.pathkeys != NIL;
	return make_foreignscan(tlist, extract_actual_clauses(scan_clauses, false),
							baserel->relid,
							copyObject(request->exprs),
							request_to_list(request),
							NIL, NIL, outer_plan);
}
