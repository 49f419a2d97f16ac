/*
 * endpoint.c
 *	  The catalogue: which endpoints, columns, filters, widths and limits exist.
 *
 * Columns are in the order in which import declares them: the edges of the
 * bucket, dimensions, then measures with their units.  Those of lists are in
 * endpoint_list.c.
 */
#include "postgres.h"

#include "catalogue/endpoint_private.h"

#define MINUTE_US	INT64CONST(60000000)
#define HOUR_US		(60 * MINUTE_US)
#define DAY_US		(24 * HOUR_US)

static const UsageWidth usage_widths[] = {
	{"1m", MINUTE_US, 1440},
	{"1h", HOUR_US, 168},
	{"1d", DAY_US, 31},
	END
};

static const UsageWidth cost_widths[] = {
	{"1d", DAY_US, 180},
	END
};

const UsageWidth usage_no_width[] = {
	{"", 1, 100},
	END
};

static const char *const image_sources[] = {
	"image.generation", "image.edit", "image.variation", NULL
};
static const char *const image_sizes[] = {
	"256x256", "512x512", "1024x1024", "1792x1792", "1024x1792", NULL
};
static const char *const search_context_levels[] = {"low", "medium", "high", NULL};

/* What several endpoints have. */
#define PROJECT DIM("project_id", "project_ids", "id of the project, as in projects")
#define USER DIM("user_id", "user_ids", "id of the user, as in users")
#define API_KEY DIM("api_key_id", "api_key_ids", "id of the API key, as in project_api_keys")
#define MODEL DIM("model", "models", "name of the model")
#define SOURCE EXTRA_DIM("api_source", NULL, "source of the traffic, as the API names it")
#define MODEL_REQUESTS SENT_COUNT("num_model_requests", "requests", "requests made to the model")

/* completions and decisions */
static const UsageColumn model_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	BOOL_DIM("batch", "batch", "whether the requests were of batch jobs"),
	DIM("service_tier", NULL, "service tier of the requests"),
	SOURCE,
	MODEL_REQUESTS,
	SENT_COUNT("input_tokens", "tokens", "all input: cached, cache writes, text, audio and images"),
	SENT_COUNT("output_tokens", "tokens", "all output: text, audio and images"),
	COUNT("input_cached_tokens", "tokens", "input that came from the cache; in input_tokens"),
	COUNT("input_cache_write_tokens", "tokens", "input that was written to the cache; in input_tokens"),
	COUNT("input_cache_write_30m_tokens", "tokens", "input that was written to the cache for 30 minutes"),
	COUNT("input_cache_write_12h_tokens", "tokens", "input that was written to the cache for 12 hours"),
	COUNT("input_uncached_tokens", "tokens", "input that is neither cached nor a cache write; in input_tokens"),
	COUNT("input_text_tokens", "tokens", "text input that is neither cached nor a cache write"),
	COUNT("output_text_tokens", "tokens", "text output; in output_tokens"),
	COUNT("input_cached_text_tokens", "tokens", "text input that came from the cache"),
	COUNT("input_audio_tokens", "tokens", "audio input that is not cached"),
	COUNT("input_cached_audio_tokens", "tokens", "audio input that came from the cache"),
	COUNT("output_audio_tokens", "tokens", "audio output; in output_tokens"),
	COUNT("input_image_tokens", "tokens", "image input that is not cached"),
	COUNT("input_cached_image_tokens", "tokens", "image input that came from the cache"),
	COUNT("output_image_tokens", "tokens", "image output; in output_tokens"),
	END
};

/* embeddings and moderations */
static const UsageColumn input_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	MODEL_REQUESTS,
	SENT_COUNT("input_tokens", "tokens", "all input"),
	END
};

static const UsageColumn image_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	LISTED_DIM("source", "sources", image_sources, "what made the images, such as image.edit"),
	LISTED_DIM("size", "sizes", image_sizes, "width and height of the images in pixels"),
	MODEL_REQUESTS,
	SENT_COUNT("images", "images", "images processed"),
	END
};

static const UsageColumn speech_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	MODEL_REQUESTS,
	SENT_COUNT("characters", "characters", "text processed"),
	END
};

static const UsageColumn transcription_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	MODEL_REQUESTS,
	SENT_COUNT("seconds", "seconds", "audio processed"),
	END
};

static const UsageColumn vector_store_columns[] = {
	BUCKET,
	PROJECT,
	GAUGE("usage_bytes", "bytes", "storage in use: a reading, which does not add up over time"),
	END
};

static const UsageColumn session_columns[] = {
	BUCKET,
	PROJECT,
	SENT_COUNT("num_sessions", "sessions", "sessions of the code interpreter"),
	END
};

static const UsageColumn file_search_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	DIM("vector_store_id", "vector_store_ids", "id of the vector store that was searched"),
	SENT_COUNT("num_requests", "calls", "calls of file search"),
	END
};

static const UsageColumn web_search_columns[] = {
	BUCKET,
	PROJECT,
	USER,
	API_KEY,
	MODEL,
	LISTED_DIM("context_level", "context_levels", search_context_levels, "size of the search context"),
	SOURCE,
	MODEL_REQUESTS,
	SENT_COUNT("num_requests", "calls", "calls of web search"),
	END
};

