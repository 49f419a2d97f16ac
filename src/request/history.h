/*
 * history.h
 *	  How far back does a table go?
 *
 * The API answers for about a year, by its documents; the option "history" says
 * how much of that a table shows.  Beyond it there is nothing to ask for, and
 * whoever asks is told once.
 */
#ifndef USAGE_HISTORY_H
#define USAGE_HISTORY_H

#include "catalogue/table.h"
#include "page/page_error.h"
#include "request/bound.h"

/*
 * The first instant that a table shows at `now`: that much earlier, cut at a UTC
 * day.  Not before 1970: the API counts from there.
 */
extern TimestampTz history_start(const UsageOptions *options, TimestampTz now);

/*
 * Did a plain comparison of the query ask for a time before `first`?  An infinite
 * bound does not.
 */
extern bool history_is_exceeded(const BoundRequest *request, TimestampTz first);

/* Warn that the query asked for a time before the first that there is, if *warned is not set yet. */
extern void history_warn(const UsageTable *table, TimestampTz first, bool *warned);

/*
 * Does an error of that HTTP status say that the range starts before the API's
 * memory?  *earliest: the first instant that it has.
 */
extern bool history_is_refused(const UsageProvider *provider, long status,
							   const PageError *error, TimestampTz *earliest);

#endif
