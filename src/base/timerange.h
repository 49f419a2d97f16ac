/*
 * timerange.h
 *	  Sets of time ranges: intersect, union, align, cut into windows.
 *
 * A range is half open and holds the *start instants* of buckets, as
 * TimestampTz (microseconds since 2000-01-01 UTC, a UTC midnight, so that
 * multiples of a width counted from it are the API's buckets).  DT_NOBEGIN and
 * DT_NOEND are ordinary bounds, being the least and the greatest int64.
 *
 * Sets are immutable and palloc'd in CurrentMemoryContext.  Widths are in
 * microseconds.  Nothing here raises errors but out of memory.
 */
#ifndef USAGE_TIMERANGE_H
#define USAGE_TIMERANGE_H

#include "datatype/timestamp.h"

typedef struct TimeRange
{
	TimestampTz start;			/* inclusive */
	TimestampTz end;			/* exclusive, greater than start */
} TimeRange;

/* Ascending, disjoint, and no two touch. */
typedef struct TimeRanges
{
	int			count;
	TimeRange  *ranges;
} TimeRanges;

extern TimeRanges *timerange_all(void);
extern TimeRanges *timerange_none(void);

/* [start, end), or the empty set where start >= end. */
extern TimeRanges *timerange_between(TimestampTz start, TimestampTz end);

extern TimeRanges *timerange_copy(const TimeRanges *set);
extern bool timerange_equal(const TimeRanges *a, const TimeRanges *b);

/* Is all of `part` in the set? */
extern bool timerange_contains(const TimeRanges *set, const TimeRanges *part);

/* Free a set, for callers that make many of them. */
extern void timerange_free(TimeRanges *set);

extern TimeRanges *timerange_intersect(const TimeRanges *a, const TimeRanges *b);
extern TimeRanges *timerange_union(const TimeRanges *a, const TimeRanges *b);

/*
 * A set of the same bucket starts whose bounds are multiples of the width, or
 * infinite: both bounds round up.
 */
extern TimeRanges *timerange_align(const TimeRanges *set, int64 width_us);

/*
 * The part of a finite set that passes a test.  Of each range the test is asked
 * for its start, and then each step_us after it, and the answer stands for the
 * time up to the next step.
 */
typedef bool (*TimeTest) (void *arg, TimestampTz instant);
extern TimeRanges *timerange_filter(const TimeRanges *set, int64 step_us, TimeTest test, void *arg);

/* The set, and what is between two of its ranges that are not more than gap_us apart. */
extern TimeRanges *timerange_close_gaps(const TimeRanges *set, int64 gap_us);

/* The last multiple of the width at or before the instant; the first at or after. */
extern TimestampTz timerange_floor(TimestampTz instant, int64 width_us);
extern TimestampTz timerange_ceil(TimestampTz instant, int64 width_us);

/* instant + delta_us, or infinity where that is out of the range of timestamps. */
extern TimestampTz timerange_shift(TimestampTz instant, int64 delta_us);

/* How many buckets start in the finite, aligned set. */
extern int64 timerange_buckets(const TimeRanges *set, int64 width_us);

/*
 * How to cut a set into windows.  They come in reading order; the most buckets
 * that one may have starts at `first` and doubles with each, up to `limit`.
 */
typedef struct TimeCut
{
	int64		width_us;
	int			first;			/* most buckets in the first window */
	int			limit;			/* most buckets in any window */
	bool		newest_first;	/* the windows, not the buckets in them */
} TimeCut;

/* How many windows the finite, aligned set makes. */
extern int64 timerange_window_count(const TimeRanges *set, const TimeCut *cut);

/* Those windows: a palloc'd array of timerange_window_count() elements. */
extern TimeRange *timerange_windows(const TimeRanges *set, const TimeCut *cut);

#endif
