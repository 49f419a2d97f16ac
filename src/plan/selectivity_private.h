/*
 * selectivity_private.h
 *	  What the files of selectivity have in common.
 */
#ifndef USAGE_SELECTIVITY_PRIVATE_H
#define USAGE_SELECTIVITY_PRIVATE_H

#include "plan/selectivity.h"

/* The bucket columns are one axis, as they are all of one bucket. */
#define TIME_AXIS 0

/* What a column may be. */
typedef struct Axis
{
	AttrNumber	attnum;			/* or TIME_AXIS: values are starts of buckets */
	double		untried;		/* weight of values that these stand for */
	int			count;
	Datum	   *values;
	bool	   *nulls;
	double	   *weights;		/* that add up to 1 */
} Axis;

typedef struct SelectivityContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	const TimeRanges *ranges;
	List	   *axes;			/* of dimensions: those that were looked for */
	int			depth;			/* of ORs that this is an argument of */
	int64		work;			/* what is left of the budget */
	int			most_trials;
} SelectivityContext;

/* One of several clauses that are ANDed. */
typedef struct SelectivityClause
{
	Node	   *clause;			/* a RestrictInfo or a bare one */
	Node	   *expr;			/* with what is known put in; NULL: it can't be
								 * tried */
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
 * Add the axes of the expression's columns.  False: one of them has none, or there
 * is no column.
 */
extern bool selectivity_find_axes(SelectivityContext *cx, Node *expr, Bitmapset **attnums);

/* So many buckets, evenly spread; NULL where those are too few to tell. */
extern Axis *selectivity_time_axis(SelectivityContext *cx, int most);

/* Is there anything in the expression that is not known before the scan? */
extern bool selectivity_is_unknown(Node *expr);

/*
 * Can the expression be evaluated for rows that there may not be?  What raises
 * no error leaks nothing, either, so that any statistics may be used.
 */
extern bool selectivity_is_harmless(SelectivityContext *cx, Node *expr);

/*
 * The axes of a trial, whose work is taken from the budget; NIL where it has too
 * many combinations, or too large clauses.  In selectivity_trial.c.
 */
extern List *selectivity_trial_axes(SelectivityContext *cx, const Trial *trial);

/* The weight of the combinations that pass a trial.  In selectivity_trial.c. */
extern double selectivity_run_trial(SelectivityContext *cx, const Trial *trial, List *axes);

#endif
