/*
 * timerange_fuzz.c
 *	  Sets of time, by any series of operations: they are what sets of bits are.
 *
 * Each operation is three bytes: which, and two numbers.  Two registers hold sets
 * of the instants 0 to SPAN - 1, as ranges and as bits.
 */
#include "postgres.h"

#include "base/timerange.h"
#include "shim.h"

#define SPAN 64

typedef struct Pair
{
	TimeRanges *ranges;
	bool		bits[SPAN];
} Pair;

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
compare(const Pair *pair)
{
	bool		bits[SPAN] = {0};
	TimestampTz last = -1;

	for (int i = 0; i < pair->ranges->count; i++)
	{
		TimeRange	range = pair->ranges->ranges[i];

		if (range.start <= last || range.start >= range.end || range.start < 0 || range.end > SPAN)
			shim_bail_out("the ranges are not in order");
		for (TimestampTz t = range.start; t < range.end; t++)
			bits[t] = true;
		last = range.end;
	}
	if (memcmp(bits, pair->bits, sizeof(bits)) != 0)
		shim_bail_out("the ranges are not the bits");
}

static bool
is_member(void *arg, TimestampTz instant)
{
	return ((const bool *) arg)[instant];
}

static void
close_gaps(Pair *set, int gap)
{
	int			last = SPAN;

	set->ranges = timerange_close_gaps(set->ranges, gap);
	for (int t = 0; t < SPAN; t++)
	{
		if (!set->bits[t])
			continue;
		for (int between = last + 1; between < t && t - last - 1 <= gap; between++)
			set->bits[between] = true;
		last = t;
	}
}

static void
check_windows(const Pair *set, int width, int number)
{
	TimeCut		cut = {.width_us = width, .limit = 1 + number % 7, .newest_first = number & 1};
	TimeRanges *aligned = timerange_align(set->ranges, width);
	TimeRange  *windows;
	int64		covered = 0;

	cut.first = 1 + number % cut.limit;
	windows = timerange_windows(aligned, &cut);
	for (int64 i = 0; i < timerange_window_count(aligned, &cut); i++)
		covered += (windows[i].end - windows[i].start) / width;
	if (covered != timerange_buckets(aligned, width))
		shim_bail_out("windows do not cover the buckets");
}

static void
operate(Pair *set, const Pair *other, const uint8_t *code)
{
	int			low = code[1] % SPAN;
	int			high = code[2] % (SPAN + 1);

	switch (code[0] % 6)
	{
		case 0:
			set->ranges = timerange_union(set->ranges, timerange_between(low, high));
			for (int t = low; t < high; t++)
				set->bits[t] = true;
			break;
		case 1:
			set->ranges = timerange_intersect(set->ranges, timerange_between(low, high));
			for (int t = 0; t < SPAN; t++)
				set->bits[t] = set->bits[t] && t >= low && t < high;
			break;
		case 2:
			set->ranges = timerange_union(set->ranges, other->ranges);
			for (int t = 0; t < SPAN; t++)
				set->bits[t] = set->bits[t] || other->bits[t];
			break;
		case 3:
			set->ranges = timerange_filter(set->ranges, 1, is_member, (void *) other->bits);
			for (int t = 0; t < SPAN; t++)
				set->bits[t] = set->bits[t] && other->bits[t];
			break;
		case 4:
			close_gaps(set, low);
			break;
		default:
			check_windows(set, 1 + low % 9, high);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	Pair		sets[2] = {{timerange_none()}, {timerange_none()}};

	for (size_t i = 0; i + 3 <= Min(size, 300); i += 3)
	{
		int			which = data[i] >> 7;

		operate(&sets[which], &sets[!which], &data[i]);
		compare(&sets[which]);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
