/*
 * rate.c
 *	  How many requests a minute the API takes: it keeps when each came.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buffer.h"
#include "rate.h"

#define MINUTE_NS INT64_C(60000000000)
#define SECOND_NS INT64_C(1000000000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t *arrivals;		/* of the last minute, ascending */
static long count;
static long capacity;

static int64_t
monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void
forget_before(int64_t time)
{
	long		old = 0;

	while (old < count && arrivals[old] <= time)
		old++;
	count -= old;
	memmove(arrivals, arrivals + old, count * sizeof(int64_t));
}

static void
add(int64_t time)
{
	if (count == capacity)
	{
		capacity = capacity ? 2 * capacity : 256;
		arrivals = reallocate(arrivals, capacity * sizeof(int64_t));
	}
	arrivals[count++] = time;
}

/* When as many are left as make room for one more. */
static int64_t
seconds_until_room(int64_t per_minute, int64_t now)
{
	int64_t		left = arrivals[count - per_minute] + MINUTE_NS - now;

	return left / SECOND_NS + 1;
}

bool
rate_admit(int64_t per_minute, int64_t *wait)
{
	int64_t		now;
	bool		admitted;

	pthread_mutex_lock(&lock);
	now = monotonic_ns();
	if (count > 0)
		forget_before(now - MINUTE_NS);
	add(now);
	admitted = per_minute == 0 || count <= per_minute;
	if (!admitted)
		*wait = seconds_until_room(per_minute, now);
	pthread_mutex_unlock(&lock);
	return admitted;
}

void
rate_clear(void)
{
	pthread_mutex_lock(&lock);
	count = 0;
	pthread_mutex_unlock(&lock);
}
