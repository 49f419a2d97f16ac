/*
 * url.h
 *	  The URL of a request of the API.
 */
#ifndef USAGE_URL_H
#define USAGE_URL_H

#include "catalogue/table.h"
#include "request/slice.h"

/*
 * The URL that asks for a slice, palloc'd. cursor: what the previous page
 * gave, or NULL for the first page.
 */
extern char *url_build(const UsageTable *table, const BoundRequest *request,
						 const Slice *slice, const char *cursor);

#endif
