/*
 * width.h
 *	  How wide may the buckets be that this query reads?
 */
#ifndef USAGE_WIDTH_H
#define USAGE_WIDTH_H

#include "plan/query_level.h"
#include "request/request.h"

/*
 * usage_fdw.enable_width_coarsening: off reads every table in its own buckets.
 */
extern bool usage_enable_width_coarsening;

/*
 * Let the request be read in wider buckets (any_width, group_times), where the
 * query provably gives the same answer over them.  restrictions: of
 * RestrictInfo, those of the relation that are not exact ranges of time.  Call
 * it only where grain_is_free(); the further conditions are those of
 * docs/design.md section 3; in doubt the request is not changed.  Never raises
 * an error.
 */
extern void width_coarsen(UsageRequest *request, const QueryLevel *level, List *restrictions);

#endif
