/*
 * slice.h
 *	  How is what is asked for cut into requests?
 *
 * A request of the API has buckets of one width, no more of them than a page
 * holds, and values of filters that fit into a URL.  So what a query asks for
 * is cut into slices; each is asked for by itself, page after page.
 */
#ifndef USAGE_SLICE_H
#define USAGE_SLICE_H

#include "catalogue/table.h"
#include "request/bound.h"

/* What is asked for by itself: a part of the time, and of the filters' values. */
typedef struct Slice
{
	TimeRange	window;			/* aligned to the width; a page's buckets */
	const UsageWidth *width;
	int64		part;			/* 0 to nparts - 1 */
} Slice;

/* How many slices the bound request makes; as many as an int64 holds where it is more. */
extern int64 slice_count(const UsageTable *table, const BoundRequest *request);

/*
 * The one that is read first, where the request asks for any time.
 */
extern Slice slice_first(const UsageTable *table, const BoundRequest *request);

/*
 * Those slices in reading order (newest first where the request says so; all
 * parts of a window, then the next one), as a palloc'd array of slice_count()
 * elements.  There are no more of them than bind.h promises.
 */
extern Slice *slice_all(const UsageTable *table, const BoundRequest *request);

/*
 * Are the buckets of a window kept until it is complete?  So they are where they
 * are handed up newest first, as the API sends the oldest first, and where the
 * rows of each come with several slices.
 */
extern bool slice_keeps_buckets(const BoundRequest *request);

/*
 * The most buckets of one window; those whose buckets are kept are smaller than
 * a page.
 */
extern int	slice_limit(const UsageTable *table, const BoundRequest *request,
						const UsageWidth *width);

#endif
