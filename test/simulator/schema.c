/*
 * schema.c
 *	  The endpoints as tables.  Written from the description of the API, not
 *	  from the client's catalogue, so that a mistake there shows.
 */
#include <string.h>

#include "fill.h"
#include "schema.h"

static const Width usage_widths[] = {
	{"1m", 60, 60, 1440},
	{"1h", 3600, 24, 168},
	{"1d", DAY_SECONDS, 7, 31},
	{NULL, 0, 0, 0}
};

static const Width cost_widths[] = {
	{"1d", DAY_SECONDS, 7, 180},
	{NULL, 0, 0, 0}
};

static const char *const listed_sources[] = {
	"image.generation", "image.edit", "image.variation", NULL
};
static const char *const listed_sizes[] = {
	"256x256", "512x512", "1024x1024", "1792x1792", "1024x1792", NULL
};
static const char *const listed_context_levels[] = {
	"low", "medium", "high", NULL
};

static const ValueList service_tiers = org_service_tiers;
static const ValueList api_sources = org_api_sources;
static const ValueList booleans = org_booleans;
static const ValueList image_sources = org_image_sources;
static const ValueList image_sizes = org_image_sizes;
static const ValueList context_levels = org_context_levels;

#define PROJECT {.name = "project_id", .values = &organization.projects, \
	.null_share = 8, .filter = "project_ids"}
#define USER {.name = "user_id", .values = &organization.users, \
	.null_share = 32, .filter = "user_ids"}
#define API_KEY {.name = "api_key_id", .values = &organization.api_keys, \
	.null_share = 24, .filter = "api_key_ids"}
#define MODEL(list) {.name = "model", .values = &organization.list, \
	.null_share = 10, .filter = "models"}
#define API_SOURCE {.name = "api_source", .values = &api_sources, \
	.null_share = 48, .newest = true}
#define END {.name = NULL}

static const Dimension chat_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(chat_models),
	{.name = "batch", .values = &booleans, .null_share = 20,
	.filter = "batch", .boolean = true},
	{.name = "service_tier", .values = &service_tiers, .null_share = 40},
	API_SOURCE,
	END
};
static const Dimension embedding_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(embedding_models), END
};
static const Dimension moderation_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(moderation_models), END
};
static const Dimension image_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(image_models),
	{.name = "size", .values = &image_sizes, .null_share = 16,
	.filter = "sizes", .listed = listed_sizes},
	{.name = "source", .values = &image_sources, .null_share = 12,
	.filter = "sources", .listed = listed_sources},
	END
};
static const Dimension speech_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(speech_models), END
};
static const Dimension transcription_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(transcription_models), END
};
static const Dimension vector_store_dimensions[] = {
	PROJECT,
	{.name = "vector_store_id", .values = &organization.vector_stores, .hidden = true},
	END
};
static const Dimension session_dimensions[] = {PROJECT, END};
static const Dimension file_search_dimensions[] = {
	PROJECT, USER, API_KEY,
	{.name = "vector_store_id", .values = &organization.vector_stores,
	.null_share = 8, .filter = "vector_store_ids"},
	END
};
static const Dimension web_search_dimensions[] = {
	PROJECT, USER, API_KEY, MODEL(chat_models),
	{.name = "context_level", .values = &context_levels, .null_share = 20,
	.filter = "context_levels", .listed = listed_context_levels},
	API_SOURCE,
	END
};
static const Dimension cost_dimensions[] = {
	PROJECT,
	{.name = "line_item", .values = &organization.line_items, .null_share = 8,
	.filter = "line_items", .newest_filter = true},
	API_KEY,
	{.name = "user_id", .values = &organization.users, .null_share = 32,
	.newest = true},
	API_SOURCE,
	END
};

