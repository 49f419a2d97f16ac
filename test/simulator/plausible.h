/*
 * plausible.h
 *	  The plausible organization: a company with a shop, whose numbers look like
 *	  a company's and whose costs are what its usage costs.
 *
 * Ages are days before the one on which the simulator was started, so that the
 * organization is always in the middle of its story.
 */
#ifndef PLAUSIBLE_H
#define PLAUSIBLE_H

#include "day.h"

/* Indexes into its lists of names. */
enum
{
	WEB = 1, SUPPORT, DATA, RESEARCH, TOOLS, VOICE_PILOT, SANDBOX
};

enum
{
	AMARA = 1, BRUNO, CHEN, DILEK, ELIAS, FARAH, GORAN, HANA
};

enum
{
	KEY_WEB_PRODUCTION = 1, KEY_WEB_CATALOGUE, KEY_SUPPORT_BOT, KEY_SUPPORT_TRIAGE,
	KEY_DATA_NIGHTLY, KEY_DATA_SEARCH, KEY_RESEARCH_LAB, KEY_TOOLS_CODE,
	KEY_TOOLS_FARAH, KEY_VOICE
};

enum
{
	GPT_5_4 = 1, GPT_5_4_MINI, GPT_6_ASTRA, GPT_6_LUNA, FINE_TUNED
};

enum
{
	EMBEDDING_SMALL = 1, EMBEDDING_LARGE
};

enum
{
	STORE_HELP = 1, STORE_PRODUCTS, STORE_PAPERS
};

/* Line items; those of a chat model are input, cached input, output, in its order. */
enum
{
	ITEM_CHAT = 1,
	ITEM_EMBEDDING = ITEM_CHAT + 3 * FINE_TUNED,
	ITEM_IMAGES = ITEM_EMBEDDING + EMBEDDING_LARGE,
	ITEM_SPEECH, ITEM_TRANSCRIPTION, ITEM_WEB_SEARCH, ITEM_FILE_SEARCH,
	ITEM_SESSIONS, ITEM_STORAGE, ITEM_TRAINING
};

/* The days from the given one to that of the start; negative if it is later. */
extern int	plausible_age(int64_t day_number);

/* The moment so many days, or seconds, before the start; never 0. */
extern int64_t plausible_time(int age_days, int seconds);

/*
 * How much bigger something is than when it was small: 1 at the start and later,
 * less the longer ago, `growth` times less a year before.
 */
extern double plausible_growth(int age_days, double growth);

/* in plausible_usage.c: the events of usage of a day */
extern void plausible_usage(const Endpoint *endpoint, int64_t day_number, Day *day);

/* in plausible_costs.c: what the usage of a day costs, and what else there is */
extern void plausible_costs(int64_t day_number, Day *day);

#endif
