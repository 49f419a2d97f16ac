/*
 * day.c
 *	  The events of one endpoint on one UTC day.
 */
#include <stdlib.h>

#include "buffer.h"
#include "day.h"

void
day_add(Day *day, const Event *event)
{
	if (day->count == day->capacity)
	{
		day->capacity = day->capacity ? 2 * day->capacity : 64;
		day->events = reallocate(day->events,
								 day->capacity * sizeof(Event));
	}
	day->events[day->count++] = *event;
}

static int
compare_minutes(const void *a, const void *b)
{
	int64_t		x = (*(const Event *const *) a)->time;
	int64_t		y = (*(const Event *const *) b)->time;

	if (x != y)
		return x < y ? -1 : 1;

	/* these point into one array */
	return *(const Event *const *) a < *(const Event *const *) b ? -1 : 1;
}

void
day_sort(Day *day)
{
	const Event **order = allocate((day->count + 1) * sizeof(*order));
	Day			sorted = {0, 0, NULL};

	for (size_t i = 0; i < day->count; i++)
		order[i] = &day->events[i];
	qsort(order, day->count, sizeof(*order), compare_minutes);
	for (size_t i = 0; i < day->count; i++)
		day_add(&sorted, order[i]);
	free(order);
	free(day->events);
	*day = sorted;
}

void
day_free(Day *day)
{
	if (day)
		free(day->events);
	free(day);
}
