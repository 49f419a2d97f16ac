/*
 * plausible_usage.c
 *	  What the plausible organization uses: from workloads to events.
 *
 * A workload has about so many requests a day.  They spread over the hours as
 * its rhythm says, and those of an hour are an event, or several: as many as the
 * density asks for.
 */
#include <string.h>

#include "events.h"
#include "measure.h"
#include "plausible.h"
#include "plausible_workloads.h"

#define HOURS 24
#define PRESET_DENSITY 60		/* one event for each hour and workload */
#define STREAM 1000				/* of random numbers: the first workload's */

/* A number around mean: uniform in percent of it to either side. */
static double
around(Random *random, double mean, int percent)
{
	return mean * (100 - percent + (double) random_below(random, 2 * percent + 1)) / 100;
}

/* A whole number whose mean is the given one. */
static int64_t
rounded(Random *random, double mean)
{
	return (int64_t) (mean + (double) random_below(random, 1000000) / 1000000);
}

static void
fill_chat(const Workload *workload, Random *random, int64_t requests, int64_t *m)
{
	double		input = around(random, (double) requests * workload->size, 15);
	double		cached = input * workload->cached_percent / 100;
	double		written = (input - cached) * workload->written_percent / 100;

	memset(m, 0, CHAT_MEASURES * sizeof(*m));
	m[CACHED] = m[CACHED_TEXT] = rounded(random, around(random, cached, 10));
	m[CACHE_WRITE] = m[CACHE_WRITE_30M] = rounded(random, written);
	m[UNCACHED] = m[TEXT] = rounded(random, input - cached - written);
	m[INPUT] = m[CACHED] + m[CACHE_WRITE] + m[UNCACHED];
	m[OUTPUT] = m[OUTPUT_TEXT] =
		rounded(random, around(random, (double) requests * workload->output, 20));
	m[REQUESTS] = requests;
}

static void
fill_measures(const Workload *workload, Random *random, int64_t requests, int64_t *m)
{
	switch (workload->kind)
	{
		case WORK_CHAT:
			fill_chat(workload, random, requests, m);
			break;
		case WORK_COUNTED:
			m[COUNTED] = rounded(random, around(random, (double) requests * workload->size, 15));
			m[COUNTED_REQUESTS] = requests;
			break;
		case WORK_CALLS:
			m[COUNTED] = requests;
			break;
		case WORK_SEARCHES:
			m[SEARCH_MODEL_REQUESTS] = requests;
			m[SEARCH_REQUESTS] = requests + rounded(random, (double) requests / 4);
			break;
	}
}

static void
add_event(const Workload *workload, Random *random, int64_t hour, double share, Day *day)
{
	Event		event;
	int64_t		requests = rounded(random, around(random, share, 25));

	if (requests == 0)
		return;
	memset(&event, 0, sizeof(event));
	event.time = hour + 60 * random_below(random, 60);
	event.fate = (uint32_t) random_next(random);
	memcpy(event.dimension, workload->dimension, sizeof(event.dimension));
	fill_measures(workload, random, requests, event.measure);
	day_add(day, &event);
}

/* A rhythm's numbers are relative to their mean over the hours of a Wednesday. */
static double
share_of_hour(const Rhythm *rhythm, int64_t day_number, int hour)
{
	int			weekday = (int) ((day_number + 3) % 7);	/* 0 is Monday */
	int			sum = 0;

	for (int i = 0; i < HOURS; i++)
		sum += rhythm->hours[i];
	return (double) rhythm->hours[hour] / sum * rhythm->weekdays[weekday] / 100;
}

static void
add_workload(const Workload *workload, Random *random, int64_t number, Day *day)
{
	int			age = plausible_age(number);
	double		volume = around(random, workload->requests, 12) *
		plausible_growth(age, workload->growth);
	int64_t		density = events_plan.density;

	for (int hour = 0; hour < HOURS; hour++)
	{
		double		share = volume * share_of_hour(workload->rhythm, number, hour);
		int64_t		events = rounded(random, (double) density / PRESET_DENSITY);

		for (int64_t i = 0; share > 0 && i < events; i++)
			add_event(workload, random, number * DAY_SECONDS + hour * 3600,
					  share * PRESET_DENSITY / density, day);
	}
}

/* A reading of each store every six hours; they only grow. */
static void
add_readings(int64_t number, Day *day)
{
	for (const Store *store = plausible_stores; store->store; store++)
	{
		for (int hour = 0; hour < HOURS; hour += STORE_HOURS)
		{
			Event		event;

			memset(&event, 0, sizeof(event));
			event.time = number * DAY_SECONDS + hour * 3600;
			event.dimension[STORE_PROJECT] = store->project;
			event.dimension[STORE_ID] = store->store;
			event.measure[0] = plausible_store_bytes(store, number);
			day_add(day, &event);
		}
	}
}

void
plausible_usage(const Endpoint *endpoint, int64_t day_number, Day *day)
{
	int			age = plausible_age(day_number);

	if (endpoint->level)
	{
		if (events_plan.density > 0)
			add_readings(day_number, day);
		return;
	}
	for (int i = 0; plausible_workloads[i].endpoint; i++)
	{
		const Workload *workload = &plausible_workloads[i];
		Random		random = events_random(STREAM + i, day_number);

		if (strcmp(workload->endpoint, endpoint->name) == 0 &&
			age <= workload->first_age && age >= workload->last_age)
			add_workload(workload, &random, day_number, day);
	}
}
