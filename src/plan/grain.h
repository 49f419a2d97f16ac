/*
 * grain.h
 *	  What grain does this query need?
 */
#ifndef USAGE_GRAIN_H
#define USAGE_GRAIN_H

#include "plan/query_level.h"
#include "request/request.h"

/* usage_fdw.enable_grain_reduction: off reads every table at its own grain. */
extern bool usage_enable_grain_reduction;

/*
 * Is it provably the same query over a relation whose rows stand for several
 * rows of the table: dimensions and times that they have in common, and their
 * measures' sums?  The conditions are those of docs/design.md section 3; in doubt it
 * is not.  Never raises an error.
 */
extern bool grain_is_free(const QueryLevel *level);

/*
 * Leave out of the request's grouping the dimensions that are not among its
 * columns.  Call it only where grain_is_free().
 */
extern void grain_reduce(UsageRequest *request);

#endif
