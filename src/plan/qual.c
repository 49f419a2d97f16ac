/*
 * qual.c
 *	  How far does a clause narrow a request?
 *
 * Whatever does not fit exactly is left to the executor.
 */
#include "postgres.h"

#include "base/compat.h"
#include "plan/qual_private.h"

bool		usage_enable_pushdown = true;

QualFit
qual_narrow(UsageRequest *request, const UsageTable *table,
			PlannerInfo *root, RelOptInfo *rel, Expr *clause)
{
	QualContext cx = {request, table, root, rel};
	int			nexprs = list_length(request->exprs);
	QualFit		fit = QUAL_LOCAL;
	TimeClause *time;
	TimeClause *tried = NULL;
	FilterClause *filter;

	if (!usage_enable_pushdown)
		return QUAL_LOCAL;

	if ((time = qual_match_time(&cx, clause, &fit)))
		request->time = lappend(request->time, time);
	else
		request->exprs = list_truncate(request->exprs, nexprs);
	if (!time || fit != QUAL_EXACT)
		tried = qual_try_time(&cx, clause);
	if (tried)
		request->time = lappend(request->time, tried);
	if (time || tried)
		return tried ? QUAL_NARROWS : fit;

	if ((filter = qual_match_filter(&cx, clause)))
	{
		request->filters = lappend(request->filters, filter);
		return QUAL_NARROWS;	/* whether it is sent is known at execution */
	}
	request->exprs = list_truncate(request->exprs, nexprs);
	return QUAL_LOCAL;
}

