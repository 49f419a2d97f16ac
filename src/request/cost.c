/*
 * cost.c
 *	  What requests and their results cost, in the planner's units.
 */
#include "postgres.h"

#include "request/cost.h"
#include "request/slice.h"

/* A round trip to the API, in units of the planner. */
#define COST_REQUEST 2000.0

double
cost_requests(const UsageTable *table, const BoundRequest *request, double results,
			  double parents)
{
	double		lists = request->nparts;

	if (!request->is_list)
		return slice_count(table, request);
	/* the list of the parents is one more */
	if (request->lacks_parent && !request->parent_pending)
		lists = parents + 1;
	return Max(lists, results / table->width->limit);
}

double
cost_latency(const UsageTable *table, double requests)
{
	return Max(requests / table->options->max_concurrent_requests, 1) * COST_REQUEST;
}
