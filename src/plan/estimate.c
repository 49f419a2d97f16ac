/*
 * estimate.c
 *	  How many rows will a request bring?
 *
 * Rows are buckets times groups in a bucket times the share that passes.  The
 * buckets are those of the time ranges, so clauses on time are counted there
 * and not by their selectivity again.  The groups are those that ANALYZE saw,
 * or what the user says, or a guess.
 */
#include "postgres.h"

#include <limits.h>
#include <math.h>

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/density.h"
#include "plan/estimate_private.h"
#include "plan/selectivity.h"

/*
 * Groups in a bucket at the request's grain and width.  groups: those of the
 * table's own grain and width that fall into it.  most: the possible ones.  If
 * each of the former hits one of the latter at random, this is how many are
 * hit.
 */
static double
coarse_groups(double groups, double most)
{
	/*
	 * combinations may be more than a double holds, and infinity times 0 is
	 * NaN
	 */
	return isinf(most) ? groups : most * -expm1(-groups / most);
}

/* Is the request's grain coarser than the table's? */
static bool
is_reduced(const EstimateContext *cx)
{
	return list_length(cx->request->group_by) < cx->ndimensions;
}

/*
 * Rows of the request.  groups: those in a bucket of the table's own grain and
 * width.
 */
static double
request_rows(EstimateContext *cx, const BoundRequest *bound, double groups, List *clauses)
{
	const UsageWidth *own = cx->table->width;
	double		most = estimate_combinations(cx, clauses);
	double		rows = 0;
	ListCell   *lc;

	foreach(lc, bound->stretches)
	{
		WidthStretch *stretch = lfirst(lc);
		int64		width_us = stretch->width->width_us;
		double		groups_in = groups * (width_us / own->width_us);

		if (is_reduced(cx) || stretch->width != own)
			groups_in = coarse_groups(groups_in, most);
		rows += timerange_buckets(stretch->ranges, width_us) * groups_in;
	}
	return rows;
}

/*
 * Set the estimate's rows.  groups: those in a bucket of the table's own grain
 * and width.
 */
static void
estimate_rows(EstimateContext *cx, const EstimateClauses *clauses, double groups,
			  Estimate *estimate)
{
	const TimeRanges *ranges = estimate->bound->ranges;
	List	   *all = list_concat_copy(clauses->filters, clauses->local);
	double		received = selectivity_of_rows(cx->root, cx->rel, cx->table, ranges,
										 NIL, clauses->filters);
	double		passing = received;

	if (clauses->time != NIL || clauses->local != NIL)
		passing = selectivity_of_rows(cx->root, cx->rel, cx->table, ranges, clauses->time, all);

	estimate->tuples = estimate->read_fraction * request_rows(cx, estimate->bound, groups, NIL);
	estimate->received = estimate->read_fraction *
		request_rows(cx, estimate->bound, groups * received, clauses->filters);
	estimate->rows = estimate->read_fraction * request_rows(cx, estimate->bound, groups * passing, all);
}

Estimate
estimate_request(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
				 UsageRequest *request, const EstimateClauses *clauses)
{
	EstimateContext cx = estimate_context(root, rel, table, request);
	TimestampTz now = GetCurrentTimestamp();
	TimeRanges *whole = estimate_table_time(&cx, now);
	double		history = Max(timerange_buckets(whole, table->width->width_us), 1);
	double		groups;
	Estimate	estimate;

	cx.ndimensions = list_length(request_of_table(table)->group_by);
	groups = estimate_own_groups(&cx, history);
	request->results = ceil(Min(is_reduced(&cx) ?
								coarse_groups(groups, estimate_combinations(&cx, NIL)) : groups,
								INT_MAX / 2));

	/* PostgreSQL's estimates of selectivity take it for the whole table */
	rel->tuples = clamp_row_est(groups * history);
	estimate_time_at(&cx, now, &estimate);
	if (estimate_knows_time(&cx, request->time))
		groups *= density_of_time(root, rel, table, whole, estimate.bound->ranges);
	estimate_rows(&cx, clauses, groups, &estimate);
	estimate_end(&cx);
	return estimate;
}
