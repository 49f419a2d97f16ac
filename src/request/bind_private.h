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
	bool		plain;			/* only what plain comparisons say */
	bool		has_other;		/* comparisons; set on the way */
} BindContext;

/*
 * The ranges of the whole request, within the table's history and up to the
 * end of the bucket that contains now; history_start and asked as well.  In bind_time.c.
 */
extern void bind_time(BindContext *cx, BoundRequest *bound);

/*
 * Do what bind_time() leaves to do for a comparison of a function of a bucket's
 * time: the bucket edges for which it may hold.  In bind_step.c.
 */
extern TimeRanges *bind_steps(BindContext *cx, const TimeClause *clause, Datum value);

/*
 * A value as an instant, beyond all of them where it can't be one; and a date or
 * timestamp as a timestamp.  In bind_step.c.
 */
extern TimestampTz bind_instant(Datum value, Oid type);
extern Timestamp bind_naive(Datum value, Oid type);

/*
 * Bind the clauses of all dimensions.  False: no row can satisfy them.  In
 * bind_filter.c.
 */
extern bool bind_filters(BindContext *cx, BoundRequest *bound);

/*
 * Cut the bound filters' lists of values into parts that a URL has room for; each
 * combination of them becomes a request of its own.  A list too much is left out,
 * which leaves more room for the others; the executor checks the rows.  In
 * bind_parts.c.
 */
extern void bind_parts(BindContext *cx, BoundRequest *bound);

/* Does a URL have room for that value of a parameter, if for nothing else?  In bind_parts.c. */
extern bool bind_fits(const char *param, const char *value);

/* The elements of an array of that type, palloc'd.  In bind_filter.c. */
extern void bind_elements(Datum array, Oid type, Datum **values, bool **nulls, int *count);

#endif
