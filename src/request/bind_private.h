/*
 * bind_private.h
 *	  What the files of bind share.
 */
#ifndef USAGE_BIND_PRIVATE_H
#define USAGE_BIND_PRIVATE_H

#include "request/bind.h"

typedef struct BindContext
{
	const UsageRequest *request;
	const UsageTable *table;
	BindValue	value;
	void	   *arg;
	TimestampTz now;
	bool		plain;			/* skip comparisons that need bind_steps() */
	bool		has_other;		/* output: there was such a comparison */
} BindContext;

/*
 * Set the request's time: its ranges, within the table's history and up to the
 * end of the bucket that contains now, history_start and asked.  In
 * bind_time.c.
 */
extern void bind_time(BindContext *cx, BoundRequest *bound);

/*
 * For a comparison of a function of a bucket's edge with a value: the edges
 * for which it may hold.  In bind_step.c.
 */
extern TimeRanges *bind_steps(BindContext *cx, const TimeClause *clause, Datum value);

/*
 * A value of that type as an instant, in the session's zone; and a date or
 * timestamp as a timestamp.  Infinite where the value is out of range.  In
 * bind_step.c.
 */
extern TimestampTz bind_instant(Datum value, Oid type);
extern Timestamp bind_naive(Datum value, Oid type);

/*
 * Bind the clauses of all dimensions.  False: no row can satisfy them.  In
 * bind_filter.c.
 */
extern bool bind_filters(BindContext *cx, BoundRequest *bound);

/*
 * Cut the bound filters' lists of values into parts that a URL has room for;
 * each combination of parts takes requests of its own.  A filter that would
 * take too many is left out, which leaves more room for the others; the
 * executor checks the rows.  In bind_parts.c.
 */
extern void bind_parts(BindContext *cx, BoundRequest *bound);

/* Does that value fit into a URL, if no other does?  In bind_parts.c. */
extern bool bind_fits(const char *param, const char *value);

/* The elements, of that type, of an array; palloc'd.  In bind_filter.c. */
extern void bind_elements(Datum array, Oid type, Datum **values, bool **nulls, int *count);

#endif
