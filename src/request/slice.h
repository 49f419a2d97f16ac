/*
 * slice.h
 *	  How is a bound request cut into requests of the API?
 *
 * A request of the API has one width of buckets, no more buckets than a page
 * holds, and values of filters that fit into a URL.  So a bound request is cut
 * into slices; each is asked for by itself, page after page.
 */
#ifndef USAGE_SLICE_H
#define USAGE_SLICE_H

#include "catalogue/table.h"
#include "request/bound.h"

/* A part of the time, and of the filters' values. */
typedef struct Slice
{
	TimeRange	window;			/* aligned to the width; no more buckets than
								 * a page holds */
	const UsageWidth *width;
	int64		part;			/* 0 to nparts - 1 */
} Slice;

/* The number of slices, or PG_INT64_MAX if it is greater. */
extern int64 slice_count(const UsageTable *table, const BoundRequest *request);

/* The slice that is read first.  The request must ask for some time. */
extern Slice slice_first(const UsageTable *table, const BoundRequest *request);

/*
 * All slices in reading order (newest first where the request says so; all
 * parts of a window, then the next window), as a palloc'd array of
 * slice_count() elements.  BIND_MAX_SPLIT_SLICES keeps parts from making it
 * too large.  Interrupts are serviced.
 */
extern Slice *slice_all(const UsageTable *table, const BoundRequest *request);

/*
 * Must the buckets of a window be kept until all of it is read?  They must
 * where they are handed up newest first, as the API sends the oldest first,
 * and where the rows of a bucket come from several slices.
 */
extern bool slice_keeps_buckets(const BoundRequest *request);

/*
 * The most buckets of one window in that width.  Where buckets are kept, it
 * may be smaller than a page.
 */
extern int	slice_limit(const UsageTable *table, const BoundRequest *request,
						const UsageWidth *width);

#endif
