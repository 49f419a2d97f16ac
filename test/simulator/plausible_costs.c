/*
 * plausible_costs.c
 *	  What the plausible organization pays: tokens times price, and what no
 *	  usage shows.
 *
 * A cost has the minute of the usage that it is for, so that it is seen as soon
 * and as late as that.  All in 10^-9 of a dollar: the prices are such that an
 * amount is whole, in batches too, which are half the price.
 */
#include <string.h>

#include "events.h"
#include "measure.h"
#include "plausible.h"
#include "plausible_workloads.h"

#define BATCH 2					/* in org_booleans */
#define NANO INT64_C(1000000000)

/* of a token: input, cached input, output */
static const int chat_prices[][3] = {
	[GPT_5_4] = {2500, 250, 15000},
	[GPT_5_4_MINI] = {400, 40, 1600},
	[GPT_6_ASTRA] = {5000, 500, 25000},
	[GPT_6_LUNA] = {600, 60, 3000},
	[FINE_TUNED] = {800, 80, 3200}
};

static const int embedding_prices[] = {[EMBEDDING_SMALL] = 20, [EMBEDDING_LARGE] = 130};

#define PRICE_QUARTER_GIBIBYTE_HOUR 1000000
#define PRICE_TRAINING_TOKEN 3000

/* Ages at which the triage model was trained, and on how many tokens. */
static const struct
{
	int			age;
	int			tokens;
}			trainings[] = {{201, 16400000}, {96, 21800000}, {25, 24600000}};

/* Where the dimensions of costs are in an endpoint's events; NONE: it has none. */
typedef struct Payer
{
	int8_t		user;
	int8_t		api_key;
	int8_t		api_source;
} Payer;

#define NONE (-1)

struct Tariff;

/* Some usage, for which costs are added to a day. */
typedef struct Bill
{
	const struct Tariff *tariff;
	const Event *usage;
	Day		   *day;
} Bill;

/* How the usage of an endpoint is paid. */
typedef struct Tariff
{
	const char *endpoint;
	Payer		payer;
	void		(*charge) (const Bill *bill);

	/* for charge_count() */
	int			line_item;
	int			measure;
	int			price;			/* of one */
} Tariff;

static uint8_t
dimension_of(const Event *event, int place)
{
	return place == NONE ? 0 : event->dimension[place];
}

/* Quantity and amount are in 10^-9, of the unit and of dollars. */
static void
charge(const Bill *bill, int line_item, int64_t quantity, int64_t amount)
{
	const Payer *payer = &bill->tariff->payer;
	Event		cost;

	if (quantity == 0)
		return;
	memset(&cost, 0, sizeof(cost));
	cost.time = bill->usage->time;
	cost.fate = bill->usage->fate;
	cost.unit = organization.line_item_units[line_item];
	cost.dimension[COST_PROJECT] = bill->usage->dimension[BY_PROJECT];
	cost.dimension[COST_LINE_ITEM] = line_item;
	cost.dimension[COST_USER] = dimension_of(bill->usage, payer->user);
	cost.dimension[COST_API_KEY] = dimension_of(bill->usage, payer->api_key);
	cost.dimension[COST_API_SOURCE] = dimension_of(bill->usage, payer->api_source);
	cost.measure[COST_AMOUNT] = amount;
	cost.measure[COST_QUANTITY] = quantity;
	day_add(bill->day, &cost);
}

/* What is written to the cache is paid as other input is. */
static void
charge_chat(const Bill *bill)
{
	const int64_t *m = bill->usage->measure;
	int			model = bill->usage->dimension[BY_MODEL];
	int			divisor = bill->usage->dimension[CHAT_BATCH] == BATCH ? 2 : 1;
	const int64_t tokens[] = {m[UNCACHED] + m[CACHE_WRITE], m[CACHED], m[OUTPUT]};

	for (int kind = 0; kind < 3; kind++)
		charge(bill, ITEM_CHAT + 3 * (model - 1) + kind, tokens[kind] * NANO,
			   tokens[kind] * chat_prices[model][kind] / divisor);
}

