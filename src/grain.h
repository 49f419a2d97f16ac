/*
 * grain.h
 *	  What grain does this query need?
 */
#ifndef USAGE_GRAIN_H
#define USAGE_GRAIN_H

#include "nodes/pathnodes.h"

#include "request.h"
#include "table.h"

/* usage_fdw.enable_grain_reduction: off reads every table at its own grain. */
extern bool usage_enable_grain_reduction;

/*
 * Leave out of the request's grouping the dimensions that the query has no use
 * for, where it is provably the same query over the coarser relation.  The
 * conditions are those of DESIGN.md section 3; in doubt the request is left
 * alone.  Never raises an error.
 */
extern void grain_reduce(UsageRequest *request, const UsageTable *table,
						 PlannerInfo *root, RelOptInfo *rel);

#endif
