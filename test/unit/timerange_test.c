/*
 * timerange_test.c
 *	  Sets of time ranges against sets of instants, one by one.
 *
 * Instants 0 to SPAN - 1 stand for all time.  Whatever an operation on ranges
 * says of them must be what the same operation on arrays of booleans says.
 */
#include "postgres.h"

#include "datatype/timestamp.h"

#include "shim.h"
#include "base/timerange.h"

#define SPAN 64
#define ROUNDS 20000

/* Some ranges, overlapping, touching and empty ones among them. */
static TimeRanges *
some_ranges(bool *members)
{
	TimeRanges *set = timerange_none();

	memset(members, false, SPAN);
	for (int i = shim_below(5); i > 0; i--)
	{
		int			start = shim_below(SPAN);
		int			end = shim_below(SPAN);

		set = timerange_union(set, timerange_between(start, end));
		for (int t = start; t < end; t++)
			members[t] = true;
	}
	return set;
}

/* Ascending, disjoint, not touching, none empty? */
static bool
is_canonical(const TimeRanges *set)
{
	for (int i = 0; i < set->count; i++)
	{
		if (set->ranges[i].start >= set->ranges[i].end)
			return false;
		if (i > 0 && set->ranges[i].start <= set->ranges[i - 1].end)
			return false;
	}
	return true;
}

static bool
contains(const TimeRanges *set, TimestampTz instant)
{
	for (int i = 0; i < set->count; i++)
		if (set->ranges[i].start <= instant && instant < set->ranges[i].end)
			return true;
	return false;
}

static bool
same(const TimeRanges *set, const bool *members)
{
	if (!is_canonical(set))
		return false;
	for (int t = 0; t < SPAN; t++)
		if (contains(set, t) != members[t])
			return false;
	return true;
}

/* Do the windows hold just the buckets whose starts the set holds, in order? */
static bool
windows_cover(const TimeRanges *set, const TimeCut *cut)
{
	int			width = cut->width_us;
	TimeRange  *windows = timerange_windows(set, cut);
	int64		count = timerange_window_count(set, cut);
	int64		most = cut->first;
	int64		buckets = 0;
	bool		members[SPAN + SPAN] = {0};

	for (int64 i = 0; i < count; i++)
	{
		int64		length = windows[i].end - windows[i].start;

		if (length <= 0 || length > width * most || length % width != 0 ||
			windows[i].start % width != 0)
			return false;
		if (i > 0 && (cut->newest_first ? windows[i].end > windows[i - 1].start :
					  windows[i].start < windows[i - 1].end))
			return false;
		most = Min(most * 2, cut->limit);
		buckets += length / width;
		for (TimestampTz t = windows[i].start; t < windows[i].end; t++)
			members[t] = true;
	}
	for (int t = 0; t < SPAN + SPAN; t++)
		if (members[t] != contains(set, t))
			return false;
	return buckets == timerange_buckets(set, width);
}

static void
test_random(void)
{
	int			wrong[4] = {0};

	for (int round = 0; round < ROUNDS; round++)
	{
		bool		a[SPAN];
		bool		b[SPAN];
		bool		expected[SPAN];
		int			width = 1 + shim_below(7);
		TimeRanges *left = some_ranges(a);
		TimeRanges *right = some_ranges(b);
		TimeRanges *aligned = timerange_align(left, width);
		TimeCut		cut = {.width_us = width, .newest_first = shim_below(2)};

		for (int t = 0; t < SPAN; t++)
			expected[t] = a[t] && b[t];
		wrong[0] += !same(timerange_intersect(left, right), expected);
		for (int t = 0; t < SPAN; t++)
			expected[t] = a[t] || b[t];
		wrong[1] += !same(timerange_union(left, right), expected);

		/* a bucket start is in the aligned set if it is in the set itself */
		for (int t = 0; t < SPAN; t += width)
			wrong[2] += contains(aligned, t) != a[t] || !is_canonical(aligned);
		cut.limit = 1 + shim_below(5);
		cut.first = 1 + shim_below(cut.limit);
		wrong[3] += !windows_cover(aligned, &cut);
	}
	shim_ok(wrong[0] == 0, "intersection, %d random pairs", ROUNDS);
	shim_ok(wrong[1] == 0, "union, %d random pairs", ROUNDS);
	shim_ok(wrong[2] == 0, "alignment keeps the bucket starts");
	shim_ok(wrong[3] == 0, "windows cover the buckets once, in order, within the limit");
}

/* A TimeTest: is the instant among the members? */
static bool
is_member(void *arg, TimestampTz instant)
{
	return ((const bool *) arg)[instant];
}

/* What is between two members of the set that are close is in it, too. */
static void
close_gaps(bool *members, int gap)
{
	int			last = -1;		/* the last member */

	for (int t = 0; t < SPAN; t++)
	{
		if (!members[t])
			continue;
		if (last >= 0 && t - last - 1 <= gap)
			for (int between = last + 1; between < t; between++)
				members[between] = true;
		last = t;
	}
}

