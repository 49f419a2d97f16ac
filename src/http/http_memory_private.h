/*
 * http_memory_private.h
 *	  Memory for curl that is wiped where it is freed.
 */
#ifndef USAGE_HTTP_MEMORY_PRIVATE_H
#define USAGE_HTTP_MEMORY_PRIVATE_H

#include <curl/curl.h>

/*
 * Start libcurl in this backend, with such memory where the C library tells the
 * size of a block, and unless it was started before.  Once per backend.
 */
extern CURLcode http_memory_start(void);

#endif
