/*
 * endpoint.c
 *	  The catalogue: which endpoints, columns, filters, widths and limits exist.
 *
 * Columns are in the order in which import declares them: the edges of the
 * bucket, dimensions, then measures with their units.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "catalogue/endpoint.h"

#define MINUTE_US	INT64CONST(60000000)
#define HOUR_US		(60 * MINUTE_US)
#define DAY_US		(24 * HOUR_US)

/* Members that are not initialized are NULL or false. */
#define BUCKET \
	{"start_time", TIMESTAMPTZOID, USAGE_BUCKET, USAGE_START, .always_sent = true, .imported = true}, \
	{"end_time", TIMESTAMPTZOID, USAGE_BUCKET, USAGE_END, .always_sent = true, .imported = true}, \
	{"day", DATEOID, USAGE_BUCKET, USAGE_DAY, .always_sent = true, .imported = true}

/* A text dimension: any value; listed values; imported only on request. */
#define DIM(name, filter) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = true}
#define LISTED_DIM(name, filter, values) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, values, .imported = true}
#define EXTRA_DIM(name, filter) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = false}
#define BOOL_DIM(name, filter) \
	{name, BOOLOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = true}

/* A count: always sent; sent only where it applies. */
#define SENT_COUNT(name) \
	{name, INT8OID, USAGE_MEASURE, USAGE_NO_EDGE, name, .always_sent = true, .imported = true}
#define COUNT(name) \
	{name, INT8OID, USAGE_MEASURE, USAGE_NO_EDGE, name, .imported = true}

/* A number or label: its name may differ from its field, or need a dimension. */
#define NUMBER(name, field, required_dim) \
	{name, NUMERICOID, USAGE_MEASURE, USAGE_NO_EDGE, field, .required = required_dim, .imported = true}
#define LABEL(name, field, required_dim) \
	{name, TEXTOID, USAGE_LABEL, USAGE_NO_EDGE, field, .required = required_dim, .imported = true}

#define FACET(name, field) \
	{name, TEXTOID, USAGE_FACET, USAGE_NO_EDGE, field, .imported = true}

/*
 * A member of a list's object, sent always or not; of another name; and what
 * the object is under.
 */
#define SENT_MEMBER(name, type) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, name, .always_sent = true, .imported = true}
#define MEMBER(name, type) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, name, .imported = true}
#define SENT_MEMBER_AT(name, type, field) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, field, .always_sent = true, .imported = true}
#define MEMBER_AT(name, type, field) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, field, .imported = true}
#define PARENT(name) \
	{name, TEXTOID, USAGE_PARENT, USAGE_NO_EDGE, NULL, name, .form = USAGE_FILTER_PATH, \
	.always_sent = true, .imported = true}

/* The id of an object that can be asked for by itself. */
#define ITEM_ID \
	{"id", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "id", "id", .form = USAGE_FILTER_ITEM, \
	.always_sent = true, .imported = true}

#define END {NULL}

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

/* completions and decisions */
static const UsageColumn model_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	BOOL_DIM("batch", "batch"),
	DIM("service_tier", NULL),
	EXTRA_DIM("api_source", NULL),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("input_tokens"),
	SENT_COUNT("output_tokens"),
	COUNT("input_cached_tokens"),
	COUNT("input_cache_write_tokens"),
	COUNT("input_cache_write_30m_tokens"),
	COUNT("input_cache_write_12h_tokens"),
	COUNT("input_uncached_tokens"),
	COUNT("input_text_tokens"),
	COUNT("output_text_tokens"),
	COUNT("input_cached_text_tokens"),
	COUNT("input_audio_tokens"),
	COUNT("input_cached_audio_tokens"),
	COUNT("output_audio_tokens"),
	COUNT("input_image_tokens"),
	COUNT("input_cached_image_tokens"),
	COUNT("output_image_tokens"),
	END
};

/* embeddings and moderations */
static const UsageColumn input_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("input_tokens"),
	END
};

static const UsageColumn image_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	LISTED_DIM("source", "sources", image_sources),
	LISTED_DIM("size", "sizes", image_sizes),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("images"),
	END
};

static const UsageColumn speech_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("characters"),
	END
};

static const UsageColumn transcription_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("seconds"),
	END
};

static const UsageColumn vector_store_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	{"usage_bytes", INT8OID, USAGE_GAUGE, USAGE_NO_EDGE, "usage_bytes",
	.always_sent = true, .imported = true},
	END
};

static const UsageColumn session_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	SENT_COUNT("num_sessions"),
	END
};

static const UsageColumn file_search_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("vector_store_id", "vector_store_ids"),
	SENT_COUNT("num_requests"),
	END
};

