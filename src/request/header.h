/*
 * header.h
 *	  The headers that a request is sent with.
 */
#ifndef USAGE_HEADER_H
#define USAGE_HEADER_H

#include "catalogue/table.h"
#include "http/http.h"

/*
 * The headers that the table's provider wants, as a palloc'd array that ends
 * with a NULL name.  It points to api_key and to the table's options, which
 * must live as long.
 */
extern HttpHeader *header_list(const UsageTable *table, const char *api_key);

#endif
