/*
 * cost.h
 *	  What requests and their results cost, in the planner's units.
 */
#ifndef USAGE_COST_H
#define USAGE_COST_H

#include "catalogue/table.h"

/*
 * A result's transfer and parsing, in units of the planner (a page from disk
 * is 1).
 */
#define COST_RESULT 0.05

/*
 * What that many requests cost, in the planner's units: their round trips,
 * max_concurrent_requests at a time, but at least one.
 */
extern double cost_latency(const UsageTable *table, double requests);

#endif
