/*
 * estimate_private.h
 *	  What the files of estimate share.
 */
#ifndef USAGE_ESTIMATE_PRIVATE_H
#define USAGE_ESTIMATE_PRIVATE_H

#include "plan/estimate.h"

typedef struct EstimateTrial EstimateTrial;

typedef struct EstimateContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	UsageRequest *request;
	List	   *values;			/* its exprs, by estimate_expression_value() */
	int			ndimensions;	/* in the table's own grain */
	MemoryContext context;		/* the estimate's */
	EstimateTrial *trial;		/* evaluates clauses on time; NULL: none yet */
} EstimateContext;

/*
 * Begin and end an estimate; what is between evaluates stable expressions.
 * These and the next three are in estimate_time.c.
 */
extern EstimateContext estimate_context(PlannerInfo *root, RelOptInfo *rel,
										const UsageTable *table, UsageRequest *request);
extern void estimate_end(EstimateContext *cx);

/*
 * The time that the table may have rows of: in its history and its partition
 * bound.
 */
extern TimeRanges *estimate_table_time(EstimateContext *cx, TimestampTz now);

/*
 * As estimate_time(), for a given `now`, so that all of an estimate has the
 * same one.
 */
extern void estimate_time_at(EstimateContext *cx, TimestampTz now, Estimate *estimate);

/* Is all known that those clauses (of TimeClause) depend on? */
extern bool estimate_knows_time(EstimateContext *cx, const List *clauses);

/*
 * Groups in a bucket at the table's own grain.  buckets: in all of the table's
 * time.  This and the next are in estimate_groups.c.
 */
extern double estimate_own_groups(EstimateContext *cx, double buckets);

/* How many combinations of the request's dimensions may pass the clauses? */
extern double estimate_combinations(EstimateContext *cx, List *clauses);

#endif
