/*
 * request.h
 *	  What is asked: the value that planning hands to execution; to and from a
 *	  node list; to a URL.
 *
 * Planning can't know what a parameter will be: values come with execution and
 * TimeZone may change under a cached plan.  So a UsageRequest says *what* may
 * be asked, in terms of expressions; binding it (bind.h) gives a BoundRequest,
 * with the values and the zone of that moment; and each window of that one is
 * a URL.
 */
#ifndef USAGE_REQUEST_H
#define USAGE_REQUEST_H

#include "nodes/pg_list.h"

#include "base/timerange.h"
#include "catalogue/table.h"

/*
 * One function between a BUCKET column and a comparison.  start_time::date is
 * two: AT_ZONE, then TO_DATE.
 */
typedef enum TimeStepKind
{
	TIME_AT_ZONE,				/* timestamptz to the zone's timestamp */
	TIME_FROM_ZONE,				/* the zone's timestamp to timestamptz */
	TIME_TRUNC,					/* date_trunc() of a timestamp */
	TIME_TO_DATE				/* date of a timestamp */
} TimeStepKind;

typedef struct TimeStep
{
	TimeStepKind kind;
	int			zone;			/* AT_ZONE, FROM_ZONE: index of the zone's
								 * expression, or TIME_SESSION_ZONE */
	int64		span_us;		/* TRUNC: the longest that the unit gets */
	char	   *unit;			/* TRUNC: its name, for EXPLAIN */
} TimeStep;

#define TIME_SESSION_ZONE (-1)

typedef enum TimeClauseKind
{
	TIME_ALL,					/* of the arguments; with none: always true */
	TIME_ANY,					/* of the arguments */
	TIME_COMPARE,				/* steps(subject) strategy value */
	TIME_COMPARE_ANY			/* steps(subject) strategy ANY (value) */
} TimeClauseKind;

/* A condition on the time of a bucket. */
typedef struct TimeClause
{
	TimeClauseKind kind;
	List	   *args;			/* of TimeClause; ALL, ANY */
	UsageBound	subject;		/* COMPARE: which bound of the bucket */
	List	   *steps;			/* of TimeStep, innermost first */
	int			strategy;		/* btree strategy, subject on the left */
	Oid			type;			/* of the value or of the array's elements:
								 * timestamptz, timestamp or date */
	int			value;			/* index of the value's expression */
} TimeClause;

/* A value, or an array of them, that a dimension may equal. */
typedef struct FilterItem
{
	int			value;			/* index of the value's expression */
	bool		is_array;
} FilterItem;

/* A dimension equals one of the items. */
typedef struct FilterClause
{
	int			attnum;
	List	   *items;			/* of FilterItem */
} FilterClause;

typedef struct UsageRequest
{
	List	   *group_by;		/* attnums of dimensions (integers) */
	List	   *columns;		/* attnums to read (integers) */
	List	   *time;			/* of TimeClause, ANDed */
	int			ntable_time;	/* so many of them, the first ones, are the
								 * table's own: its bound as a partition */
	List	   *filters;		/* of FilterClause, ANDed */
	List	   *exprs;			/* expressions of the values; becomes fdw_exprs */
	bool		any_width;		/* wider buckets than the table's own will do,
								 * where they have all keys in common */
	List	   *keys;			/* indexes of their expressions (integers), of the
								 * bucket's start as a CaseTestExpr */
	int			results;		/* in a bucket, as far as is known; for costs */
	bool		backward;		/* read the newest buckets first */
	bool		few;			/* few rows are likely to be wanted */
} UsageRequest;

/* A request at the table's own grain, not narrowed. */
extern UsageRequest *request_make(const UsageTable *table);

/*
 * A copy to be narrowed by itself, in CurrentMemoryContext.  What is there by
 * now is shared, as nothing changes it any more.
 */
extern UsageRequest *request_copy(const UsageRequest *request);

/* Append an expression; its index. */
extern int	request_add_expr(UsageRequest *request, Node *expr);

/*
 * All but the expressions as a list that can be copied, and back.  The
 * expressions travel as fdw_exprs, where the planner looks after them.
 */
extern List *request_to_list(const UsageRequest *request);
extern UsageRequest *request_from_list(List *list, List *exprs);

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
	bool		backward;		/* as UsageRequest has them */
	bool		few;
} BoundRequest;

/*
 * Did a plain comparison ask for a time before `first`?  An infinite bound
 * does not.
 */
extern bool request_asks_before(const BoundRequest *request, TimestampTz first);

/* Ask for these ranges (finite, aligned), in buckets of that width. */
extern void request_take(BoundRequest *request, TimeRanges *ranges, const UsageWidth *width);

/*
 * What the request asks for of time, as a list that is a copy in
 * CurrentMemoryContext; and whether two such lists are the same, with the same
 * buckets.
 */
extern List *request_copy_stretches(const List *stretches);
extern bool request_same_stretches(const List *a, const List *b);

/* Is a part of it read in buckets of that width? */
extern bool request_has_width(const BoundRequest *request, const UsageWidth *width);

/* Count the parts anew, after filters came or went. */
extern void request_count_parts(BoundRequest *request);

/* What is asked for by itself: a part of the time, and of the filters' values. */
typedef struct Slice
{
	TimeRange	window;			/* aligned to the width; a page's buckets */
	const UsageWidth *width;
	int64		part;			/* 0 to nparts - 1 */
} Slice;

/*
 * The URL that asks for a slice, palloc'd.  cursor: next_page of the page
 * before, or NULL.
 */
extern char *request_url(const UsageTable *table, const BoundRequest *request,
						 const Slice *slice, const char *cursor);

/* Seconds since 1970, as the API counts, and back. */
extern int64 request_unix_time(TimestampTz instant);
extern bool request_from_unix_time(int64 seconds, TimestampTz *instant);

#endif
