/*
 * exchange.h
 *	  A request as it came and the answer that it gets: all that the API and
 *	  the control interface know of HTTP.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "body.h"
#include "error.h"

#define MAX_HEADERS 16

typedef struct Header
{
	char	   *name;
	char	   *value;
} Header;

typedef struct Exchange
{
	/* the request */
	char	   *uri;			/* path?query, exactly as received */
	char	   *path;
	const char *query;			/* after the '?', not decoded, or NULL */
	const char *method;
	const char *authorization;	/* or NULL, as all headers */
	const char *organization;
	const char *project;
	const char *accept_encoding;
	int			connection;		/* 1, 2, ... */
	bool		tls;
	Buffer		upload;

	/* the answer */
	int			status;
	Body	   *body;
	bool		may_gzip;
	const char *content_type;	/* borrowed */
	Header		headers[MAX_HEADERS];
	int			header_count;

	/* bookkeeping */
	bool		started;		/* its headers have been seen */
	long		ticket;			/* number in the record of requests, or 0 */
} Exchange;

extern void exchange_text(Exchange *exchange, int status, Buffer *text);
extern void exchange_json(Exchange *exchange, int status, Buffer *json);
extern void exchange_error(Exchange *exchange, const ApiError *error);
extern void exchange_header(Exchange *exchange, const char *name,
							const char *value);
extern void exchange_free(Exchange *exchange);

#endif
