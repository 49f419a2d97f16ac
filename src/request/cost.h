/*
 * cost.h
 *	  What requests and their results cost, in the planner's units.
 */
#ifndef USAGE_COST_H
#define USAGE_COST_H

#include "catalogue/table.h"
#include "request/bound.h"

/*
 * A result's transfer and parsing, in units of the planner (a page from disk
 * is 1).
 */
#define COST_RESULT 0.05

/* Guesses of what a list has before ANALYZE was run. */
#define COST_LIST_ROWS 100
#define COST_PARENTS 20
#define COST_PARENT_ROWS 10

/*
 * How many requests it takes to read all that is asked for, if that has so many
 * results: one for each slice, and of lists one for each page.  parents: how
 * many there are, if all are asked.
 */
extern double cost_requests(const UsageTable *table, const BoundRequest *request, double results,
							double parents);

/*
 * What that many requests cost, in the planner's units: their round trips,
 * max_concurrent_requests at a time, but at least one.
 */
extern double cost_latency(const UsageTable *table, double requests);

#endif
