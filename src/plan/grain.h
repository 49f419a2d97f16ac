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
 * Does the query provably give the same answer over coarser rows, each of
 * which stands for several rows of the table, with the dimensions and times
 * that these have in common and the sums of their measures?  The conditions
 * are those of docs/design.md section 3; in doubt it does not.  Never raises
 * an error.
 */
extern bool grain_is_free(const QueryLevel *level);

/*
 * Remove from the request's group_by the dimensions that are not among its
 * columns.  Call it only where grain_is_free().
 */
extern void grain_reduce(UsageRequest *request);

#endif
