/*
 * estimate_private.h
 *	  What the files of estimate share.
 */
#ifndef USAGE_ESTIMATE_PRIVATE_H
#define USAGE_ESTIMATE_PRIVATE_H

#include "plan/estimate.h"

typedef struct EstimateContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	UsageRequest *request;
	List	   *values;			/* its exprs, by estimate_expression_value() */
	int			ndimensions;	/* in the table's own grain */
} EstimateContext;

/*
 * Groups in a bucket at the table's own grain.  buckets: in all of the table's
 * time.  This and the next are in estimate_groups.c.
 */
extern double estimate_own_groups(EstimateContext *cx, double buckets);

/* How many combinations of the request's dimensions may pass the clauses? */
extern double estimate_combinations(EstimateContext *cx, List *clauses);

#endif
