/*
 * bound.h
 *	  A request with its values: what is asked for now.
 *
 * Binding (bind.h) makes it from a UsageRequest.  The functions here need no
 * expression evaluated.
 */
#ifndef USAGE_BOUND_H
#define USAGE_BOUND_H

#include "nodes/pg_list.h"

#include "base/timerange.h"
#include "catalogue/table.h"

/* A filter with its values, as the URL will have them. */
typedef struct BoundFilter
{
	int			attnum;			/* of a column that reads what it filters */
	const char *param;
	UsageFilterForm form;
	List	   *values;			/* of char *, UTF-8, sorted, distinct, not
								 * empty */
	List	   *parts;			/* the values in lists, each of which fits
								 * into a URL */
	bool		is_every;		/* USAGE_FILTER_PATH: the values are those of
								 * all parents */
	List	   *retired;		/* of them, those that are no longer in use */
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
	List	   *stretches;		/* of WidthStretch, ascending: the ranges, by
								 * the width that they are read in */
	TimestampTz history_start;	/* the table's first instant */
	TimeRange	asked;			/* what the query restricts the time to,
								 * infinite where it doesn't */
	bool		lacks_start;	/* the query gives the time no lower bound */
	List	   *group_by;		/* of char *, fields of dimensions, distinct */
	List	   *filters;		/* of BoundFilter */
	int64		nparts;			/* combinations of the filters' parts; no two
								 * bring the same row */
	bool		is_list;		/* there are no buckets: rows are handed up
								 * page by page */
	bool		lacks_parent;	/* all parents are to be asked: for
								 * bound_add_parents() */
	int			parent_requests;	/* that reading the parents took */
	bool		parent_pending; /* lacks_parent because the values are not
								 * known yet */
	bool		newest_first;	/* this and the next two as in UsageRequest */
	bool		limit_hint;
	bool		ordered;
} BoundRequest;

/*
 * Ask for these ranges (finite, aligned; not copied), in buckets of that
 * width.
 */
extern void bound_set_time(BoundRequest *request, TimeRanges *ranges, const UsageWidth *width);

/* What answers to the request hold. */
extern UsageShape bound_shape(const UsageTable *table, const BoundRequest *request);

/* The filter of that form, or NULL. */
extern const BoundFilter *bound_filter_of_form(const BoundRequest *request, UsageFilterForm form);

/*
 * The values of a filter in a part of the request (see nparts).
 */
extern List *bound_part_values(const BoundRequest *request, const BoundFilter *filter, int64 part);

/*
 * Ask all parents, of whom `retired` are no longer in use: lists of char *, as
 * the API has them, not copied.  parent_requests: as in the request.
 */
extern void bound_add_parents(BoundRequest *request, const UsageTable *table,
							  List *ids, List *retired, int parent_requests);

/* A deep copy of a list of stretches, in CurrentMemoryContext. */
extern List *bound_copy_stretches(const List *stretches);

/* Do both lists have the same ranges in the same widths? */
extern bool bound_same_stretches(const List *a, const List *b);

/* Is some of its time read in buckets of that width? */
extern bool bound_has_width(const BoundRequest *request, const UsageWidth *width);

/* Set nparts anew, after filters were added or removed. */
extern void bound_count_parts(BoundRequest *request);

/* The filter of that column among a bound request's filters, or NULL. */
extern const BoundFilter *bound_filter(const List *filters, int attnum);

/*
 * Have two filters of one column the same values?  NULL is no filter, and the
 * same as NULL only.
 */
extern bool bound_same_filter(const BoundFilter *a, const BoundFilter *b);

/* A deep copy in CurrentMemoryContext.  Interrupts are serviced. */
extern BoundFilter *bound_copy_filter(const BoundFilter *filter);

#endif
