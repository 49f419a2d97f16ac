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
	UsageEdge	subject;		/* COMPARE: which edge of the bucket */
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
								 * where they have all group times in common */
	List	   *group_times;	/* indexes of their expressions (integers), of
								 * the bucket's start as a CaseTestExpr */
	int			results;		/* in a bucket, as far as is known; for costs */
	bool		newest_first;	/* read the newest buckets first */
	bool		limit_hint;		/* few rows are likely to be wanted */
} UsageRequest;

/* An array whose value is not known yet is taken to have as many elements as the server assumes. */
#define REQUEST_UNKNOWN_ELEMENTS 10

/* A request at the table's own grain, not narrowed. */
extern UsageRequest *request_of_table(const UsageTable *table);

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

#endif
