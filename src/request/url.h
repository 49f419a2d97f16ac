/*
 * url.h
 *	  What is asked for, as a URL.
 */
#ifndef USAGE_URL_H
#define USAGE_URL_H

#include "catalogue/table.h"
#include "request/slice.h"

/*
 * The URL that asks for a slice, palloc'd.  cursor: next_page of the page
 * before, or NULL.
 */
extern char *url_build(const UsageTable *table, const BoundRequest *request,
						 const Slice *slice, const char *cursor);

/* Seconds since 1970, as the API counts, and back. */
extern int64 url_unix_time(TimestampTz instant);

extern bool url_from_unix_time(int64 seconds, TimestampTz *instant);

#endif
