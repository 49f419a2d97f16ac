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
 * Gives the value of a request's expression.  False: it is not known now, at
 * planning or in EXPLAIN; then the range is as wide as it may get, or that
 * of the latest value for an equality.
 */
typedef bool (*BindValue) (void *arg, int expr, Datum *value, bool *isnull);

/*
 * Lists of values never make more slices than that, whatever the option
 * max_requests allows: they are left out, as slices are held in memory.
 */
#define BIND_MAX_SPLIT_SLICES 100000

/*
 * Bind a request, palloc'd in CurrentMemoryContext.  `now` is where the
 * table's time ends and its history counts from.  An expression's value is
 * asked for only where it is needed.  ERROR where a zone does not exist.
 */
extern BoundRequest *bind_request(const UsageRequest *request, const UsageTable *table,
								  BindValue value, void *arg, TimestampTz now);

/*
 * Gives the value that one of a request's group times has for the bucket of the table
 * that starts there, in CurrentMemoryContext.
 */
typedef void (*BindGroupTime) (void *arg, int expr, TimestampTz bucket, Datum *value, bool *isnull);

/*
 * Choose the widths of buckets that a bound request is read in, where it may be
 * any.  Without `evaluate`, at planning, all buckets are taken to have the same
 * group times.  Interrupts are serviced.
 */
extern void bind_widths(BoundRequest *bound, const UsageRequest *request,
						const UsageTable *table, BindGroupTime evaluate, void *arg);

/*
 * A value of a dimension that has a filter, as the API compares it: UTF-8,
 * palloc'd or constant.  Values are equal if these are; NULL where the API can't
 * tell.
 */
extern const char *bind_filter_value(const UsageTableColumn *column, Datum value);

#endif