/* in the order of measure.h */
static const Measure chat_measures[] = {
	{.name = "input_tokens"},
	{.name = "output_tokens"},
	{.name = "num_model_requests"},
	{.name = "input_cached_tokens"},
	{.name = "input_cache_write_tokens"},
	{.name = "input_uncached_tokens"},
	{.name = "input_text_tokens"},
	{.name = "output_text_tokens"},
	{.name = "input_cached_text_tokens"},
	{.name = "input_audio_tokens"},
	{.name = "input_cached_audio_tokens"},
	{.name = "output_audio_tokens"},
	{.name = "input_image_tokens"},
	{.name = "input_cached_image_tokens"},
	{.name = "output_image_tokens"},
	{.name = "input_cache_write_30m_tokens", .newest = true},
	{.name = "input_cache_write_12h_tokens", .newest = true},
	END
};
static const Measure token_measures[] = {
	{.name = "input_tokens"}, {.name = "num_model_requests"}, END
};
static const Measure image_measures[] = {
	{.name = "images"}, {.name = "num_model_requests"}, END
};
static const Measure speech_measures[] = {
	{.name = "characters"}, {.name = "num_model_requests"}, END
};
static const Measure transcription_measures[] = {
	{.name = "seconds"}, {.name = "num_model_requests"}, END
};
static const Measure vector_store_measures[] = {
	{.name = "usage_bytes"}, END
};
static const Measure session_measures[] = {
	{.name = "num_sessions"}, END
};
static const Measure file_search_measures[] = {
	{.name = "num_requests"}, END
};
static const Measure web_search_measures[] = {
	{.name = "num_model_requests"}, {.name = "num_requests"}, END
};
static const Measure cost_measures[] = {
	{.name = "amount", .kind = MEASURE_AMOUNT},
	{.name = "quantity", .kind = MEASURE_QUANTITY},
	END
};

#define USAGE(endpoint, result, stem, filler) \
	.name = endpoint, .path = "/organization/usage/" endpoint, \
	.object = "organization.usage." result ".result", \
	.widths = usage_widths, .dimensions = stem##_dimensions, \
	.measures = stem##_measures, .fill = filler

#define embedding_measures token_measures
#define moderation_measures token_measures

const Endpoint endpoints[] = {
	{USAGE("completions", "completions", chat, fill_completions)},
	{USAGE("decisions", "decisions", chat, fill_decisions), .newest = true},
	{USAGE("embeddings", "embeddings", embedding, fill_tokens)},
	{USAGE("moderations", "moderations", moderation, fill_tokens)},
	{USAGE("images", "images", image, fill_images)},
	{USAGE("audio_speeches", "audio_speeches", speech, fill_speeches)},
	{USAGE("audio_transcriptions", "audio_transcriptions", transcription,
		   fill_transcriptions)},
	{USAGE("vector_stores", "vector_stores", vector_store,
		   fill_vector_stores), .level = true},
	{USAGE("code_interpreter_sessions", "code_interpreter_sessions", session,
		   fill_calls)},
	{USAGE("file_search_calls", "file_searches", file_search, fill_calls)},
	{USAGE("web_search_calls", "web_searches", web_search,
		   fill_web_searches)},
	{.name = "costs", .path = "/organization/costs",
		.object = "organization.costs.result", .widths = cost_widths,
		.dimensions = cost_dimensions, .measures = cost_measures,
	.fill = fill_costs, .empty_tail = true},
	END
};

const Endpoint *
endpoint_by_name(const char *name)
{
	for (const Endpoint *e = endpoints; e->name; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

const Endpoint *
endpoint_by_path(const char *path)
{
	for (const Endpoint *e = endpoints; e->name; e++)
		if (strcmp(e->path, path) == 0)
			return e;
	return NULL;
}

int
endpoint_index(const Endpoint *endpoint)
{
	return (int) (endpoint - endpoints);
}

int
endpoint_dimension(const Endpoint *endpoint, const char *name)
{
	for (int i = 0; endpoint->dimensions[i].name; i++)
		if (strcmp(endpoint->dimensions[i].name, name) == 0)
			return i;
	return -1;
}
