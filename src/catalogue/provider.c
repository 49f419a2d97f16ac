/*
 * provider.c
 *	  The differences between the usage APIs of providers.
 */
#include "postgres.h"

#include "common/int.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/provider.h"

/* Seconds from 1970-01-01 to 2000-01-01. */
#define EPOCH_OFFSET ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

#define NAMES(...) ((const char *const[]) {__VA_ARGS__, NULL})
#define NO_NAMES ((const char *const[]) {NULL})

/* Seconds since 1970. */
static void
append_unix_time(StringInfo url, TimestampTz instant)
{
	appendStringInfo(url, INT64_FORMAT, instant / USECS_PER_SEC + EPOCH_OFFSET);
}

static bool
read_unix_time(const PageValue *value, TimestampTz *instant)
{
	return !pg_sub_s64_overflow(value->integer, EPOCH_OFFSET, instant) &&
		!pg_mul_s64_overflow(*instant, USECS_PER_SEC, instant) &&
		IS_VALID_TIMESTAMP(*instant);
}

static const ProviderHeader openai_headers[] = {
	{"Authorization", "Bearer ", PROVIDER_API_KEY},
	{"OpenAI-Organization", "", PROVIDER_ORGANIZATION},
	{"OpenAI-Project", "", PROVIDER_PROJECT},
	{NULL}
};

static const ProviderHint openai_hints[] = {
	{401, gettext_noop("Set the option \"api_key\" of the user mapping to an admin key of the organization.")},
	{403, gettext_noop("The key needs the scope \"api.usage.read\"."),
	gettext_noop("The key needs the scope \"api.management.read\", and a role in each project that is read.")},
	{0, NULL}
};

static const PageEnvelope openai_envelopes[] = {
	[PAGE_OF_BUCKETS] = {
		.shape = PAGE_OF_BUCKETS,
		.data = NAMES("data"),
		.has_more = NAMES("has_more"),
		.cursor = NAMES("next_page"),
		.bucket_start = NAMES("start_time"),
		.bucket_end = NAMES("end_time"),
		.results = NAMES("results", "result")	/* "result" in an older
												 * description */
	},
	[PAGE_OF_RESULTS] = {
		.shape = PAGE_OF_RESULTS,
		.data = NAMES("data"),
		.has_more = NAMES("has_more"),
		.cursor = NAMES("last_id"),
		.bucket_start = NO_NAMES,
		.bucket_end = NO_NAMES,
		.results = NO_NAMES
	},
	[PAGE_IS_RESULT] = {
		.shape = PAGE_IS_RESULT,
		.data = NO_NAMES,
		.has_more = NO_NAMES,
		.cursor = NO_NAMES,
		.bucket_start = NO_NAMES,
		.bucket_end = NO_NAMES,
		.results = NO_NAMES
	}
};

/* Each has been seen, of the API or of gateways that speak like it. */
static const char *const openai_no_endpoint[] = {
	"Invalid URL", "Unknown request URL", "Unrecognized request URL", NULL
};

/* docs/api.md sections 1 to 6 */
const UsageProvider provider_openai = {
	.base_url = "https://api.openai.com/v1",
	.array_format = PROVIDER_ARRAY_REPEAT,
	.headers = openai_headers,
	.parameters = {
		.start_time = "start_time",
		.end_time = "end_time",
		.bucket_width = "bucket_width",
		.group_by = "group_by",
		.limit = "limit",
		.cursor = "page",
		.list_cursor = "after"
	},
	.append_time = append_unix_time,
	.read_time = read_unix_time,
	.envelopes = openai_envelopes,
	.id = "id",
	.error = {
		.container = "error",
		.message = "message",
		.type = "type",
		.param = "param",
		.code = "code"
	},
	.no_endpoint = openai_no_endpoint,
	.no_endpoint_code = "unknown_url",
	.archived = "archived",
	.no_scope = "Missing scopes",
	.lookback_code = "reporting_lookback_exceeded",
	.quota_code = "insufficient_quota",
	.quota_hint = gettext_noop("Check the plan and billing details of the organization."),
	.hints = openai_hints
};

bool
provider_reserves(const UsageProvider *provider, const char *parameter)
{
	const ProviderParameters *own = &provider->parameters;

	return strcmp(parameter, own->start_time) == 0 ||
		strcmp(parameter, own->end_time) == 0 ||
		strcmp(parameter, own->bucket_width) == 0 ||
		strcmp(parameter, own->group_by) == 0 ||
		strcmp(parameter, own->limit) == 0 ||
		strcmp(parameter, own->cursor) == 0 ||
		strcmp(parameter, own->list_cursor) == 0;
}

const char *
provider_hint(const UsageProvider *provider, long status, bool of_list)
{
	const ProviderHint *row = provider->hints;

	while (row->hint && row->status != status)
		row++;
	return of_list && row->list_hint ? row->list_hint : row->hint;
}
