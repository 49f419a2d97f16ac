/*
 * flight.h
 *	  The slices of a stream on their way: which, how many at once.
 */
#ifndef USAGE_FLIGHT_H
#define USAGE_FLIGHT_H

#include "request/bound.h"
#include "stream/fetch.h"

typedef struct Flight Flight;

/*
 * The slices of a request, none of them on its way yet; lives in
 * CurrentMemoryContext, as long as the arguments.  ERROR if they would take more
 * requests than the options allow.
 */
extern Flight *flight_open(const UsageTable *table, const BoundRequest *request,
						   const char *api_key, FetchReport *report);

/* End it before its context does; what it holds outside is released. */
extern void flight_close(Flight *flight);

/*
 * Get as many slices on their way as may be, in CurrentMemoryContext.  There may be
 * room for one only; that one is always possible.  ERROR if that is one more than
 * the options allow.
 */
extern void flight_fill(Flight *flight);

/* Is none on its way?  After flight_fill(): is there no more to read? */
extern bool flight_is_over(const Flight *flight);

/* The slice that is being read. */
extern Fetch *flight_reading(const Flight *flight);

/* The slice that is being read is complete: on to the next one. */
extern void flight_next(Flight *flight);

/* Is the slice that is read next, if any, the first one of a window? */
extern bool flight_begins_window(const Flight *flight);

/*
 * Leave out what lies before `earliest`: in the slices to come, and in those that
 * are on their way, which are asked for anew.
 */
extern void flight_clip(Flight *flight, TimestampTz earliest);

/*
 * Repeat what failed of the slices that are not read yet.  Returns when that should
 * be done again at the latest.
 */
extern TimestampTz flight_poll(Flight *flight);

/* When one of them has to be looked at, whatever the network does. */
extern TimestampTz flight_due(const Flight *flight);

#endif
