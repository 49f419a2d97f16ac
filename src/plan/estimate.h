/*
 * estimate.h
 *	  How many rows will a request bring, and in how many buckets?
 */
#ifndef USAGE_ESTIMATE_H
#define USAGE_ESTIMATE_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"
#include "request/bound.h"
#include "request/request.h"

/*
 * The restrictions of a scan, by what checks them: lists of RestrictInfo.
 * Those that time ranges account for exactly are in none of them.
 */
typedef struct EstimateClauses
{
	List	   *time;			/* made time ranges that may let more through */
	List	   *filters;		/* the API checks them */
	List	   *local;			/* the executor checks them alone */
} EstimateClauses;

typedef struct Estimate
{
	BoundRequest *bound;		/* the request as far as it is known at
								 * planning */
	double		read_fraction;	/* share of the ranges that is likely to be
								 * read */
	double		tuples;			/* rows in that time, at the request's grain */
	double		received;		/* those that the API sends */
	double		rows;			/* those that pass all restrictions */
} Estimate;

/*
 * How many parents have objects of the table, where a request asks all of
 * them?
 */
extern double estimate_parents(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table);

/*
 * Estimate only the time that is to be read: sets bound and read_fraction.
 * Stable expressions are evaluated.
 */
extern void estimate_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
						  UsageRequest *request, Estimate *estimate);

/*
 * Estimate a request of a base relation, from what ANALYZE found or else from
 * guesses.  On entry rel->tuples is what pg_class says (the planner's
 * default); it becomes the rows of the whole table at its own grain.  Sets
 * request->results.  Stable expressions are evaluated, and clauses as
 * selectivity.h says; there is no I/O.
 */
extern Estimate estimate_request(PlannerInfo *root, RelOptInfo *rel,
								 const UsageTable *table, UsageRequest *request,
								 const EstimateClauses *clauses);

#endif
