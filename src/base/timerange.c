/*
 * timerange.c
 *	  Sets of time ranges: intersect, union, align, cut into windows.
 */
#include "postgres.h"

#include "base/saturate.h"
#include "base/timerange.h"

static TimeRanges *
make_set(int capacity)
{
	TimeRanges *set = palloc(sizeof(TimeRanges));

	set->count = 0;
	set->ranges = palloc(sizeof(TimeRange) * Max(capacity, 1));
	return set;
}

/*
 * Append a range that does not start before the last one.  If the two touch or
 * overlap they become one.  The array must have room.
 */
static void
append(TimeRanges *set, TimestampTz start, TimestampTz end)
{
	TimeRange  *last = set->count > 0 ? &set->ranges[set->count - 1] : NULL;

	if (start >= end)
		return;
	if (last && start <= last->end)
		last->end = Max(last->end, end);
	else
		set->ranges[set->count++] = (TimeRange) {start, end};
}

TimeRanges *
timerange_between(TimestampTz start, TimestampTz end)
{
	TimeRanges *set = make_set(1);

	append(set, start, end);
	return set;
}

TimeRanges *
timerange_all(void)
{
	return timerange_between(DT_NOBEGIN, DT_NOEND);
}

TimeRanges *
timerange_none(void)
{
	return make_set(0);
}

void
timerange_free(TimeRanges *set)
{
	pfree(set->ranges);
	pfree(set);
}

TimeRanges *
timerange_copy(const TimeRanges *set)
{
	TimeRanges *copy = make_set(set->count);

	copy->count = set->count;
	memcpy(copy->ranges, set->ranges, sizeof(TimeRange) * set->count);
	return copy;
}

bool
timerange_equal(const TimeRanges *a, const TimeRanges *b)
{
	return a->count == b->count &&
		memcmp(a->ranges, b->ranges, sizeof(TimeRange) * a->count) == 0;
}

TimeRanges *
timerange_intersect(const TimeRanges *a, const TimeRanges *b)
{
	TimeRanges *set = make_set(a->count + b->count);
	int			i = 0;
	int			j = 0;

	while (i < a->count && j < b->count)
	{
		const TimeRange *left = &a->ranges[i];
		const TimeRange *right = &b->ranges[j];

		append(set, Max(left->start, right->start), Min(left->end, right->end));
		if (left->end < right->end)
			i++;
		else
			j++;
	}
	return set;
}

bool
timerange_contains(const TimeRanges *set, const TimeRanges *part)
{
	TimeRanges *common = timerange_intersect(set, part);
	bool		contains = timerange_equal(common, part);

	timerange_free(common);
	return contains;
}

TimeRanges *
timerange_union(const TimeRanges *a, const TimeRanges *b)
{
	TimeRanges *set = make_set(a->count + b->count);
	int			i = 0;
	int			j = 0;

	while (i < a->count || j < b->count)
	{
		const TimeRange *next;

		if (j == b->count || (i < a->count && a->ranges[i].start <= b->ranges[j].start))
			next = &a->ranges[i++];
		else
			next = &b->ranges[j++];
		append(set, next->start, next->end);
	}
	return set;
}

TimeRanges *
timerange_filter(const TimeRanges *set, int64 step_us, TimeTest test, void *arg)
{
	TimeRanges *passing = make_set(set->count);
	int			room = set->count;

	for (int i = 0; i < set->count; i++)
	{
		TimeRange	range = set->ranges[i];

		for (TimestampTz at = range.start; at < range.end; at += step_us)
		{
			if (passing->count == room)
			{
				room = Max(room * 2, 8);
				passing->ranges = repalloc(passing->ranges, sizeof(TimeRange) * room);
			}
			if (test(arg, at))
				append(passing, at, Min(at + step_us, range.end));
		}
	}
	return passing;
}

TimeRanges *
timerange_close_gaps(const TimeRanges *set, int64 gap_us)
{
	TimeRanges *closed = make_set(set->count);

	for (int i = 0; i < set->count; i++)
	{
		TimeRange	range = set->ranges[i];
		TimeRange  *last = closed->count > 0 ? &closed->ranges[closed->count - 1] : NULL;

		if (last && range.start - last->end <= gap_us)
			range.start = last->end;
		append(closed, range.start, range.end);
	}
	return closed;
}

TimestampTz
timerange_floor(TimestampTz instant, int64 width_us)
{
	int64		rest;

	if (TIMESTAMP_NOT_FINITE(instant))
		return instant;
	rest = instant % width_us;
	if (rest < 0)				/* C rounds towards 2000-01-01 */
		rest += width_us;
	return timerange_shift(instant, -rest);
}

TimestampTz
timerange_ceil(TimestampTz instant, int64 width_us)
{
	TimestampTz floor = timerange_floor(instant, width_us);

	return floor == instant ? instant : timerange_shift(floor, width_us);
}

TimestampTz
timerange_shift(TimestampTz instant, int64 delta_us)
{
	if (TIMESTAMP_NOT_FINITE(instant))
		return instant;
	if (delta_us > 0 && instant >= END_TIMESTAMP - delta_us)
		return DT_NOEND;
	if (delta_us < 0 && instant < MIN_TIMESTAMP - delta_us)
		return DT_NOBEGIN;
	return instant + delta_us;
}

TimeRanges *
timerange_align(const TimeRanges *set, int64 width_us)
{
	TimeRanges *aligned = make_set(set->count);

	for (int i = 0; i < set->count; i++)
		append(aligned,
			   timerange_ceil(set->ranges[i].start, width_us),
			   timerange_ceil(set->ranges[i].end, width_us));
	return aligned;
}

int64
timerange_buckets(const TimeRanges *set, int64 width_us)
{
	int64		buckets = 0;

	for (int i = 0; i < set->count; i++)
		buckets = saturate_add(buckets,
							   saturate_sub(set->ranges[i].end,
											set->ranges[i].start) / width_us);
	return buckets;
}

/*
 * Cut the set into `windows`, which may be NULL, and return their number.
 */
static int64
cut_windows(const TimeRanges *set, const TimeCut *cut, TimeRange *windows)
{
	int64		count = 0;
	int64		buckets = cut->first;

	for (int i = 0; i < set->count; i++)
	{
		TimeRange	rest = set->ranges[cut->newest_first ? set->count - 1 - i : i];

		while (rest.start < rest.end)
		{
			int64		span_us = Min(saturate_mul(buckets, cut->width_us),
									  saturate_sub(rest.end, rest.start));
			TimeRange	window = rest;

			if (cut->newest_first)
				rest.end = window.start = rest.end - span_us;
			else
				rest.start = window.end = rest.start + span_us;
			if (windows)
				windows[count] = window;
			count++;
			buckets = Min(buckets * 2, cut->limit);
		}
	}
	return count;
}

int64
timerange_window_count(const TimeRanges *set, const TimeCut *cut)
{
	return cut_windows(set, cut, NULL);
}

TimeRange *
timerange_windows(const TimeRanges *set, const TimeCut *cut)
{
	TimeRange  *windows = palloc(sizeof(TimeRange) * Max(timerange_window_count(set, cut), 1));

	cut_windows(set, cut, windows);
	return windows;
}
