/*
 * qual.h
 *	  How far does a clause narrow a request?
 */
#ifndef USAGE_QUAL_H
#define USAGE_QUAL_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"
#include "request/request.h"

/* usage_fdw.enable_pushdown: off leaves every clause to the executor. */
extern bool usage_enable_pushdown;

/* What requests that are narrowed by a clause return. */
typedef enum QualFit
{
	QUAL_LOCAL,					/* the API can't help; check each row */
	QUAL_NARROWS,				/* the API returns a superset */
	QUAL_EXACT					/* the API returns just the rows */
} QualFit;

/*
 * Narrow the request by a clause of a restriction list (clauses are ANDed), as
 * far as the API can; the request is not changed if the result is QUAL_LOCAL.
 * What is appended to the request shares structure with the clause.  A clause
 * that is not understood is local, never an error.  Interrupts are serviced.
 * Only relid of `rel` is used; root may be NULL outside of planning.
 *
 * Which clauses and how: docs/design.md section 3.
 */
extern QualFit qual_narrow(UsageRequest *request, const UsageTable *table,
						   PlannerInfo *root, RelOptInfo *rel, Expr *clause);

#endif
