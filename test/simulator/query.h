/*
 * query.h
 *	  From a query string to what is asked, or to the error that says why not.
 */
#ifndef QUERY_H
#define QUERY_H

#include "error.h"
#include "parameter.h"
#include "schema.h"
#include "settings.h"

typedef struct Query
{
	const Endpoint *endpoint;
	const Width *width;
	int64_t		start;			/* of the whole range, Unix seconds, inclusive */
	int64_t		end;			/* exclusive; pinned by the first page */
	bool		has_end;		/* the request named it */
	int64_t		limit;			/* buckets a page */
	int64_t		position;		/* where this page starts */
	unsigned	group_mask;		/* bit i: grouped by dimension i */
	unsigned	filter_mask;	/* bit i: only allowed values of dimension i */
	bool		allowed[MAX_DIMENSIONS][256];
	uint64_t	fingerprint;	/* of everything but page */
	char	   *page;			/* cursor of the request, or NULL */
} Query;

/*
 * Check everything as the API does.  The query is valid only if this returns
 * true, but query_free is to be called in any case.
 */
extern bool query_parse(Query *query, const Endpoint *endpoint,
						const char *raw, const Settings *settings,
						int64_t now, ApiError *error);
extern void query_free(Query *query);

/* Cursor for a page of query that starts at position; malloc'd. */
extern char *cursor_make(const Query *query, int64_t position);

/* Take end and position from the cursor; false if it isn't query's. */
extern bool cursor_read(Query *query, const char *cursor);

#endif