/* Not every organization may group by all of these at once. */
static const UsageColumn cost_columns[] = {
	BUCKET,
	PROJECT,
	DIM("line_item", "line_items", "what was billed, such as a model with a kind of tokens"),
	EXTRA_DIM("api_key_id", "api_key_ids", "id of the API key, as in project_api_keys"),
	EXTRA_DIM("user_id", NULL, "id of the user, as in users"),
	SOURCE,
	NUMBER("amount", "amount.value", NULL, "currency", "what it cost"),
	FACET("currency", "amount.currency", "currency of the amount: ISO 4217, in lower case"),
	NUMBER("quantity", "quantity", "line_item", "quantity_unit", "how much of the line item was used"),
	LABEL("quantity_unit", "quantity_unit", "line_item", "unit of the quantity; NULL: there is no single one"),
	END
};

static const UsageColumn bucket_columns[] = {
	BUCKET,
	END
};
static const UsageColumn no_columns[] = {END};

#define USAGE(name, columns, about) \
	{name, "/organization/usage/" name, usage_widths, columns, USAGE_BUCKETS, .description = about}
#define PROJECT_PATH "/organization/projects/{project_id}"

const UsageEndpoint usage_endpoints[] = {
	{"completions", "/organization/usage/completions", usage_widths, model_columns, USAGE_BUCKETS,
	.sample = "usage", .description = "usage of completions: requests and tokens"},
	USAGE("decisions", model_columns, "usage of decisions: requests and tokens"),
	USAGE("embeddings", input_columns, "usage of embeddings: requests and tokens"),
	USAGE("moderations", input_columns, "usage of moderations: requests and tokens"),
	USAGE("images", image_columns, "usage of image models: requests and images"),
	USAGE("audio_speeches", speech_columns, "usage of text to speech: requests and characters"),
	USAGE("audio_transcriptions", transcription_columns, "usage of transcription: requests and seconds of audio"),
	USAGE("vector_stores", vector_store_columns, "storage that vector stores take"),
	USAGE("code_interpreter_sessions", session_columns, "usage of the code interpreter: sessions"),
	USAGE("file_search_calls", file_search_columns, "usage of file search: calls"),
	USAGE("web_search_calls", web_search_columns, "usage of web search: calls, and requests to models"),
	{"costs", "/organization/costs", cost_widths, cost_columns, USAGE_BUCKETS,
	.sample = "costs", .description = "costs by day, as they are invoiced"},
	{"projects", "/organization/projects", usage_no_width, endpoint_projects, USAGE_LIST,
	.whole = {"include_archived", "true"}, .sample = "lists", .item_path = "/organization/projects/{id}",
	.description = "projects of the organization, archived ones as well"},
	{"users", "/organization/users", usage_no_width, endpoint_users, USAGE_LIST,
	.item_path = "/organization/users/{id}", .description = "users of the organization"},
	{"project_users", PROJECT_PATH "/users", usage_no_width, endpoint_project_users, USAGE_LIST,
	.description = "users of each project"},
	{"project_service_accounts", PROJECT_PATH "/service_accounts", usage_no_width, endpoint_service_accounts,
	USAGE_LIST, .description = "service accounts of each project"},
	{"project_api_keys", PROJECT_PATH "/api_keys", usage_no_width, endpoint_api_keys, USAGE_LIST,
	.whole = {"owner_project_access", "any"}, .description = "API keys of each project"},
	{"project_rate_limits", PROJECT_PATH "/rate_limits", usage_no_width, endpoint_rate_limits, USAGE_LIST,
	.description = "rate limits of each project, by model"},
	{"admin_api_keys", "/organization/admin_api_keys", usage_no_width, endpoint_admin_keys, USAGE_LIST,
	.newest_first = {"order", "desc"}, .description = "admin keys of the organization"},
	{"spend_limits", "/organization/spend_limit", usage_no_width, endpoint_limits, USAGE_OBJECT,
	.description = "spend limit of the organization, if there is one"},
	{"project_spend_limits", PROJECT_PATH "/spend_limit", usage_no_width, endpoint_project_limits, USAGE_OBJECT,
	.description = "spend limit of each project that has one"},
	{"spend_alerts", "/organization/spend_alerts", usage_no_width, endpoint_alerts, USAGE_LIST,
	.description = "spend alerts of the organization"},
	{"project_spend_alerts", PROJECT_PATH "/spend_alerts", usage_no_width, endpoint_project_alerts, USAGE_LIST,
	.description = "spend alerts of each project"},
	END
};

const UsageEndpoint usage_unknown_endpoints[] = {
	[USAGE_BUCKETS] = {NULL, NULL, usage_widths, bucket_columns, USAGE_BUCKETS},
	[USAGE_LIST] = {NULL, NULL, usage_no_width, no_columns, USAGE_LIST},
	[USAGE_OBJECT] = {NULL, NULL, usage_no_width, no_columns, USAGE_OBJECT}
};

const UsageParent usage_parents[] = {
	{"project_id", "projects", "archived_at"},
	END
};
