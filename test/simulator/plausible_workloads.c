/*
 * plausible_workloads.c
 *	  Who in the plausible organization uses what, when and how much.
 *
 * Tell a story here, not in code: a new model that takes over is one workload
 * that ends and one that begins, a runaway job is one of a single day.
 */
#include "measure.h"
#include "plausible.h"
#include "plausible_workloads.h"

#define FALSE 1					/* in org_booleans */
#define TRUE 2
#define RESPONSES 1				/* in org_api_sources */
#define CHAT_COMPLETIONS 2
#define DEFAULT 1				/* in org_service_tiers */
#define FLEX 2
#define PRIORITY 3
#define NOBODY 0				/* no user: a service account's key */
#define NO_KEY 0				/* on the web pages of the API, not by a key */

#define LUNA_CAME 120			/* ages: the shop moves from one model to another */
#define ASTRA_CAME 75
#define VOICE_ENDED 150
#define FARAH_LEFT 45
#define RUNAWAY 9

static const Rhythm office = {
	{0, 0, 0, 0, 0, 1, 8, 40, 85, 100, 100, 85, 55, 85, 100, 95, 80, 50, 20, 8, 5, 3, 1, 0},
	{95, 105, 100, 100, 85, 4, 3}
};
static const Rhythm shoppers = {
	{18, 10, 6, 5, 5, 8, 18, 35, 50, 58, 62, 66, 70, 64, 60, 62, 68, 80, 94, 100, 96, 80, 55, 32},
	{92, 92, 100, 98, 108, 125, 120}
};
static const Rhythm help_seekers = {
	{8, 5, 4, 4, 5, 10, 25, 55, 90, 100, 96, 85, 75, 80, 84, 80, 70, 60, 52, 48, 40, 30, 20, 12},
	{120, 105, 100, 98, 95, 60, 52}
};
static const Rhythm nightly = {
	{0, 100, 100, 85, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	{100, 100, 100, 100, 100, 100, 100}
};
static const Rhythm one_night = {
	{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 100, 100, 100, 100, 100, 100},
	{100, 100, 100, 100, 100, 100, 100}
};

#define CHAT(project, user, api_key, model, batch, tier, source) \
	"completions", WORK_CHAT, {project, user, api_key, model, batch, tier, source}
#define CALL(project, user, api_key, model) \
	CHAT(project, user, api_key, model, FALSE, DEFAULT, RESPONSES)
#define BATCH(project, user, api_key, model) \
	CHAT(project, user, api_key, model, TRUE, DEFAULT, CHAT_COMPLETIONS)

const Workload plausible_workloads[] = {
	/* the shop's assistant, and texts for its catalogue */
	{CALL(WEB, NOBODY, KEY_WEB_PRODUCTION, GPT_5_4_MINI), &shoppers,
	9000, 4700, 760, 58, 4, 1.9, ALWAYS, LUNA_CAME},
	{CALL(WEB, NOBODY, KEY_WEB_PRODUCTION, GPT_6_LUNA), &shoppers,
	9000, 5000, 730, 62, 4, 1.9, LUNA_CAME - 1, STILL},
	{BATCH(WEB, NOBODY, KEY_WEB_CATALOGUE, GPT_5_4_MINI), &nightly,
	1300, 3600, 2440, 0, 0, 1.4, ALWAYS, STILL},

	/* answers to customers; the hard ones get the better model */
	{CALL(SUPPORT, NOBODY, KEY_SUPPORT_BOT, GPT_5_4), &help_seekers,
	2600, 3200, 340, 70, 6, 2.2, ALWAYS, STILL},
	{CHAT(SUPPORT, NOBODY, KEY_SUPPORT_BOT, GPT_6_ASTRA, FALSE, PRIORITY, RESPONSES), &help_seekers,
	760, 3600, 360, 66, 6, 3.0, ASTRA_CAME, STILL},
	{CALL(SUPPORT, NOBODY, KEY_SUPPORT_TRIAGE, FINE_TUNED), &help_seekers,
	6400, 700, 28, 0, 0, 2.0, 200, STILL},

	/* documents are classified every night, and searched by day */
	{BATCH(DATA, NOBODY, KEY_DATA_NIGHTLY, GPT_5_4_MINI), &nightly,
	3000, 10700, 1380, 0, 0, 1.6, ALWAYS, STILL},
	{BATCH(DATA, NOBODY, KEY_DATA_NIGHTLY, GPT_5_4), &nightly,
	1200, 6500, 1560, 0, 0, 1.5, ALWAYS, STILL},
	{CHAT(DATA, NOBODY, KEY_DATA_SEARCH, GPT_6_LUNA, FALSE, FLEX, RESPONSES), &office,
	2400, 1900, 160, 35, 5, 1.7, LUNA_CAME, STILL},

	/* people at work: experiments */
	{CALL(RESEARCH, DILEK, KEY_RESEARCH_LAB, GPT_5_4), &office,
	330, 6200, 1450, 30, 10, 1.6, ALWAYS, ASTRA_CAME},
	{CALL(RESEARCH, DILEK, KEY_RESEARCH_LAB, GPT_6_ASTRA), &office,
	330, 6200, 1500, 30, 10, 1.6, ASTRA_CAME - 1, STILL},
	{CALL(RESEARCH, ELIAS, NO_KEY, GPT_5_4), &office,
	120, 5200, 1300, 20, 8, 1.3, ALWAYS, STILL},
	{CALL(RESEARCH, ELIAS, KEY_RESEARCH_LAB, GPT_5_4), &one_night,
	11000, 6000, 1150, 5, 0, 1.0, RUNAWAY, RUNAWAY},

	/* and code */
	{CALL(TOOLS, AMARA, KEY_TOOLS_CODE, GPT_5_4), &office,
	180, 9200, 900, 82, 12, 1.8, ALWAYS, STILL},
	{CALL(TOOLS, BRUNO, KEY_TOOLS_CODE, GPT_5_4), &office,
	140, 8800, 860, 80, 12, 1.8, ALWAYS, STILL},
	{CALL(TOOLS, CHEN, KEY_TOOLS_CODE, GPT_6_ASTRA), &office,
	90, 9600, 980, 84, 12, 1.8, ASTRA_CAME, STILL},
	{CALL(TOOLS, FARAH, KEY_TOOLS_FARAH, GPT_5_4), &office,
	110, 8600, 820, 79, 12, 1.2, ALWAYS, FARAH_LEFT},
	{CALL(TOOLS, GORAN, NO_KEY, GPT_6_LUNA), &office,
	60, 2400, 420, 10, 0, 1.0, LUNA_CAME, STILL},

	/* a pilot that was given up */
	{CALL(VOICE_PILOT, NOBODY, KEY_VOICE, GPT_5_4_MINI), &help_seekers,
	900, 1100, 140, 40, 5, 1.0, ALWAYS, VOICE_ENDED},
	{"audio_speeches", WORK_COUNTED, {VOICE_PILOT, NOBODY, KEY_VOICE, 1}, &help_seekers,
	900, 340, 0, 0, 0, 1.0, ALWAYS, VOICE_ENDED},
	{"audio_transcriptions", WORK_COUNTED, {VOICE_PILOT, NOBODY, KEY_VOICE, 1}, &help_seekers,
	900, 22, 0, 0, 0, 1.0, ALWAYS, VOICE_ENDED},

	/* calls that are written down, and speech for the shop */
	{"audio_transcriptions", WORK_COUNTED, {SUPPORT, NOBODY, KEY_SUPPORT_BOT, 1}, &help_seekers,
	160, 210, 0, 0, 0, 1.7, ALWAYS, STILL},
	{"audio_speeches", WORK_COUNTED, {WEB, NOBODY, KEY_WEB_PRODUCTION, 1}, &shoppers,
	240, 260, 0, 0, 0, 1.5, 260, STILL},

	/* what is said in public is moderated, which is free */
	{"moderations", WORK_COUNTED, {WEB, NOBODY, KEY_WEB_PRODUCTION, 1}, &shoppers,
	9000, 300, 0, 0, 0, 1.9, ALWAYS, STILL},
	{"decisions", WORK_CHAT, {SUPPORT, NOBODY, KEY_SUPPORT_TRIAGE, GPT_6_LUNA, FALSE, DEFAULT, RESPONSES},
	&help_seekers, 1800, 640, 4, 0, 0, 2.0, LUNA_CAME, STILL},

	{"embeddings", WORK_COUNTED, {DATA, NOBODY, KEY_DATA_NIGHTLY, EMBEDDING_LARGE}, &nightly,
	18000, 520, 0, 0, 0, 1.6, ALWAYS, STILL},
	{"embeddings", WORK_COUNTED, {DATA, NOBODY, KEY_DATA_SEARCH, EMBEDDING_SMALL}, &office,
	9000, 24, 0, 0, 0, 1.7, ALWAYS, STILL},
	{"embeddings", WORK_COUNTED, {SUPPORT, NOBODY, KEY_SUPPORT_BOT, EMBEDDING_SMALL}, &help_seekers,
	3300, 60, 0, 0, 0, 2.2, ALWAYS, STILL},

	/* size, source: 1024x1024 and 1024x1792, image.generation and image.edit */
	{"images", WORK_COUNTED, {WEB, HANA, KEY_WEB_CATALOGUE, 1, 1, 1}, &office,
	90, 2, 0, 0, 0, 1.8, ALWAYS, STILL},
	{"images", WORK_COUNTED, {WEB, HANA, KEY_WEB_CATALOGUE, 1, 4, 2}, &office,
	35, 1, 0, 0, 0, 1.8, 180, STILL},

	{"file_search_calls", WORK_CALLS, {SUPPORT, NOBODY, KEY_SUPPORT_BOT, STORE_HELP}, &help_seekers,
	1500, 1, 0, 0, 0, 2.2, ALWAYS, STILL},
	{"file_search_calls", WORK_CALLS, {WEB, NOBODY, KEY_WEB_PRODUCTION, STORE_PRODUCTS}, &shoppers,
	1100, 1, 0, 0, 0, 1.9, 240, STILL},
	{"file_search_calls", WORK_CALLS, {RESEARCH, DILEK, KEY_RESEARCH_LAB, STORE_PAPERS}, &office,
	70, 1, 0, 0, 0, 1.5, ALWAYS, STILL},

	/* context level: medium and high */
	{"web_search_calls", WORK_SEARCHES, {RESEARCH, DILEK, KEY_RESEARCH_LAB, GPT_6_ASTRA, 3, RESPONSES}, &office,
	140, 1, 0, 0, 0, 1.6, ASTRA_CAME, STILL},
	{"web_search_calls", WORK_SEARCHES, {SUPPORT, NOBODY, KEY_SUPPORT_BOT, GPT_5_4, 1, RESPONSES}, &help_seekers,
	190, 1, 0, 0, 0, 2.2, 300, STILL},

	{"code_interpreter_sessions", WORK_CALLS, {DATA}, &office,
	75, 1, 0, 0, 0, 1.5, ALWAYS, STILL},
	{"code_interpreter_sessions", WORK_CALLS, {RESEARCH}, &office,
	40, 1, 0, 0, 0, 1.5, ALWAYS, STILL},
	{.endpoint = NULL}
};

const Store plausible_stores[] = {
	{STORE_HELP, SUPPORT, 34, 2.0},
	{STORE_PRODUCTS, WEB, 90, 2.6},
	{STORE_PAPERS, RESEARCH, 56, 1.6},
	{0, 0, 0, 0}
};

int64_t
plausible_store_bytes(const Store *store, int64_t day_number)
{
	double		quarters = (double) store->quarter_gibibytes *
		plausible_growth(plausible_age(day_number), store->growth);

	return (int64_t) quarters << 28;
}
