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
	const BindSource *source;
	TimestampTz now;
	int64		work;			/* left for clauses that are tried, in nodes of
								 * expressions */
} BindContext;

/*
 * Set the request's time: its ranges, within the table's history and up to the
 * end of the bucket that contains now, history_start and asked.  In
 * bind_time.c.
 */
extern void bind_time(BindContext *cx, BoundRequest *bound);

/*
 * Leave out of the request's ranges what does not pass the clauses that are
 * tried, as far as that makes reading cheaper.  Its filters must be bound.  In
 * bind_try.c.
 */
extern void bind_try(BindContext *cx, BoundRequest *bound);

/*
 * Set the begin of what the query asks for where clauses that are tried set it
 * before the table's history.  In bind_before.c.
 */
extern void bind_before(BindContext *cx, BoundRequest *bound);

/*
 * Does the bound request take more slices than are allowed, and than the other
 * one takes?  In bind_width.c.
 */
extern bool bind_is_too_much(const UsageTable *table, const BoundRequest *bound,
							 const BoundRequest *other);

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
