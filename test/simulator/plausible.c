/*
 * plausible.c
 *	  The plausible organization: its names, and where in its story a day is.
 */
#include <stddef.h>
#include <string.h>

#include "events.h"
#include "measure.h"
#include "plausible.h"
#include "plausible_roster.h"

static const char *const projects[] = {
	[WEB] = "proj_web",
	[SUPPORT] = "proj_support",
	[DATA] = "proj_data",
	[RESEARCH] = "proj_research",
	[TOOLS] = "proj_tools",
	[VOICE_PILOT] = "proj_voice_pilot",
	[SANDBOX] = "proj_sandbox",
	NULL
};

static const char *const users[] = {
	[AMARA] = "user-amara",
	[BRUNO] = "user-bruno",
	[CHEN] = "user-chen",
	[DILEK] = "user-dilek",
	[ELIAS] = "user-elias",
	[FARAH] = "user-farah",
	[GORAN] = "user-goran",
	[HANA] = "user-hana",
	NULL
};

static const char *const api_keys[] = {
	[KEY_WEB_PRODUCTION] = "key_web_production",
	[KEY_WEB_CATALOGUE] = "key_web_catalogue",
	[KEY_SUPPORT_BOT] = "key_support_bot",
	[KEY_SUPPORT_TRIAGE] = "key_support_triage",
	[KEY_DATA_NIGHTLY] = "key_data_nightly",
	[KEY_DATA_SEARCH] = "key_data_search",
	[KEY_RESEARCH_LAB] = "key_research_lab",
	[KEY_TOOLS_CODE] = "key_tools_code",
	[KEY_TOOLS_FARAH] = "key_tools_farah",
	[KEY_VOICE] = "key_voice",
	NULL
};

static const char *const vector_stores[] = {
	[STORE_HELP] = "vs_help_center",
	[STORE_PRODUCTS] = "vs_products",
	[STORE_PAPERS] = "vs_papers",
	NULL
};

static const char *const chat_models[] = {
	[GPT_5_4] = "gpt-5.4-2026-03-05",
	[GPT_5_4_MINI] = "gpt-5.4-mini-2026-03-17",
	[GPT_6_ASTRA] = "gpt-6-astra",
	[GPT_6_LUNA] = "gpt-6-luna",
	[FINE_TUNED] = "ft:gpt-5.4-mini-2026-03-17:acme:triage:Bx3k9Qz2",
	NULL
};

static const char *const embedding_models[] = {
	[EMBEDDING_SMALL] = "text-embedding-3-small",
	[EMBEDDING_LARGE] = "text-embedding-3-large",
	NULL
};

static const char *const moderation_models[] = {NULL, "omni-moderation-latest", NULL};
static const char *const image_models[] = {NULL, "gpt-image-3", NULL};
static const char *const speech_models[] = {NULL, "tts-1-hd", NULL};
static const char *const transcription_models[] = {NULL, "gpt-5-transcribe", NULL};

/* The newer models' kinds are written in another way (docs/api.md section 4). */
#define TOKENS_OF(model) model ", input", model ", cached input", model ", output"
#define NEW_TOKENS_OF(model) \
	model ", input_tokens", model ", cached_input_tokens", model ", output_tokens"

static const char *const line_items[] = {
	NULL,
	TOKENS_OF("gpt-5.4-2026-03-05"),
	TOKENS_OF("gpt-5.4-mini-2026-03-17"),
	NEW_TOKENS_OF("gpt-6-astra"),
	NEW_TOKENS_OF("gpt-6-luna"),
	TOKENS_OF("ft:gpt-5.4-mini-2026-03-17:acme:triage:Bx3k9Qz2"),
	"text-embedding-3-small, input",
	"text-embedding-3-large, input",
	[ITEM_IMAGES] = "Image models",
	[ITEM_SPEECH] = "tts-1-hd, characters",
	[ITEM_TRANSCRIPTION] = "gpt-5-transcribe, duration",
	[ITEM_WEB_SEARCH] = "web search tool calls",
	[ITEM_FILE_SEARCH] = "file search tool calls",
	[ITEM_SESSIONS] = "code interpreter sessions",
	[ITEM_STORAGE] = "file search storage",
	[ITEM_TRAINING] = "gpt-5.4-mini-2026-03-17, training",
	NULL
};

static const unsigned char line_item_units[] = {
	[ITEM_CHAT ... ITEM_EMBEDDING + EMBEDDING_LARGE - 1] = UNIT_TOKENS,
	[ITEM_IMAGES] = UNIT_IMAGES,
	[ITEM_SPEECH] = UNIT_CHARACTERS,
	[ITEM_TRANSCRIPTION] = UNIT_DURATION_SECONDS,
	[ITEM_WEB_SEARCH] = UNIT_CALLS,
	[ITEM_FILE_SEARCH] = UNIT_CALLS,
	[ITEM_SESSIONS] = UNIT_SESSIONS,
	[ITEM_STORAGE] = UNIT_GIBIBYTE_HOURS,
	[ITEM_TRAINING] = UNIT_TOKENS
};

int
plausible_age(int64_t day_number)
{
	return (int) (events_plan.first_clock / DAY_SECONDS - day_number);
}

int64_t
plausible_time(int age_days, int seconds)
{
	int64_t		day = events_plan.first_clock / DAY_SECONDS - age_days;
	int64_t		time = day * DAY_SECONDS + seconds;

	return time > 0 ? time : 1;
}

double
plausible_growth(int age_days, double growth)
{
	return age_days > 0 ? 1 / (1 + (growth - 1) * age_days / 365) : 1;
}

static void
make_day(const Endpoint *endpoint, int64_t number, Day *day)
{
	if (strcmp(endpoint->name, "costs") == 0)
		plausible_costs(number, day);
	else
		plausible_usage(endpoint, number, day);
	day_sort(day);
}

const Organization plausible_organization = {
	.name = "plausible",
	.projects = projects,
	.users = users,
	.api_keys = api_keys,
	.vector_stores = vector_stores,
	.chat_models = chat_models,
	.embedding_models = embedding_models,
	.moderation_models = moderation_models,
	.image_models = image_models,
	.speech_models = speech_models,
	.transcription_models = transcription_models,
	.line_items = line_items,
	.line_item_units = line_item_units,
	.make_day = make_day,
	.is_plausible = true
};
