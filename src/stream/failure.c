/*
 * failure.c
 *	  What to do about an attempt that brought no page.
 */
#include "postgres.h"

#include <limits.h>
#include <math.h>

#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "http/http_url.h"
#include "stream/failure.h"

/* Longest wait that a server may ask for, and that backoff grows to. */
#define MAX_RETRY_AFTER_MS 60000
#define MAX_BACKOFF_MS 8000
#define BACKOFF_JITTER 0.25

/* What a status means; the first row whose range has it counts. */
typedef struct HttpStatus
{
	int			first;
	int			last;
	bool		retry;
	int			sqlstate;
	const char *hint;			/* or NULL: the provider may have one */
} HttpStatus;

static const HttpStatus http_statuses[] = {
	{300, 399, false, ERRCODE_FDW_UNABLE_TO_CREATE_REPLY,
	gettext_noop("Redirects are not followed.  Check the server option \"base_url\".")},
	{400, 400, false, ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE, NULL},
	{401, 401, false, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, NULL},
	{403, 403, false, ERRCODE_INSUFFICIENT_PRIVILEGE, NULL},
	{404, 404, false, ERRCODE_FDW_TABLE_NOT_FOUND,
	gettext_noop("Check the server option \"base_url\" and the endpoint or path of the foreign table.")},
	{408, 409, true, ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION, NULL},
	{429, 429, true, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
	gettext_noop("Wait, narrow the time range, or raise the server option \"max_retries\".")},
	{500, 599, true, ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION,
	gettext_noop("The API, or a gateway in front of it, is in trouble.  Try again later, or raise the server option \"max_retries\".")},
	{0, INT_MAX, false, ERRCODE_FDW_UNABLE_TO_CREATE_REPLY, NULL}
};

/* What the user can do about a transfer that failed. */
static const char *const transport_hints[] = {
	[HTTP_NO_FAULT] = NULL,
	[HTTP_FAULT_LOOKUP] = gettext_noop("Check the host of the server option \"base_url\", and whether the database server can look up names.  A network without that may have a proxy for the server option \"proxy\"."),
	[HTTP_FAULT_PROXY] = gettext_noop("Check the server option \"proxy\", and whether that proxy lets the database server through to the host of \"base_url\"."),
	[HTTP_FAULT_CONNECT] = gettext_noop("Check host and port of the server option \"base_url\", and whether a firewall lets the database server connect to them.  A network may need the server option \"proxy\"."),
	[HTTP_FAULT_CONNECT_TIMEOUT] = gettext_noop("Check whether a firewall lets the database server connect to the host of \"base_url\", or raise the option \"connect_timeout\".  A network may need the server option \"proxy\"."),
	[HTTP_FAULT_TLS] = gettext_noop("Check whether the port of the server option \"base_url\" is one of https."),
	[HTTP_FAULT_CA_FILE] = gettext_noop("The file of the server option \"ca_file\" must hold certificates in PEM format, and the operating system user of the database server must be able to read it."),
	[HTTP_FAULT_CERTIFICATE] = gettext_noop("If a gateway or proxy of your own has made the certificate, have a superuser set the server option \"ca_file\" to a file with that of its authority."),
	[HTTP_FAULT_CERTIFICATE_DATE] = gettext_noop("Check the clock of the database server.  If it is right, the host of \"base_url\" needs a new certificate."),
	[HTTP_FAULT_CERTIFICATE_NAME] = gettext_noop("The host of the server option \"base_url\" must be one that the certificate names."),
	[HTTP_FAULT_ANSWER] = gettext_noop("Check whether the server option \"base_url\" leads to an API, with http or https as that port wants."),
	[HTTP_FAULT_ANSWER_TIMEOUT] = gettext_noop("Try again later, or raise the option \"request_timeout\"."),
	[HTTP_FAULT_BODY] = gettext_noop("Try again, or raise the option \"max_retries\".  If it breaks off each time, look at what is between the database server and the API."),
	[HTTP_FAULT_BODY_TIMEOUT] = gettext_noop("Try again later, or raise the option \"request_timeout\"."),
	[HTTP_FAULT_GIVEN_UP] = gettext_noop("Read fewer tables at the same time, or raise the option \"max_retries\".")
};

static const HttpStatus *
find_status(long status)
{
	const HttpStatus *row = http_statuses;

	while (status < row->first || status > row->last)
		row++;
	return row;
}

