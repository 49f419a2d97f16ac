/*
 * history.h
 *	  How far back does a table go?
 *
 * The API keeps data for about a year (docs/api.md).  The option "history"
 * says how much of that a table shows.  A query that asks for earlier times
 * gets one WARNING per scan.
 */
#ifndef USAGE_HISTORY_H
#define USAGE_HISTORY_H

#include "catalogue/table.h"
#include "page/page_error.h"
#include "request/bound.h"

/*
 * The first instant that a table shows at `now`: earlier by the option
 * "history", rounded down to a UTC day.  Never before 1970, where the API's
 * times begin.
 */
extern TimestampTz history_start(const UsageOptions *options, TimestampTz now);

/*
 * Did the query ask for a time before `first`?  A range without a lower bound did
 * so only if it ends by then.
 */
extern bool history_is_exceeded(const BoundRequest *request, TimestampTz first);

/*
 * Raise a WARNING that there is nothing before `first`, and how many of the days
 * are missing that the request asks for, unless *warned is set; sets it.
 */
extern void history_warn(const UsageTable *table, const BoundRequest *request,
						 TimestampTz first, bool *warned);

/*
 * Does an error with that HTTP status say that the range starts before the
 * oldest data that the API keeps?  Sets *earliest to the first instant that it
 * has, the UTC midnight of the date in its message.
 */
extern bool history_is_refused(const UsageProvider *provider, long status,
							   const PageError *error, TimestampTz *earliest);

#endif
