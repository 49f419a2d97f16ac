/*
 * bound.h
 *	  A request with its values: what is asked for now.
 *
 * Binding (bind.h) makes it of a UsageRequest.  What is in here is what can be
 * said of it without evaluating anything.
 */
#ifndef USAGE_BOUND_H
#define USAGE_BOUND_H

#include "nodes/pg_list.h"

#include "base/timerange.h"
#include "catalogue/endpoint.h"

/* A filter with its values, as the URL will have them. */
typedef struct BoundFilter
{
	int			attnum;			/* of a column of the dimension that is compared */
	const char *param;
	bool		is_array;		/* false: the parameter takes one value */
	List	   *values;			/* of char *, UTF-8, sorted, distinct, not empty */
	List	   *parts;			/* the same as lists that fit into a URL each */
} BoundFilter;

/* Consecutive ranges that are read in buckets of one width, aligned to it. */
typedef struct WidthStretch
{
	const UsageWidth *width;
	TimeRanges *ranges;
} WidthStretch;

typedef struct BoundRequest
{
	TimeRanges *ranges;			/* finite, aligned; empty: ask nothing */
	List	   *stretches;		/* of WidthStretch, ascending: what the ranges
								 * are read as */
	TimestampTz history_start;	/* the table's first instant */
	TimeRange	asked;			/* the time that plain comparisons of the
								 * query bound it to, infinite where they
								 * don't */
	List	   *group_by;		/* of char *, fields of dimensions, distinct */
	List	   *filters;		/* of BoundFilter */
	int64		nparts;			/* combinations of the filters' parts; no two
								 * bring the same row */
	bool		newest_first;	/* as UsageRequest has them */
	bool		limit_hint;
} BoundRequest;

/* Ask for these ranges (finite, aligned), in buckets of that width. */
extern void bound_set_time(BoundRequest *request, TimeRanges *ranges, const UsageWidth *width);

/*
 * What the request asks for of time, as a list that is a copy in
 * CurrentMemoryContext; and whether two such lists are the same, with the same
 * buckets.
 */
extern List *bound_copy_stretches(const List *stretches);

extern bool bound_same_stretches(const List *a, const List *b);

/* Is a part of it read in buckets of that width? */
extern bool bound_has_width(const BoundRequest *request, const UsageWidth *width);

/* Count the parts anew, after filters came or went. */
extern void bound_count_parts(BoundRequest *request);

/* The filter of that column among a bound request's filters, or NULL. */
extern const BoundFilter *bound_filter(const List *filters, int attnum);

/* Are these the same filter with the same values, or none (NULL) in both cases? */
extern bool bound_same_filter(const BoundFilter *a, const BoundFilter *b);

/* A copy, with its values, in CurrentMemoryContext.  Interrupts are serviced. */
extern BoundFilter *bound_copy_filter(const BoundFilter *filter);

#endif