static const UsageColumn web_search_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("user_id", "user_ids"),
	DIM("api_key_id", "api_key_ids"),
	DIM("model", "models"),
	LISTED_DIM("context_level", "context_levels", search_context_levels),
	EXTRA_DIM("api_source", NULL),
	SENT_COUNT("num_model_requests"),
	SENT_COUNT("num_requests"),
	END
};

/* Not every organization may group by all of these at once. */
static const UsageColumn cost_columns[] = {
	BUCKET,
	DIM("project_id", "project_ids"),
	DIM("line_item", "line_items"),
	EXTRA_DIM("api_key_id", "api_key_ids"),
	EXTRA_DIM("user_id", NULL),
	EXTRA_DIM("api_source", NULL),
	NUMBER("amount", "amount.value", NULL),
	FACET("currency", "amount.currency"),
	NUMBER("quantity", "quantity", "line_item"),
	LABEL("quantity_unit", "quantity_unit", "line_item"),
	END
};

static const char *const project_in_use[] = {"active", NULL};
static const char *const not_archived[] = {"null", NULL};
static const char *const owner_accesses[] = {"active", "inactive", NULL};

static const UsageColumn project_columns[] = {
	ITEM_ID,
	MEMBER("name", TEXTOID),
	{"status", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "status", "include_archived", project_in_use,
	.form = USAGE_FILTER_UNSENT, .imported = true},
	SENT_MEMBER("created_at", TIMESTAMPTZOID),
	{"archived_at", TIMESTAMPTZOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "archived_at", "include_archived",
	not_archived, .form = USAGE_FILTER_UNSENT, .null_test = true, .imported = true},
	MEMBER("external_key_id", TEXTOID),
	END
};

static const UsageColumn user_columns[] = {
	ITEM_ID,
	MEMBER("name", TEXTOID),
	{"email", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "email", "emails", .imported = true},
	MEMBER("role", TEXTOID),
	SENT_MEMBER("added_at", TIMESTAMPTZOID),
	MEMBER("is_service_account", BOOLOID),
	MEMBER("api_key_last_used_at", TIMESTAMPTZOID),
	END
};

static const UsageColumn project_user_columns[] = {
	PARENT("project_id"),
	SENT_MEMBER("id", TEXTOID),
	MEMBER("name", TEXTOID),
	MEMBER("email", TEXTOID),
	SENT_MEMBER("role", TEXTOID),
	SENT_MEMBER("added_at", TIMESTAMPTZOID),
	END
};

static const UsageColumn service_account_columns[] = {
	PARENT("project_id"),
	SENT_MEMBER("id", TEXTOID),
	SENT_MEMBER("name", TEXTOID),
	SENT_MEMBER("role", TEXTOID),
	SENT_MEMBER("created_at", TIMESTAMPTZOID),
	END
};

static const UsageColumn api_key_columns[] = {
	PARENT("project_id"),
	SENT_MEMBER("id", TEXTOID),
	SENT_MEMBER("name", TEXTOID),
	SENT_MEMBER("redacted_value", TEXTOID),
	SENT_MEMBER("created_at", TIMESTAMPTZOID),
	MEMBER("last_used_at", TIMESTAMPTZOID),
	MEMBER("expires_at", TIMESTAMPTZOID),
	{"owner_project_access", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "owner_project_access",
	"owner_project_access", owner_accesses, .form = USAGE_FILTER_VALUE, .always_sent = true, .imported = true},
	MEMBER_AT("owner_type", TEXTOID, "owner.type"),
	MEMBER_AT("owner_id", TEXTOID, "owner.user.id|owner.service_account.id"),
	MEMBER_AT("owner_name", TEXTOID, "owner.user.name|owner.service_account.name"),
	MEMBER_AT("owner_email", TEXTOID, "owner.user.email"),
	END
};

static const UsageColumn rate_limit_columns[] = {
	PARENT("project_id"),
	SENT_MEMBER("id", TEXTOID),
	SENT_MEMBER("model", TEXTOID),
	SENT_MEMBER("max_requests_per_1_minute", INT8OID),
	SENT_MEMBER("max_tokens_per_1_minute", INT8OID),
	MEMBER("max_requests_per_1_day", INT8OID),
	MEMBER("max_images_per_1_minute", INT8OID),
	MEMBER("max_audio_megabytes_per_1_minute", INT8OID),
	MEMBER("batch_1_day_max_input_tokens", INT8OID),
	END
};

