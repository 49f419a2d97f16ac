/*
 * slice.c
 *	  How is a bound request cut into requests of the API?
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "request/slice.h"

/*
 * Most buckets of a window that must be kept, unless that makes too many
 * requests.
 */
#define MAX_KEPT_BUCKETS 180

bool
slice_keeps_buckets(const BoundRequest *request)
{
	return !request->is_list && (request->newest_first || request->nparts > 1);
}

/* What the functions below need of a request. */
typedef struct SliceCutter
{
	const UsageTable *table;
	const BoundRequest *request;
	int64		span_us;		/* length of all ranges; 0 where buckets are
								 * not kept */
} SliceCutter;

/* The ranges may be many, and are added up once for all stretches. */
static SliceCutter
make_cutter(const UsageTable *table, const BoundRequest *request)
{
	return (SliceCutter) {
		.table = table,
		.request = request,
		.span_us = slice_keeps_buckets(request) ? timerange_buckets(request->ranges, 1) : 0
	};
}

static int
window_limit(const SliceCutter *cutter, const UsageWidth *width)
{
	int64		buckets = cutter->span_us / width->width_us;

	if (!slice_keeps_buckets(cutter->request))
		return width->limit;
	/* smaller windows must not make more requests than max_requests */
	return Min(width->limit,
			   Max(MAX_KEPT_BUCKETS,
				   saturate_mul(2, buckets) / cutter->table->options->max_requests));
}

int
slice_limit(const UsageTable *table, const BoundRequest *request, const UsageWidth *width)
{
	SliceCutter cutter = make_cutter(table, request);

	return window_limit(&cutter, width);
}

static TimeCut
cut_stretch(const SliceCutter *cutter, const WidthStretch *stretch)
{
	int			limit = window_limit(cutter, stretch->width);

	return (TimeCut) {
		.width_us = stretch->width->width_us,
		.first = cutter->request->limit_hint ? 1 : limit,
		.limit = limit,
		.newest_first = cutter->request->newest_first
	};
}

/* Cut a stretch; slices may be NULL where only their number is wanted. */
static int64
slice_stretch(const SliceCutter *cutter, const WidthStretch *stretch, Slice *slices)
{
	const BoundRequest *request = cutter->request;
	TimeCut		cut = cut_stretch(cutter, stretch);
	int64		nwindows = timerange_window_count(stretch->ranges, &cut);
	int64		count = saturate_mul(nwindows, request->nparts);
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
					request->newest_first ? list_length(request->stretches) - 1 - n : n);
}

static int64
slice_stretches(const UsageTable *table, const BoundRequest *request, Slice *slices)
{
	SliceCutter cutter = make_cutter(table, request);
	int64		count = 0;

	for (int i = 0; i < list_length(request->stretches); i++)
	{
		CHECK_FOR_INTERRUPTS();
		count = saturate_add(count, slice_stretch(&cutter, nth_stretch(request, i),
													slices ? slices + count : NULL));
	}
	return count;
}

int64
slice_count(const UsageTable *table, const BoundRequest *request)
{
	return slice_stretches(table, request, NULL);
}

Slice
slice_first(const UsageTable *table, const BoundRequest *request)
{
	SliceCutter cutter = make_cutter(table, request);
	const WidthStretch *stretch = nth_stretch(request, 0);
	const TimeRanges *ranges = stretch->ranges;
	TimeRanges	first = {1, &ranges->ranges[request->newest_first ? ranges->count - 1 : 0]};
	TimeCut		cut = cut_stretch(&cutter, stretch);

	return (Slice) {timerange_windows(&first, &cut)[0], stretch->width, 0};
}

Slice *
slice_all(const UsageTable *table, const BoundRequest *request)
{
	Slice	   *slices = palloc(sizeof(Slice) * Max(slice_count(table, request), 1));

	slice_stretches(table, request, slices);
	return slices;
}
