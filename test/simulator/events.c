/*
 * events.c
 *	  The events, generated a UTC day at a time and then kept.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "day.h"
#include "events.h"

#define MAX_ENDPOINTS 16
#define MAX_DAYS 40000			/* since 1970; nothing happens later */

EventsPlan	events_plan = {.seed = 1, .days = 400, .density = 60};

/* Filled in when first asked for; a Day never changes after that. */
static _Atomic(Day *) days[MAX_ENDPOINTS][MAX_DAYS];

int64_t
events_begin(int64_t now)
{
	return now / DAY_SECONDS * DAY_SECONDS - (int64_t) events_plan.days * DAY_SECONDS;
}

Random
events_random(int stream, int64_t moment)
{
	Random		random = {hash_add(hash_add(events_plan.seed, stream), moment)};

	return random;
}

static Day *
make_day(const Endpoint *endpoint, int64_t number)
{
	Day		   *day = allocate(sizeof(Day));

	organization.make_day(endpoint, number, day);
	return day;
}

/* Two threads may make the same day; the first one's is kept. */
const Day *
events_day(const Endpoint *endpoint, int64_t number)
{
	_Atomic(Day *) *slot = &days[endpoint_index(endpoint)][number];
	Day		   *known = atomic_load(slot);
	Day		   *made;

	if (known)
		return known;
	made = make_day(endpoint, number);
	if (atomic_compare_exchange_strong(slot, &known, made))
		return made;
	day_free(made);
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
		changed.unit = UNIT_CHARACTERS;
	visit(&changed, context);
}

static void
visit_day(const Endpoint *endpoint, const View *view, int64_t number,
		  int64_t from, int64_t to, EventVisitor visit, void *context)
{
	const Day  *day = events_day(endpoint, number);

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
			day_free(atomic_exchange(&days[e][d], NULL));
}
