/*
 * events.c
 *	  The events, generated a UTC day at a time and then kept.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "events.h"

#define MAX_ENDPOINTS 16
#define MAX_DAYS 40000			/* since 1970; nothing happens later */
#define DAY_MINUTES 1440
#define MEAN_BURST 2			/* events in a minute that has any */
#define EMPTY_DAY_SHARE 14		/* of 256 days */
#define ODD_UNIT 7				/* the last of org_quantity_units */

typedef struct Day
{
	size_t		count;
	size_t		capacity;
	Event	   *events;			/* by time */
} Day;

static uint64_t org_seed = 1;
static int	org_days = 400;
static int	org_density = 60;

/* Filled in when first asked for; a Day never changes after that. */
static _Atomic(Day *) days[MAX_ENDPOINTS][MAX_DAYS];

void
events_configure(uint64_t seed, int day_count, int density)
{
	org_seed = seed;
	org_days = day_count;
	org_density = density;
}

int64_t
events_begin(int64_t now)
{
	return now / DAY_SECONDS * DAY_SECONDS - (int64_t) org_days * DAY_SECONDS;
}

static Random
random_start(int endpoint, int64_t moment)
{
	Random		random = {hash_add(hash_add(org_seed, endpoint), moment)};

	return random;
}

/* Low indexes are the busy ones, so that groups have several events. */
static int
pick_value(Random *random, const Dimension *dimension)
{
	int			count = 0;
	int64_t		one;
	int64_t		other;

	while (dimension->values[count + 1])
		count++;
	if (random_share(random, dimension->null_share))
		return 0;
	one = random_below(random, count);
	other = random_below(random, count);
	return 1 + (int) (one < other ? one : other);
}

static void
make_event(const Endpoint *endpoint, Random *random, int64_t time,
		   Event *event)
{
	memset(event, 0, sizeof(*event));
	event->time = time;
	event->fate = (uint32_t) random_next(random);
	for (int i = 0; endpoint->dimensions[i].name; i++)
		event->dimension[i] = pick_value(random, &endpoint->dimensions[i]);
	endpoint->fill(random, event);
}

/* Two readings of one store in one minute: which is the last? */
static bool
repeats_reading(const Day *day, const Event *event)
{
	for (size_t i = day->count; i > 0 && day->events[i - 1].time == event->time; i--)
		if (memcmp(day->events[i - 1].dimension, event->dimension,
				   sizeof(event->dimension)) == 0)
			return true;
	return false;
}

static void
add_event(const Endpoint *endpoint, Day *day, const Event *event)
{
	if (endpoint->level && repeats_reading(day, event))
		return;
	if (day->count == day->capacity)
	{
		day->capacity = day->capacity ? 2 * day->capacity : 64;
		day->events = reallocate(day->events,
								 day->capacity * sizeof(Event));
	}
	day->events[day->count++] = *event;
}

/* Whole bursts that a minute must have, and one more with the rest's chance. */
static int
burst_count(Random *random)
{
	int			unit = MEAN_BURST * DAY_MINUTES;
	int			rest = org_density % unit;

	return org_density / unit + (random_below(random, unit) < rest);
}

static void
make_minute(const Endpoint *endpoint, Day *day, int64_t time)
{
	Random		random = random_start(endpoint_index(endpoint), time / 60);

	for (int burst = burst_count(&random); burst > 0; burst--)
	{
		int			size = 1 + (int) random_below(&random, 2 * MEAN_BURST - 1);

		while (size-- > 0)
		{
			Event		event;

			make_event(endpoint, &random, time, &event);
			add_event(endpoint, day, &event);
		}
	}
}

static Day *
make_day(const Endpoint *endpoint, int64_t number)
{
	Random		random = random_start(endpoint_index(endpoint), -number - 1);
	Day		   *day = allocate(sizeof(Day));

	if (random_share(&random, EMPTY_DAY_SHARE))
		return day;
	for (int minute = 0; minute < DAY_MINUTES; minute++)
		make_minute(endpoint, day, number * DAY_SECONDS + minute * 60);
	return day;
}