/* What a status stands for: a key without the scope may be answered with 401. */
static long
meaning(const UsageProvider *provider, long status, const PageError *error)
{
	return status == 401 && error->message && strstr(error->message, provider->no_scope) ?
		403 : status;
}

/* Is the organization's money used up? */
static bool
is_out_of_quota(const UsageProvider *provider, const PageError *error)
{
	return error->code && strcmp(error->code, provider->quota_code) == 0;
}

/* The number in a header, which counts units of unit_ms, in milliseconds. */
static bool
parse_delay(const char *value, double unit_ms, double *delay_ms)
{
	char	   *end;

	if (!value)
		return false;
	*delay_ms = strtod(value, &end) * unit_ms;
	return end != value && *end == '\0' && isfinite(*delay_ms);
}

/* The wait that the server asks for.  False: none, or too long a one. */
static bool
requested_delay(const HttpOutcome *outcome, int *delay_ms)
{
	TimestampTz date;
	double		asked_ms;

	if (!parse_delay(outcome->retry_after_ms, 1, &asked_ms) &&
		!parse_delay(outcome->retry_after, 1000, &asked_ms))
	{
		if (!outcome->retry_after || !http_parse_date(outcome->retry_after, &date))
			return false;
		asked_ms = (date - GetCurrentTimestamp()) / 1000.0;
	}
	if (asked_ms <= 0 || asked_ms > MAX_RETRY_AFTER_MS)
		return false;
	*delay_ms = (int) ceil(asked_ms);
	return true;
}

static int
backoff_ms(const UsageOptions *options, int retries)
{
	double		delay_ms = options->retry_delay_ms * pow(2, Min(retries, 30));

	delay_ms = Min(delay_ms, Max(MAX_BACKOFF_MS, options->retry_delay_ms));
	return (int) (delay_ms * (1 - BACKOFF_JITTER * usage_random()));
}

/* May another attempt succeed? */
static bool
is_transient(const UsageProvider *provider, const HttpOutcome *outcome, const PageError *error)
{
	if (outcome->should_retry && strcmp(outcome->should_retry, "true") == 0)
		return true;
	if (outcome->should_retry && strcmp(outcome->should_retry, "false") == 0)
		return false;
	/* where the body broke off, it may have said more than the status */
	if (outcome->status == 0 || outcome->status == 200 || outcome->error)
		return outcome->transient;
	if (outcome->status == 429 && !outcome->retry_after && !outcome->retry_after_ms &&
		is_out_of_quota(provider, error))
		return false;
	return find_status(outcome->status)->retry;
}

/* The first page was granted, so little else can be wrong. */
bool
failure_is_cursor(const UsageOptions *options, const HttpOutcome *outcome, const PageError *error)
{
	return outcome->status == 404 ||
		(outcome->status == 400 &&
		 (!error->code || strcmp(error->code, options->provider->lookback_code) != 0));
}

/* Is the path that was asked for none of the API's? */
static bool
is_no_endpoint(const UsageProvider *provider, const PageError *error)
{
	if (error->code && strcmp(error->code, provider->no_endpoint_code) == 0)
		return true;
	for (const char *const *begin = provider->no_endpoint; *begin; begin++)
		if (strncmp(error->message, *begin, strlen(*begin)) == 0)
			return true;
	return false;
}

/* What is not in the API's own words is a gateway's, and no answer. */
bool
failure_is_absence(const UsageTable *table, const HttpOutcome *outcome, const PageError *error,
				   bool retired)
{
	const UsageProvider *provider = table->options->provider;

	if (!error->full)
		return false;
	if (outcome->status == 404)
		return !is_no_endpoint(provider, error);
	return outcome->status == 400 && (retired || strstr(error->message, provider->archived));
}

/*
 * x-should-retry is about the same request; one without the cursor is another.
 */
bool
failure_retry(const UsageOptions *options, const HttpOutcome *outcome,
			  const PageError *error, bool has_cursor, int retries, int *delay_ms)
{
	bool		asked = requested_delay(outcome, delay_ms);

	if (!asked)
		*delay_ms = 0;
	if (retries >= options->max_retries)
		return false;
	if (!is_transient(options->provider, outcome, error) &&
		!(has_cursor && failure_is_cursor(options, outcome, error)))
		return false;
	if (!asked)
		*delay_ms = backoff_ms(options, retries);
	return true;
}

/* The column whose grouping the API refused, or NULL. */
static const UsageTableColumn *
refused_dimension(const UsageTable *table, const PageError *error)
{
	const UsageTableColumn *column = NULL;

	if (!error->message ||
		!strstr(error->param ? error->param : error->message,
				table->options->provider->parameters.group_by))
		return NULL;
	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_DIMENSION && strstr(error->message, column->field))
			return column;
	return NULL;
}

