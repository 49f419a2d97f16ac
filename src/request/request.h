/*
 * request.h
 *	  What may be asked: what planning hands to execution; to and from a
 *	  node list.
 *
 * Planning can't know what a parameter will be: values come with execution,
 * and TimeZone may change under a cached plan.  So a UsageRequest says what
 * may be asked in terms of expressions.  Binding it (bind.h) gives a
 * BoundRequest, with the values and the zone of that moment; each slice
 * (slice.h) of that has a URL.
 */
#ifndef USAGE_REQUEST_H
#define USAGE_REQUEST_H

#include "nodes/pg_list.h"

#include "base/timerange.h"
#include "catalogue/table.h"

typedef enum TimeClauseKind
{
	TIME_ALL,					/* of the arguments; with none: always true */
	TIME_ANY,					/* of the arguments */
	TIME_COMPARE,				/* subject strategy value */
	TIME_COMPARE_ANY,			/* subject strategy ANY (value) */
	TIME_TRY					/* the value, of which the bucket's edges are
								 * columns; ANDed with the other clauses */
} TimeClauseKind;

/* A condition on the time of a bucket. */
typedef struct TimeClause
{
	TimeClauseKind kind;
	List	   *args;			/* of TimeClause; ALL, ANY */
	UsageEdge	subject;		/* COMPARE: which edge of the bucket; TRY: its
								 * day, if no other edge is mentioned */
	int			strategy;		/* btree strategy, subject on the left */
	Oid			type;			/* of the value or of the array's elements:
								 * timestamptz, timestamp or date */
	int			value;			/* index of the value's expression */
	int			work;			/* TRY: what a try takes, in nodes that are
								 * evaluated */
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
	int			ntable_time;	/* how many of them, at the start of the list,
								 * are of the table's partition bound */
	int			nown_time;		/* how many are not of join clauses, which
								 * are at the end of the list */
	List	   *filters;		/* of FilterClause, ANDed */
	List	   *exprs;			/* expressions of the values; becomes
								 * fdw_exprs */
	bool		any_width;		/* wider buckets than the table's own will do,
								 * where all group times are the same
								 * throughout them */
	List	   *group_times;	/* indexes of expressions (integers), of which
								 * the bucket's edges are columns */
	int			results;		/* estimated per bucket, for costs */
	bool		newest_first;	/* read the newest buckets first */
	bool		limit_hint;		/* few rows are likely to be wanted */
	bool		ordered;		/* the plan relies on the order of rows */
} UsageRequest;

/* A request at the table's own grain, not narrowed. */
extern UsageRequest *request_of_table(const UsageTable *table);

/*
 * A copy that can be narrowed separately, in CurrentMemoryContext.  The lists
 * that narrowing appends to are copied, but not their members.
 */
extern UsageRequest *request_copy(const UsageRequest *request);

/* Append an expression (not copied) to exprs; returns its index. */
extern int	request_add_expr(UsageRequest *request, Node *expr);

/*
 * How many elements, but at least one, will the array have that is the value
 * of the expression?  Where it is not known yet it is taken to have as many as
 * estimate_array_length() assumes.
 */
extern int	request_count_elements(const Node *array);

/*
 * All but the expressions as a list of nodes that copyObject() can copy, and
 * back.  The expressions travel as fdw_exprs, so that the planner sets their
 * references.  Lists are shared, not copied.  Interrupts are serviced.
 */
extern List *request_to_list(const UsageRequest *request);
extern UsageRequest *request_from_list(List *list, List *exprs);

#endif