static void
test_filter(void)
{
	int			wrong[4] = {0};

	for (int round = 0; round < ROUNDS; round++)
	{
		bool		a[SPAN];
		bool		b[SPAN];
		bool		expected[SPAN] = {0};
		int			step = 1 + shim_below(7);
		int			gap = shim_below(9);
		TimeRanges *left = some_ranges(a);
		TimeRanges *right = some_ranges(b);

		for (int t = 0; t < SPAN; t++)
			expected[t] = a[t] && b[t];
		wrong[0] += !same(timerange_filter(left, 1, is_member, b), expected);
		wrong[1] += timerange_contains(left, right) !=
			(memcmp(expected, b, sizeof(expected)) == 0);
		for (int i = 0; i < left->count; i++)
			for (int t = left->ranges[i].start; t < left->ranges[i].end; t++)
				expected[t] = b[t - (t - left->ranges[i].start) % step];
		wrong[2] += !same(timerange_filter(left, step, is_member, b), expected);
		close_gaps(a, gap);
		wrong[3] += !same(timerange_close_gaps(left, gap), a);
	}
	shim_ok(wrong[0] == 0, "each instant is tested, %d random sets", ROUNDS);
	shim_ok(wrong[1] == 0, "a set contains its parts");
	shim_ok(wrong[2] == 0, "one instant stands for those of its step");
	shim_ok(wrong[3] == 0, "gaps are closed up to a length");
}

static void
test_rounding(void)
{
	int64		day = USECS_PER_DAY;

	shim_ok(timerange_floor(day + 1, day) == day, "floor after 2000");
	shim_ok(timerange_floor(-1, day) == -day, "floor before 2000");
	shim_ok(timerange_floor(-day, day) == -day, "floor of a multiple before 2000");
	shim_ok(timerange_ceil(day + 1, day) == 2 * day, "ceil after 2000");
	shim_ok(timerange_ceil(-1, day) == 0, "ceil before 2000");
	shim_ok(timerange_ceil(day, day) == day, "ceil of a multiple");
	shim_ok(timerange_floor(DT_NOBEGIN, day) == DT_NOBEGIN &&
			timerange_ceil(DT_NOEND, day) == DT_NOEND, "infinity stays");
	shim_ok(timerange_ceil(END_TIMESTAMP - 1, day) == DT_NOEND, "ceil at the end of time");
	shim_ok(timerange_floor(MIN_TIMESTAMP, 7 * day) == DT_NOBEGIN ||
			timerange_floor(MIN_TIMESTAMP, 7 * day) <= MIN_TIMESTAMP, "floor at its beginning");
}

static void
test_shift(void)
{
	shim_ok(timerange_shift(5, -3) == 2, "shift");
	shim_ok(timerange_shift(DT_NOEND, -1) == DT_NOEND, "shift of infinity");
	shim_ok(timerange_shift(END_TIMESTAMP - 1, 1) == DT_NOEND, "shift past the end");
	shim_ok(timerange_shift(END_TIMESTAMP - 2, 1) == END_TIMESTAMP - 1, "shift up to the end");
	shim_ok(timerange_shift(MIN_TIMESTAMP, -1) == DT_NOBEGIN, "shift past the beginning");
	shim_ok(timerange_shift(MIN_TIMESTAMP + 1, -1) == MIN_TIMESTAMP, "shift down to the beginning");
}

static void
test_infinite(void)
{
	TimeRanges *all = timerange_all();
	TimeRanges *some = timerange_between(3, 9);

	shim_ok(timerange_intersect(all, some)->ranges[0].start == 3 &&
			timerange_intersect(some, all)->ranges[0].end == 9, "all and some is some");
	shim_ok(timerange_union(all, some)->count == 1 &&
			timerange_union(some, all)->ranges[0].end == DT_NOEND, "all or some is all");
	shim_ok(timerange_intersect(timerange_none(), all)->count == 0, "none and all is none");
	shim_ok(timerange_between(4, 4)->count == 0 && timerange_between(5, 4)->count == 0 &&
			timerange_between(DT_NOEND, DT_NOEND)->count == 0, "empty ranges are none");
	shim_ok(timerange_align(all, USECS_PER_DAY)->ranges[0].start == DT_NOBEGIN, "all is aligned");
}

/* Counts that no integer holds, of all finite time in microseconds. */
static void
test_large(void)
{
	TimeRanges *most = timerange_between(MIN_TIMESTAMP, END_TIMESTAMP - 1);
	TimeCut		cut = {.width_us = PG_INT64_MAX / 2,.first = 1,.limit = 1000};

	shim_ok(timerange_buckets(most, 1) == PG_INT64_MAX, "more buckets than can be counted");
	shim_ok(timerange_buckets(most, USECS_PER_DAY) > 0, "days of all time");
	most = timerange_between(0, PG_INT64_MAX - 1);
	shim_ok(timerange_window_count(most, &cut) == 2, "windows of more than can be counted");
}

int
main(void)
{
	CurrentMemoryContext = shim_context();
	test_random();
	test_filter();
	test_rounding();
	test_shift();
	test_infinite();
	test_large();
	return shim_done();
}