static void
charge_embeddings(const Bill *bill)
{
	int64_t		tokens = bill->usage->measure[COUNTED];
	int			model = bill->usage->dimension[BY_MODEL];

	charge(bill, ITEM_EMBEDDING + model - 1, tokens * NANO,
		   tokens * embedding_prices[model]);
}

static void
charge_count(const Bill *bill)
{
	const Tariff *tariff = bill->tariff;
	int64_t		count = bill->usage->measure[tariff->measure];

	charge(bill, tariff->line_item, count * NANO, count * tariff->price);
}

/* From one reading of a store to the next it is as big as the first one says. */
static void
charge_storage(const Bill *bill)
{
	int64_t		quarters = bill->usage->measure[0] >> 28;

	charge(bill, ITEM_STORAGE, quarters * STORE_HOURS * NANO / 4,
		   quarters * STORE_HOURS * PRICE_QUARTER_GIBIBYTE_HOUR);
}

#define PERSON {BY_USER, BY_API_KEY, NONE}
#define NO_PERSON {NONE, NONE, NONE}

/* Moderations are free. */
static const Tariff tariffs[] = {
	{"completions", {BY_USER, BY_API_KEY, CHAT_API_SOURCE}, charge_chat, 0, 0, 0},
	{"decisions", {BY_USER, BY_API_KEY, CHAT_API_SOURCE}, charge_chat, 0, 0, 0},
	{"embeddings", PERSON, charge_embeddings, 0, 0, 0},
	{"images", PERSON, charge_count, ITEM_IMAGES, COUNTED, 40000000},
	{"audio_speeches", PERSON, charge_count, ITEM_SPEECH, COUNTED, 30000},
	{"audio_transcriptions", PERSON, charge_count, ITEM_TRANSCRIPTION, COUNTED, 100000},
	{"web_search_calls", {BY_USER, BY_API_KEY, SEARCH_API_SOURCE}, charge_count,
	ITEM_WEB_SEARCH, SEARCH_REQUESTS, 10000000},
	{"file_search_calls", PERSON, charge_count, ITEM_FILE_SEARCH, COUNTED, 2500000},
	{"code_interpreter_sessions", NO_PERSON, charge_count, ITEM_SESSIONS, COUNTED, 30000000},
	{"vector_stores", NO_PERSON, charge_storage, 0, 0, 0}
};

/* Training is no usage that the API shows. */
static void
charge_training(int64_t day_number, Day *day)
{
	static const Tariff tariff = {"", {NONE, BY_API_KEY, NONE}, NULL, 0, 0, 0};
	Event		training;
	Bill		bill = {&tariff, &training, day};

	memset(&training, 0, sizeof(training));
	training.time = day_number * DAY_SECONDS + 11 * 3600;
	training.dimension[BY_PROJECT] = SUPPORT;
	training.dimension[BY_API_KEY] = KEY_SUPPORT_TRIAGE;
	for (size_t i = 0; i < sizeof(trainings) / sizeof(trainings[0]); i++)
		if (trainings[i].age == plausible_age(day_number) && events_plan.density > 0)
			charge(&bill, ITEM_TRAINING, trainings[i].tokens * NANO,
				   (int64_t) trainings[i].tokens * PRICE_TRAINING_TOKEN);
}

void
plausible_costs(int64_t day_number, Day *day)
{
	for (size_t t = 0; t < sizeof(tariffs) / sizeof(tariffs[0]); t++)
	{
		const Day  *usage = events_day(endpoint_by_name(tariffs[t].endpoint), day_number);

		for (size_t i = 0; i < usage->count; i++)
		{
			Bill		bill = {&tariffs[t], &usage->events[i], day};

			tariffs[t].charge(&bill);
		}
	}
	charge_training(day_number, day);
}
