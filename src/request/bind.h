/*
 * bind.h
 *	  What does a request ask for now?  Its expressions' values, under the
 *	  session's time zone, as time ranges and filter values.
 */
#ifndef USAGE_BIND_H
#define USAGE_BIND_H

#include "request/bound.h"
#include "request/request.h"

/*
 * Gives the value of an expression, by its index in the request's exprs.
 * False: it is not known yet, as in planning and EXPLAIN.  A comparison with it
 * then does not restrict the time; for an estimate, an equality is taken to be
 * with the latest value.
 */
typedef bool (*BindValue) (void *arg, int expr, Datum *value, bool *isnull);

/*
 * Gives the value of an expression of which the bucket's edges are columns, for
 * the table's bucket that starts at `bucket`, in CurrentMemoryContext.  False:
 * it is not known yet, for any bucket.
 */
typedef bool (*BindBucketValue) (void *arg, int expr, TimestampTz bucket, Datum *value,
								 bool *isnull);

typedef struct BindSource
{
	BindValue	value;			/* not needed where there is no clause */
	BindBucketValue bucket_value;	/* NULL: none is known */
	void	   *arg;			/* of both */
	int			most_tried;		/* 0; or, for an estimate, how many buckets
								 * are tried, which stand for the others */
} BindSource;

/*
 * The most slices that lists of filter values may make, whatever the option
 * max_requests allows, as slices are held in memory.  Lists that would make
 * more are not sent.
 */
#define BIND_MAX_SPLIT_SLICES 100000

/*
 * Bind a request, palloc'd in CurrentMemoryContext.  The table's time ends
 * with the bucket that contains `now`, and its history counts back from there.
 * Of the source only expressions that are needed are asked for.  ERROR where a
 * time zone does not exist; interrupts are serviced.
 */
extern BoundRequest *bind_request(const UsageRequest *request, const UsageTable *table,
								  const BindSource *source, TimestampTz now);

/* The same of all of a table, as far as its history goes. */
extern BoundRequest *bind_table(const UsageTable *table);

/*
 * Choose the widths that a bound request is read in (its stretches), if the
 * request has any_width.  Without a source, as at planning, group times are
 * taken to be the same everywhere.  Interrupts are serviced.
 */
extern void bind_widths(BoundRequest *bound, const UsageRequest *request,
						const UsageTable *table, const BindSource *source);

/* What it costs to read a bound request in its stretches, in the planner's units. */
extern double bind_reading_cost(const UsageTable *table, const UsageRequest *request,
								const BoundRequest *bound);

/*
 * A value of a dimension that has a filter, as the API compares it: UTF-8,
 * palloc'd or constant.  NULL if other values might have the same UTF-8, or it
 * has none.
 */
extern const char *bind_filter_value(const UsageTableColumn *column, Datum value);

/*
 * May the value, once escaped, be a segment of a path?  What is empty or relative
 * would lead to another path.
 */
extern bool bind_is_segment(const char *value);

#endif
