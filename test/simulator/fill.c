/*
 * fill.c
 *	  How much an event used.
 */
#include "fill.h"
#include "measure.h"

static int64_t
present(int64_t measure)
{
	return measure == NO_VALUE ? 0 : measure;
}

/* One kind of token: fresh, cached and answered, or none of that kind. */
static void
fill_kind(Random *random, int64_t *m, int fresh, int cached, int output,
		  bool has_kind)
{
	m[fresh] = has_kind ? random_below(random, 4000) : NO_VALUE;
	m[cached] = has_kind ? random_below(random, 3000) : NO_VALUE;
	m[output] = has_kind ? random_below(random, 2000) : NO_VALUE;
}

static void
fill_cache_writes(Random *random, int64_t *m)
{
	bool		known = !random_share(random, 85);

	m[CACHE_WRITE_30M] = known ? random_below(random, 500) : NO_VALUE;
	m[CACHE_WRITE_12H] = known ? random_below(random, 300) : NO_VALUE;
	m[CACHE_WRITE] = known ? m[CACHE_WRITE_30M] + m[CACHE_WRITE_12H]
		: random_below(random, 800);
}

/* The parts first, so that the totals include them whatever they are. */
static void
fill_chat(Random *random, Event *event, bool answers)
{
	int64_t    *m = event->measure;
	int			model = event->dimension[3];

	fill_kind(random, m, TEXT, CACHED_TEXT, OUTPUT_TEXT, true);
	fill_kind(random, m, AUDIO, CACHED_AUDIO, OUTPUT_AUDIO,
			  model == CHAT_MODEL_AUDIO);
	fill_kind(random, m, IMAGE, CACHED_IMAGE, OUTPUT_IMAGE,
			  model == CHAT_MODEL_IMAGE);
	fill_cache_writes(random, m);
	if (random_share(random, 4))
		m[TEXT] += INT64_C(5000000000);	/* more than 32 bits hold */
	if (!answers)
		m[OUTPUT_TEXT] = random_below(random, 6);
	m[CACHED] = m[CACHED_TEXT] + present(m[CACHED_AUDIO])
		+ present(m[CACHED_IMAGE]);
	m[UNCACHED] = m[TEXT] + present(m[AUDIO]) + present(m[IMAGE]);
	m[INPUT] = m[CACHED] + m[UNCACHED] + m[CACHE_WRITE];
	m[OUTPUT] = m[OUTPUT_TEXT] + present(m[OUTPUT_AUDIO])
		+ present(m[OUTPUT_IMAGE]);
	m[REQUESTS] = 1 + random_below(random, 20);
}

void
fill_completions(Random *random, Event *event)
{
	fill_chat(random, event, true);
}

void
fill_decisions(Random *random, Event *event)
{
	fill_chat(random, event, false);
}

void
fill_tokens(Random *random, Event *event)
{
	event->measure[0] = random_below(random, 50000);
	event->measure[1] = 1 + random_below(random, 30);
}

void
fill_images(Random *random, Event *event)
{
	event->measure[0] = 1 + random_below(random, 10);
	event->measure[1] = 1 + random_below(random, event->measure[0]);
}

void
fill_speeches(Random *random, Event *event)
{
	event->measure[0] = random_below(random, 100000);
	if (random_share(random, 1))
		event->measure[0] += INT64_C(9007199254740993);	/* not in a double */
	event->measure[1] = 1 + random_below(random, 5);
}

void
fill_transcriptions(Random *random, Event *event)
{
	event->measure[0] = random_below(random, 7200);
	event->measure[1] = 1 + random_below(random, 3);
}

/* A store belongs to one project for good. */
void
fill_vector_stores(Random *random, Event *event)
{
	int			store = 1 + (int) random_below(random, 8);

	event->dimension[STORE_ID] = store;
	event->dimension[STORE_PROJECT] = odd_vector_store_projects[store];
	event->measure[0] = random_below(random, INT64_C(1) << 34);
}

void
fill_calls(Random *random, Event *event)
{
	event->measure[0] = 1 + random_below(random, 40);
}

void
fill_web_searches(Random *random, Event *event)
{
	event->measure[0] = 1 + random_below(random, 10);
	event->measure[1] = event->measure[0] + random_below(random, 10);
}

/*
 * Amounts with up to nine decimals, some whole cents, some nothing.  A line
 * item has one unit, or none and then no quantity either.
 */
void
fill_costs(Random *random, Event *event)
{
	int64_t    *m = event->measure;
	bool		fractional;

	if (random_share(random, 16))
		m[COST_AMOUNT] = 0;
	else if (random_share(random, 64))
		m[COST_AMOUNT] = random_below(random, 5000) * 10000000;
	else
		m[COST_AMOUNT] = random_below(random, INT64_C(3000000000));
	event->unit = organization.line_item_units[event->dimension[COST_LINE_ITEM]];
	fractional = event->unit == UNIT_1000_TOKENS ||
		event->unit == UNIT_GIBIBYTE_HOURS || event->unit == UNIT_DURATION_HOURS;
	m[COST_QUANTITY] = 1 + random_below(random, 20000);
	m[COST_QUANTITY] *= fractional ? INT64_C(1250000) : INT64_C(1000000000);
	if (event->unit == UNIT_NONE)
		m[COST_QUANTITY] = NO_VALUE;
}
