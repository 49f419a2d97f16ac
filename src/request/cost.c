/*
 * cost.c
 *	  What requests and their results cost, in the planner's units.
 */
#include "postgres.h"

#include "request/cost.h"

/* A round trip to the API, in units of the planner. */
#define COST_REQUEST 2000.0

double
cost_latency(const UsageTable *table, double requests)
{
	return Max(requests / table->options->max_concurrent_requests, 1) * COST_REQUEST;
}
