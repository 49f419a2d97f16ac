/*
 * slice.c
 *	  How is what is asked for cut into requests?
 */
#include "postgres.h"

#include "compat.h"
#include "slice.h"

/* As many buckets are kept until their window is complete. */
#define MAX_KEPT_BUCKETS 180

/* A round trip to the API, in units of the planner. */
#define REQUEST_COST 2000.0

double
slice_latency_cost(const UsageTable *table, double requests)
{
	return Max(requests / table->options->max_concurrent_requests, 1) * REQUEST_COST;
}

bool
slice_keeps_buckets(const BoundRequest *request)
{
	return request->backward || request->nparts > 1;
}

int
slice_limit(const UsageTable *table, const BoundRequest *request, const UsageWidth *width)
{
	int64		buckets;

	if (!slice_keeps_buckets(request))
		return width->limit;
	/* smaller windows must not make it more requests than are allowed */
	buckets = timerange_buckets(request->ranges, width->width_us);
	return Min(width->limit, Max(MAX_KEPT_BUCKETS,
								 2 * buckets / table->options->max_requests));
}

static TimeCut
cut_stretch(const UsageTable *table, const BoundRequest *request, const WidthStretch *stretch)
{
	int			limit = slice_limit(table, request, stretch->width);

	return (TimeCut) {
		.width_us = stretch->width->width_us,
		.first = request->few ? 1 : limit,
		.limit = limit,
		.backward = request->backward
	};
}

/* Cut a stretch; slices may be NULL where only their number is wanted. */
static int64
slice_stretch(const UsageTable *table, const BoundRequest *request,
			  const WidthStretch *stretch, Slice *slices)
{
	TimeCut		cut = cut_stretch(table, request, stretch);
	int64		nwindows = timerange_window_count(stretch->ranges, &cut);
	int64		count = nwindows * request->nparts;
	TimeRange  *windows;

	if (slices)
	{
		windows = timerange_windows(stretch->ranges, &cut);
		for (int64 i = 0; i < count; i++)
			slices[i] = (Slice) {windows[i / request->nparts], stretch->width, i % request->nparts};
		pfree(windows);
	}
	return count;
}

/* The nth stretch in reading order. */
static const WidthStretch *
nth_stretch(const BoundRequest *request, int n)
{
	return list_nth(request->stretches,
					request->backward ? list_length(request->stretches) - 1 - n : n);
}

static int64
slice_stretches(const UsageTable *table, const BoundRequest *request, Slice *slices)
{
	int64		count = 0;

	for (int i = 0; i < list_length(request->stretches); i++)
		count += slice_stretch(table, request, nth_stretch(request, i),
							   slices ? slices + count : NULL);
	return count;
}

int64
slice_count(const UsageTable *table, const BoundRequest *request)
{
	return slice_stretches(table, request, NULL);
}

Slice *
slice_all(const UsageTable *table, const BoundRequest *request)
{
	Slice	   *slices = palloc(sizeof(Slice) * Max(slice_count(table, request), 1));

	slice_stretches(table, request, slices);
	return slices;
}
