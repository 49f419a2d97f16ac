/*
 * http_url.h
 *	  URLs and dates of HTTP.  None of this needs the engine.
 */
#ifndef USAGE_HTTP_URL_H
#define USAGE_HTTP_URL_H

#include "datatype/timestamp.h"

/* `value` percent-encoded for a query (RFC 3986), palloc'd.  ERROR 53200 only. */
extern char *http_escape(const char *value);

/* Parts of a URL; strings are palloc'd or constant. */
typedef struct HttpUrl
{
	const char *scheme;			/* "http" or "https" */
	char	   *host;
	bool		has_user;		/* a user name or password is in it */
	bool		has_query;		/* a query or fragment is in it */
	bool		loopback;		/* host is localhost, 127.0.0.0/8 or [::1] */
} HttpUrl;

/*
 * False if it isn't an http or https URL with a host; `parts` is then
 * untouched.  ERROR 53200 only.
 */
extern bool http_parse_url(const char *url, HttpUrl *parts);

/* An HTTP date (RFC 9110) as a timestamp; false if it is not one. */
extern bool http_parse_date(const char *value, TimestampTz *result);

#endif