static const UsageColumn admin_key_columns[] = {
	SENT_MEMBER("id", TEXTOID),
	MEMBER("name", TEXTOID),
	SENT_MEMBER("redacted_value", TEXTOID),
	{"created_at", TIMESTAMPTZOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "created_at",
	.always_sent = true, .imported = true, .sorted = true},
	MEMBER("expires_at", TIMESTAMPTZOID),
	MEMBER("last_used_at", TIMESTAMPTZOID),
	MEMBER_AT("owner_id", TEXTOID, "owner.id"),
	MEMBER_AT("owner_name", TEXTOID, "owner.name"),
	MEMBER_AT("owner_type", TEXTOID, "owner.type"),
	END
};

/* Amounts are in cents. */
#define THRESHOLD \
	SENT_MEMBER_AT("threshold_cents", INT8OID, "threshold_amount"), \
	SENT_MEMBER("currency", TEXTOID), \
	SENT_MEMBER_AT("period", TEXTOID, "interval")
#define ENFORCEMENT SENT_MEMBER_AT("enforcement", TEXTOID, "enforcement.status")

static const UsageColumn alert_columns[] = {SENT_MEMBER("id", TEXTOID), THRESHOLD, END};
static const UsageColumn project_alert_columns[] = {
	PARENT("project_id"), SENT_MEMBER("id", TEXTOID), THRESHOLD, END
};
static const UsageColumn limit_columns[] = {THRESHOLD, ENFORCEMENT, END};
static const UsageColumn project_limit_columns[] = {PARENT("project_id"), THRESHOLD, ENFORCEMENT, END};

static const UsageColumn bucket_columns[] = {
	BUCKET,
	END
};
static const UsageColumn no_columns[] = {END};

#define USAGE_PATH(name) "/organization/usage/" name
#define PROJECT_PATH "/organization/projects/{project_id}"

const UsageEndpoint usage_endpoints[] = {
	{"completions", USAGE_PATH("completions"), usage_widths, model_columns, USAGE_BUCKETS,
	.sample = "usage"},
	{"decisions", USAGE_PATH("decisions"), usage_widths, model_columns, USAGE_BUCKETS},
	{"embeddings", USAGE_PATH("embeddings"), usage_widths, input_columns, USAGE_BUCKETS},
	{"moderations", USAGE_PATH("moderations"), usage_widths, input_columns, USAGE_BUCKETS},
	{"images", USAGE_PATH("images"), usage_widths, image_columns, USAGE_BUCKETS},
	{"audio_speeches", USAGE_PATH("audio_speeches"), usage_widths, speech_columns, USAGE_BUCKETS},
	{"audio_transcriptions", USAGE_PATH("audio_transcriptions"), usage_widths, transcription_columns, USAGE_BUCKETS},
	{"vector_stores", USAGE_PATH("vector_stores"), usage_widths, vector_store_columns, USAGE_BUCKETS},
	{"code_interpreter_sessions", USAGE_PATH("code_interpreter_sessions"), usage_widths, session_columns, USAGE_BUCKETS},
	{"file_search_calls", USAGE_PATH("file_search_calls"), usage_widths, file_search_columns, USAGE_BUCKETS},
	{"web_search_calls", USAGE_PATH("web_search_calls"), usage_widths, web_search_columns, USAGE_BUCKETS},
	{"costs", "/organization/costs", cost_widths, cost_columns, USAGE_BUCKETS, .sample = "costs"},
	{"projects", "/organization/projects", usage_no_width, project_columns, USAGE_LIST,
	.whole = {"include_archived", "true"}, .sample = "lists", .item_path = "/organization/projects/{id}"},
	{"users", "/organization/users", usage_no_width, user_columns, USAGE_LIST,
	.item_path = "/organization/users/{id}"},
	{"project_users", PROJECT_PATH "/users", usage_no_width, project_user_columns, USAGE_LIST},
	{"project_service_accounts", PROJECT_PATH "/service_accounts", usage_no_width, service_account_columns, USAGE_LIST},
	{"project_api_keys", PROJECT_PATH "/api_keys", usage_no_width, api_key_columns, USAGE_LIST,
	.whole = {"owner_project_access", "any"}},
	{"project_rate_limits", PROJECT_PATH "/rate_limits", usage_no_width, rate_limit_columns, USAGE_LIST},
	{"admin_api_keys", "/organization/admin_api_keys", usage_no_width, admin_key_columns, USAGE_LIST,
	.newest_first = {"order", "desc"}},
	{"spend_limits", "/organization/spend_limit", usage_no_width, limit_columns, USAGE_OBJECT},
	{"project_spend_limits", PROJECT_PATH "/spend_limit", usage_no_width, project_limit_columns, USAGE_OBJECT},
	{"spend_alerts", "/organization/spend_alerts", usage_no_width, alert_columns, USAGE_LIST},
	{"project_spend_alerts", PROJECT_PATH "/spend_alerts", usage_no_width, project_alert_columns, USAGE_LIST},
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
