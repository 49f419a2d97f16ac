/*
 * header.h
 *	  The headers that a request is sent with.
 */
#ifndef USAGE_HEADER_H
#define USAGE_HEADER_H

#include "catalogue/table.h"
#include "http/http.h"

/*
 * Those that the table's provider wants, as a palloc'd array that ends with a NULL
 * name.  api_key: the user's; the array points to it and to the table's options.
 */
extern HttpHeader *header_list(const UsageTable *table, const char *api_key);

#endif