/*
 * May the time asked for be what the API refused?  All requests have a range,
 * and how far back an organization may ask need not be said in so many words
 * (costs by api_key_id have a first day of their own).  Not if the API names a
 * parameter of another purpose.
 */
static bool
may_be_too_early(const UsageTable *table, const HttpOutcome *outcome, const PageError *error)
{
	const ProviderParameters *names = &table->options->provider->parameters;

	return outcome->status == 400 && OidIsValid(table->relid) &&
		table->endpoint->shape == USAGE_BUCKETS &&
		(!error->param || strcmp(error->param, names->start_time) == 0 ||
		 strcmp(error->param, names->group_by) == 0);
}

void
failure_context(const UsageTable *table, const HttpOutcome *outcome)
{
	if (outcome->request_id)
		errcontext("request \"%s\" to endpoint \"%s\"", outcome->request_id, table->name);
	else
		errcontext("request to endpoint \"%s\"", table->name);
}

static void
raise_transport(const UsageTable *table, const HttpOutcome *outcome, int retries)
{
	const char *hint = transport_hints[outcome->fault];

	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION),
			 errmsg("could not read endpoint \"%s\": %s", table->name, outcome->error),
			 retries == 0 ? 0 : errdetail_plural("It was tried %d more time.",
												 "It was tried %d more times.",
												 retries, retries),
			 hint ? errhint("%s", _(hint)) : 0,
			 failure_context(table, outcome)));
}

/* The API's message, or the type of an answer without one. */
static void
add_detail(const HttpOutcome *outcome, const PageError *error)
{
	if (error->message)
		errdetail("The API says: %s", encoding_for_message(error->message));
	else if (outcome->content_type)
		errdetail("The answer is of type \"%s\" and holds no message of the API.",
				  outcome->content_type);
}

static void
add_hint(const UsageTable *table, const HttpOutcome *outcome, const PageError *error)
{
	const UsageTableColumn *refused = NULL;
	const UsageProvider *provider = table->options->provider;
	long		status = meaning(provider, outcome->status, error);
	const char *own = find_status(status)->hint;
	bool		is_list = table->endpoint->shape != USAGE_BUCKETS;
	const char *hint = own ? own : provider_hint(provider, status, is_list);

	if (outcome->status == 400 && OidIsValid(table->relid))
		refused = refused_dimension(table, error);
	if (refused)
		errhint("Drop the column \"%s\" from foreign table \"%s\": the API cannot group by \"%s\" here.",
				refused->name, get_rel_name(table->relid), encoding_for_message(refused->field));
	else if (is_out_of_quota(provider, error))
		errhint("%s", _(provider->quota_hint));
	else if (hint)
		errhint("%s", _(hint));
	else if (may_be_too_early(table, outcome, error))
		errhint("The option \"history\" of foreign table \"%s\" may reach further back than the organization may ask.",
				get_rel_name(table->relid));
}

void
failure_raise(const UsageTable *table, const HttpOutcome *outcome,
			  const PageError *error, int retries)
{
	long		status = meaning(table->options->provider, outcome->status, error);

	if (status == 0 || status == 200)
		raise_transport(table, outcome, retries);
	ereport(ERROR,
			(errcode(find_status(status)->sqlstate),
			 outcome->status == 400 && error->param ?
			 errmsg("the API refused the parameter \"%s\" of a request to endpoint \"%s\"",
					encoding_for_message(error->param), table->name) :
			 errmsg("could not read endpoint \"%s\": the API answered with status %ld",
					table->name, outcome->status),
			 add_detail(outcome, error),
			 add_hint(table, outcome, error),
			 failure_context(table, outcome)));
	pg_unreachable();
}

void
failure_broken(const UsageTable *table, const HttpOutcome *outcome, const char *complaint,
			   const char *hint)
{
	bool		is_json = outcome->content_type &&
	strstr(outcome->content_type, "json") != NULL;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("endpoint \"%s\" sent a broken answer", table->name),
			 errdetail("%s", encoding_for_message(complaint)),
			 hint ? errhint("%s", hint) : is_json || !outcome->content_type ? 0 :
			 errhint("The answer is of type \"%s\".  Check the server option \"base_url\".",
					 outcome->content_type),
			 failure_context(table, outcome)));
	pg_unreachable();
}
