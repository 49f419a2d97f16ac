/*
 * density.h
 *	  How unevenly are a table's rows spread over time?
 */
#ifndef USAGE_DENSITY_H
#define USAGE_DENSITY_H

#include "nodes/pathnodes.h"

#include "table.h"
#include "timerange.h"

/*
 * The sample of ANALYZE: the newest windows of a page each, until they have
 * rows enough, and at most so many.  The server wants so many rows for each
 * unit of its statistics target.
 */
#define SAMPLE_WINDOWS 6
#define SAMPLE_ROWS_PER_TARGET 300

/*
 * Rows in those time ranges (finite, aligned), relative to what they would have
 * if the table's rows were spread evenly, so many in each of its buckets.  1
 * where that is not known, as for the time before and after the sample.
 */
extern double density_of_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
							  const TimeRanges *ranges, double rows_per_bucket);

#endif
