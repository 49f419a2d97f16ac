/*
 * day.h
 *	  The events of one endpoint on one UTC day.
 *
 * A Day of zeroes is empty and valid.
 */
#ifndef DAY_H
#define DAY_H

#include <stddef.h>

#include "schema.h"

typedef struct Day
{
	size_t		count;
	size_t		capacity;
	Event	   *events;			/* by time, once the day is made */
} Day;

/* Add a copy. */
extern void day_add(Day *day, const Event *event);

/* Put events in the order of time; those of one minute stay as they were added. */
extern void day_sort(Day *day);

/* Release the day; NULL is allowed. */
extern void day_free(Day *day);

#endif
