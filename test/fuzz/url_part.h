/*
 * url_part.h
 *	  What a URL says, as curl reads it, for fuzz targets.
 */
#ifndef FUZZ_URL_PART_H
#define FUZZ_URL_PART_H

#include <curl/curl.h>

/* A URL by curl, to be freed by curl_url_cleanup(); the target ends if it is none. */
extern CURLU *url_parse(const char *text);

/* A part of it, palloc'd; NULL if it has none. */
extern char *url_part(CURLU *url, CURLUPart part);

#endif
