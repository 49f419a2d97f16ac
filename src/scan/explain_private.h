/*
 * explain_private.h
 *	  What the files of explain share.
 */
#ifndef USAGE_EXPLAIN_PRIVATE_H
#define USAGE_EXPLAIN_PRIVATE_H

#include "scan/scan.h"

/*
 * The most terms that are shown of a list, AND or OR; the plan's filter has
 * them all.
 */
#define EXPLAIN_MAX_TERMS 100

typedef struct ExplainContext
{
	const UsageScan *scan;
	List	   *deparse;		/* for deparse_expression() */
} ExplainContext;

/* The clauses, ANDed, palloc'd; NULL where none restricts the time. */
extern char *explain_time_text(ExplainContext *cx, List *clauses);

/* Ranges in UTC, as buckets are. */
extern char *explain_ranges_text(const TimeRanges *ranges);

extern char *explain_filter_text(ExplainContext *cx, const FilterClause *filter);

extern char *explain_bound_filter_text(const BoundFilter *filter);

#endif
