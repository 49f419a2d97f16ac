/*
 * endpoint.c
 *	  The catalogue: which endpoints, columns, filters, widths and limits exist.
 *
 * Columns are in the order in which import declares them: the edges of the
 * bucket, dimensions, then measures with their units.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"

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
	LABEL("currency", "amount.currency", NULL),
	NUMBER("quantity", "quantity", "line_item"),
	LABEL("quantity_unit", "quantity_unit", "line_item"),
	END
};

static const UsageColumn bucket_columns[] = {
	BUCKET,
	END
};

#define USAGE_PATH(name) "/organization/usage/" name

const UsageEndpoint usage_endpoints[] = {
	{"completions", USAGE_PATH("completions"), usage_widths, model_columns, USAGE_BUCKETS},
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
	{"costs", "/organization/costs", cost_widths, cost_columns, USAGE_BUCKETS},
	END
};

const UsageEndpoint usage_unknown_endpoint = {NULL, NULL, usage_widths, bucket_columns, USAGE_BUCKETS};

static const char *const role_names[] = {
	[USAGE_BUCKET] = "bucket",
	[USAGE_DIMENSION] = "dimension",
	[USAGE_MEASURE] = "measure",
	[USAGE_GAUGE] = "gauge",
	[USAGE_LABEL] = "label",
	[USAGE_OTHER] = "other",
	NULL
};

/*
 * Arrays of the catalogue, and role_names, have rows that begin with their
 * name; the name of the last row is NULL.
 */
static const char *
name_of(const void *row)
{
	return *(const char *const *) row;
}

/* The row of that name, or NULL. */
static const void *
find_row(const void *rows, size_t row_bytes, const char *name)
{
	const char *row = rows;

	while (name_of(row) && strcmp(name_of(row), name) != 0)
		row += row_bytes;
	return name_of(row) ? row : NULL;
}

/* The names of rows, separated by commas, palloc'd. */
static char *
list_names(const void *rows, size_t row_bytes)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const char *row = rows; name_of(row); row += row_bytes)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", name_of(row));
	return list.data;
}

const UsageEndpoint *
endpoint_find(const char *name)
{
	return find_row(usage_endpoints, sizeof(UsageEndpoint), name);
}

const UsageColumn *
endpoint_column(const UsageEndpoint *endpoint, const char *name)
{
	return find_row(endpoint->columns, sizeof(UsageColumn), name);
}

const UsageColumn *
endpoint_field(const UsageEndpoint *endpoint, const char *field)
{
	for (const UsageColumn *column = endpoint->columns; column->name; column++)
		if (column->field && strcmp(column->field, field) == 0)
			return column;
	return NULL;
}

const UsageWidth *
endpoint_width(const UsageEndpoint *endpoint, const char *name)
{
	if (endpoint->shape != USAGE_BUCKETS)
		return endpoint->widths;
	return find_row(endpoint->widths, sizeof(UsageWidth), name);
}

const UsageWidth *
endpoint_widest(const UsageEndpoint *endpoint)
{
	const UsageWidth *widest = endpoint->widths;

	while (widest[1].name)
		widest++;
	return widest;
}

const char *
endpoint_role_name(UsageRole role)
{
	return role_names[role];
}

bool
endpoint_role(const char *name, UsageRole *role)
{
	const char *const *found = find_row(role_names, sizeof(char *), name);

	if (found)
		*role = (UsageRole) (found - role_names);
	return found != NULL;
}

bool
endpoint_accepts(const char *const *accepted, const char *value)
{
	for (const char *const *one = accepted; one && *one; one++)
		if (strcmp(*one, value) == 0)
			return true;
	return accepted == NULL;
}

char *
endpoint_names(void)
{
	return list_names(usage_endpoints, sizeof(UsageEndpoint));
}

char *
endpoint_role_names(void)
{
	return list_names(role_names, sizeof(char *));
}

char *
endpoint_column_names(const UsageEndpoint *endpoint)
{
	return list_names(endpoint->columns, sizeof(UsageColumn));
}

char *
endpoint_width_names(const UsageEndpoint *endpoint)
{
	return list_names(endpoint->widths, sizeof(UsageWidth));
}
