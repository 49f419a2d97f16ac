/*
 * selectivity_private.h
 *	  What the files of selectivity share.
 */
#ifndef USAGE_SELECTIVITY_PRIVATE_H
#define USAGE_SELECTIVITY_PRIVATE_H

#include "plan/selectivity.h"

/* All bucket columns are one axis, as they belong to the same bucket. */
#define TIME_AXIS 0

/* The values that a column may have. */
typedef struct Axis
{
	AttrNumber	attnum;			/* or TIME_AXIS: values are starts of buckets */
	double		untried;		/* weight of the values that are not listed */
	int			count;
	Datum	   *values;
	bool	   *nulls;
	double	   *weights;		/* of the values; they add up to 1 */
} Axis;

typedef struct SelectivityContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	const TimeRanges *ranges;
	List	   *axes;			/* of dimensions: those that were looked up so
								 * far */
	int			depth;			/* of nested ORs */
	int64		work;			/* what is left of the budget */
	int			most_trials;
} SelectivityContext;

/* One of several clauses that are ANDed. */
typedef struct SelectivityClause
{
	Node	   *clause;			/* a RestrictInfo or a bare one */
	Node	   *expr;			/* simplified by what is known; NULL: it can't
								 * be tried */
	int			nodes;			/* of the expression */
	bool		ranged;			/* the ranges were made of it */
} SelectivityClause;

/* Clauses that have columns in common. */
typedef struct Trial
{
	Bitmapset  *attnums;		/* of their axes */
	List	   *clauses;		/* of SelectivityClause */
	int64		nodes;			/* of all of them */
} Trial;

/*
 * Add the axes of the expression's columns to attnums.  False: one of them has
 * no axis, or there is no column.
 */
extern bool selectivity_find_axes(SelectivityContext *cx, Node *expr, Bitmapset **attnums);

/*
 * At most that many buckets of the ranges, evenly spread; NULL if that is too
 * few to be of use.
 */
extern Axis *selectivity_time_axis(SelectivityContext *cx, int most);

/*
 * Can the expression be evaluated for rows that may not exist?  It must raise
 * no error and call no function early.  As it is leakproof then, any
 * statistics may be used for it.
 */
extern bool selectivity_is_harmless(SelectivityContext *cx, Node *expr);

/*
 * The axes of a trial; takes its work from the budget.  NIL if that is more
 * than is left, or the combinations are too many.  In selectivity_trial.c.
 */
extern List *selectivity_trial_axes(SelectivityContext *cx, const Trial *trial);

/*
 * The weight of the combinations that pass a trial.  In selectivity_trial.c.
 */
extern double selectivity_run_trial(SelectivityContext *cx, const Trial *trial, List *axes);

#endif
