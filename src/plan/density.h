/*
 * density.h
 *	  How unevenly are a table's rows spread over time?
 */
#ifndef USAGE_DENSITY_H
#define USAGE_DENSITY_H

#include "nodes/pathnodes.h"

#include "base/timerange.h"
#include "catalogue/table.h"

/*
 * Rows in the ranges (finite, aligned), relative to what they would have if
 * the table's rows were spread evenly.  It is 1 where that is not known, as
 * before and after the sampled time.  whole: the time that the table may have
 * rows of.
 */
extern double density_of_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
							  const TimeRanges *whole, const TimeRanges *ranges);

#endif
