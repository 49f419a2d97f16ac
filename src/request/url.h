/*
 * url.h
 *	  What is asked for, as a URL.
 */
#ifndef USAGE_URL_H
#define USAGE_URL_H

#include "catalogue/table.h"
#include "request/slice.h"

/*
 * The URL that asks for a slice, palloc'd.  cursor: of the page before,
 * or NULL.
 */
extern char *url_build(const UsageTable *table, const BoundRequest *request,
						 const Slice *slice, const char *cursor);

#endif
