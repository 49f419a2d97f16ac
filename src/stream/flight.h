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
 * The slices of a request, none of them on its way yet.  Lives in
 * CurrentMemoryContext; the arguments must live as long.  ERROR 54000 if they
 * are more than max_requests and the request has no limit_hint.
 */
extern Flight *flight_open(const UsageTable *table, const BoundRequest *request,
						   const char *api_key, FetchReport *report);

/* End it before its context does: closes the fetches. */
extern void flight_close(Flight *flight);

/*
 * Start to fetch as many slices as are allowed and have room for a connection,
 * but one at least, in CurrentMemoryContext.  ERROR 54000 if there is one more
 * than max_requests.
 */
extern void flight_fill(Flight *flight);

/*
 * Is no slice on its way?  After flight_fill(), that means that all are read.
 */
extern bool flight_is_over(const Flight *flight);

/* The slice that is being read. */
extern Fetch *flight_reading(const Flight *flight);

/* The slice that is being read is complete: on to the next one. */
extern void flight_next(Flight *flight);

/*
 * The page of a list that was read has another one after it.  ERROR 54000 if
 * that is one more request than max_requests.
 */
extern void flight_add_page(Flight *flight);

/* No list of the flight can be read again from its first page. */
extern void flight_forbid_restart(Flight *flight);

/*
 * Is the slice that is read next the first one of a window, or is there none?
 */
extern bool flight_begins_window(const Flight *flight);

/*
 * Remove what lies before `earliest` from all slices; those on their way are
 * asked for anew.
 */
extern void flight_clip(Flight *flight, TimestampTz earliest);

/*
 * Look after the slices that are not being read yet (fetch_poll()).  Returns
 * when to call it again at the latest.
 */
extern TimestampTz flight_poll(Flight *flight);

/*
 * The time when one of the fetches needs attention, even if nothing arrives
 * before.
 */
extern TimestampTz flight_due(const Flight *flight);

#endif