static void
free_day(Day *day)
{
	if (day)
		free(day->events);
	free(day);
}

/* Two threads may make the same day; the first one's is kept. */
static const Day *
get_day(const Endpoint *endpoint, int64_t number)
{
	_Atomic(Day *) *slot = &days[endpoint_index(endpoint)][number];
	Day		   *known = atomic_load(slot);
	Day		   *made;

	if (known)
		return known;
	made = make_day(endpoint, number);
	if (atomic_compare_exchange_strong(slot, &known, made))
		return made;
	free_day(made);
	return known;
}

static size_t
first_at_or_after(const Day *day, int64_t time)
{
	size_t		low = 0;
	size_t		high = day->count;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (day->events[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The older an event, the likelier it has arrived; once seen it stays. */
static bool
has_arrived(const View *view, const Event *event)
{
	int64_t		age = view->now - event->time;

	return age >= view->late ||
		(int64_t) event->fate < (age << 32) / view->late;
}

static int64_t
restated_factor(const View *view, const Endpoint *endpoint, int64_t time)
{
	int64_t		factor = 1;

	for (int i = 0; i < view->restatement_count; i++)
	{
		const Restatement *r = &view->restatements[i];

		if (r->endpoint == endpoint && time >= r->from && time < r->to)
			factor *= r->factor;
	}
	return factor;
}

static void
multiply(const Endpoint *endpoint, Event *event, int64_t factor)
{
	for (int i = 0; endpoint->measures[i].name; i++)
		if (event->measure[i] != NO_VALUE)
			event->measure[i] *= factor;
}

static bool
has_odd_unit(const View *view, const Event *event)
{
	return view->mixed_units && event->unit != 0 && event->fate % 4 == 0;
}

/* By the project, which is the first dimension; a cost without one is in USD. */
static int
currency_of(const Endpoint *endpoint, const View *view, const Event *event)
{
	bool		is_cost = endpoint->measures[0].kind == MEASURE_AMOUNT;

	return view->two_currencies && is_cost && event->dimension[0] % 2 == 1;
}

static void
visit_event(const Endpoint *endpoint, const View *view, const Event *event,
			EventVisitor visit, void *context)
{
	int64_t		factor = restated_factor(view, endpoint, event->time);
	Event		changed;

	if (factor == 1 && !has_odd_unit(view, event) && currency_of(endpoint, view, event) == 0)
	{
		visit(event, context);
		return;
	}
	changed = *event;
	multiply(endpoint, &changed, factor);
	changed.dimension[CURRENCY] = currency_of(endpoint, view, event);
	if (has_odd_unit(view, event))
		changed.unit = ODD_UNIT;
	visit(&changed, context);
}

static void
visit_day(const Endpoint *endpoint, const View *view, int64_t number,
		  int64_t from, int64_t to, EventVisitor visit, void *context)
{
	const Day  *day = get_day(endpoint, number);

	for (size_t i = first_at_or_after(day, from);
		 i < day->count && day->events[i].time < to; i++)
		if (has_arrived(view, &day->events[i]))
			visit_event(endpoint, view, &day->events[i], visit, context);
}

void
events_visit(const Endpoint *endpoint, const View *view, int64_t from,
			 int64_t to, EventVisitor visit, void *context)
{
	int64_t		begin = events_begin(view->now);

	if (from < begin)
		from = begin;
	if (from < 0)
		from = 0;
	if (to > view->now)
		to = view->now;
	if (to > (int64_t) MAX_DAYS * DAY_SECONDS)
		to = (int64_t) MAX_DAYS * DAY_SECONDS;
	for (int64_t day = from / DAY_SECONDS; day * DAY_SECONDS < to; day++)
		visit_day(endpoint, view, day, from, to, visit, context);
}

void
events_free(void)
{
	for (int e = 0; e < MAX_ENDPOINTS; e++)
		for (int d = 0; d < MAX_DAYS; d++)
			free_day(atomic_exchange(&days[e][d], NULL));
}
