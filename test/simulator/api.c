/*
 * api.c
 *	  The API itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "fault.h"
#include "list.h"
#include "page.h"
#include "random.h"
#include "rate.h"
#include "record.h"
#include "reshape.h"
#include "state.h"

#define NO_SCOPE_KEY "sk-admin-noscope"
#define NO_SCOPE_STRING_KEY "sk-admin-noscope-string"
#define USAGE_ONLY_KEY "sk-admin-usage-only"	/* lists answer it with 403 */
#define USAGE_SCOPE "api.usage.read"
#define LIST_SCOPE "api.management.read"

/* Where a path leads. */
typedef struct Route
{
	const Endpoint *endpoint;	/* or NULL */
	ListRoute	list;
	int			bench_buckets;
	int			bench_results;	/* 0: not a bench page */
} Route;

static Route
find_route(const char *path)
{
	Route		route = {.endpoint = NULL};
	int			length = 0;

	if (sscanf(path, "/bench/%dx%d%n", &route.bench_buckets,
			   &route.bench_results, &length) == 2 && length > 0)
		path += length;
	if (strncmp(path, "/v1/", 4) == 0)
	{
		route.endpoint = endpoint_by_path(path + 3);
		route.list = list_route(path + 3);
	}
	return route;
}

static bool
check_route(const Exchange *exchange, const Route *route, ApiError *error)
{
	const char *method = exchange->method;
	bool		hidden = route->endpoint && route->endpoint->newest &&
	!state_settings.newest;

	if ((route->endpoint == NULL && route->list.list == NULL) || hidden)
	{
		error_not_found(error, method, exchange->path);
		return false;
	}
	if (strcmp(method, "GET") != 0)
	{
		error_method(error, method);
		return false;
	}
	return true;
}

static bool
check_key(const Exchange *exchange, const Route *route, ApiError *error)
{
	bool		is_list = route->list.list != NULL;
	const char *value = exchange->authorization;
	const char *key = value && strncmp(value, "Bearer ", 7) == 0
	? value + 7 : "";

	if (strcmp(key, state_settings.api_key) == 0 ||
		(strcmp(key, USAGE_ONLY_KEY) == 0 && !is_list))
		return true;
	if (strcmp(key, NO_SCOPE_KEY) == 0 || strcmp(key, USAGE_ONLY_KEY) == 0)
		error_missing_scope(error, false, is_list ? LIST_SCOPE : USAGE_SCOPE);
	else if (strcmp(key, NO_SCOPE_STRING_KEY) == 0)
		error_missing_scope(error, true, NULL);
	else
		error_wrong_key(error);
	return false;
}

static bool
check_url(const Exchange *exchange, ApiError *error)
{
	int64_t		max = state_settings.max_url;

	if (max == 0 || (int64_t) strlen(exchange->uri) <= max)
		return true;
	error_invalid(error, "", NULL, "URI Too Long");
	error->status = 414;
	return false;
}

/* An answer that a test has put there, or one that was made before. */
static bool
answer_from_store(Exchange *exchange, const Route *route)
{
	Body	   *body = body_find(&body_fixtures, exchange->uri);

	if (body == NULL)
		body = body_find(&body_fixtures, exchange->path);
	if (body == NULL && (state_settings.cache || route->bench_results))
		body = body_find(&body_cache, exchange->uri);
	if (body == NULL)
		return false;
	exchange->status = 200;
	exchange->content_type = "application/json";
	exchange->may_gzip = true;
	exchange->body = body;
	return true;
}

static void
answer_page(Exchange *exchange, const Route *route, const Query *query,
			const View *view, const Fault *fault)
{
	PageRequest request = {
		.query = query,
		.settings = &state_settings,
		.view = view,
		.bench_buckets = route->bench_buckets,
		.bench_results = route->bench_results
	};
	Buffer		page = {NULL, 0, 0};

	page_render(&request, &page);
	reshape_page(&page, query, &state_settings, fault);
	exchange_json(exchange, 200, &page);
	if ((state_settings.cache || route->bench_results) && fault == NULL)
		body_store(&body_cache, exchange->uri, exchange->body);
}

static void
answer_query(Exchange *exchange, const Route *route, const Fault *fault)
{
	View		view = state_view();
	ApiError	error;
	Query	   *query = allocate(sizeof(Query));

	if (query_parse(query, route->endpoint, exchange->query, &state_settings,
					view.now, &error))
		answer_page(exchange, route, query, &view, fault);
	else
		exchange_error(exchange, &error);
	query_free(query);
	free(query);
}

static void
answer_list(Exchange *exchange, const Route *route, const Fault *fault)
{
	ApiError	error;
	ListQuery	query;
	Buffer		page = {NULL, 0, 0};

	if (list_query_parse(&query, &route->list, exchange->query, &state_settings, &error) &&
		list_render(&query, &state_settings, fault, &page, &error))
		exchange_json(exchange, 200, &page);
	else
		exchange_error(exchange, &error);
	list_query_free(&query);
}

static void
answer_normally(Exchange *exchange, const Route *route, const Fault *fault)
{
	ApiError	error;

	if (!check_url(exchange, &error) ||
		!check_route(exchange, route, &error) ||
		!check_key(exchange, route, &error))
		exchange_error(exchange, &error);
	else if (!fault && answer_from_store(exchange, route))
		return;
	else if (route->list.list)
		answer_list(exchange, route, fault);
	else
		answer_query(exchange, route, fault);
}

static void
add_request_id(Exchange *exchange)
{
	uint64_t	hash = hash_add(hash_mix(exchange->ticket), exchange->connection);
	char		id[40];

	snprintf(id, sizeof(id), "req_%016llx%016llx", (unsigned long long) hash,
			 (unsigned long long) hash_mix(hash + 1));
	exchange_header(exchange, "x-request-id", id);
}

/* Is it one too many?  What the answer says then; comes before everything else. */
static bool
answer_too_many(Exchange *exchange, int64_t wait)
{
	ApiError	error;
	char		seconds[24];

	if (wait == 0)
		return false;
	snprintf(seconds, sizeof(seconds), "%lld", (long long) wait);
	error_too_many(&error);
	exchange_header(exchange, "Retry-After", seconds);
	exchange_error(exchange, &error);
	return true;
}

/* How long this answer takes; the jitter depends on its number only. */
static int64_t
delay_of(const Exchange *exchange, const Fault *fault)
{
	int64_t		delay = state_settings.delay_ms;
	Random		random = {exchange->ticket};

	if (state_settings.jitter_ms)
		delay += random_below(&random, state_settings.jitter_ms + 1);
	return delay + (fault ? fault->delay_ms : 0);
}

void
api_answer(Exchange *exchange)
{
	Route		route = find_route(exchange->path);
	int64_t		delay;
	int64_t		wait = 0;
	Fault	   *fault;

	record_begin(exchange);
	add_request_id(exchange);
	fault = fault_take(exchange->path, exchange->query);
	state_read();
	rate_admit(state_settings.requests_per_minute, &wait);
	delay = delay_of(exchange, fault);
	state_release();
	state_wait(delay);
	state_read();
	if (!answer_too_many(exchange, wait) && !fault_answer(fault, exchange))
		answer_normally(exchange, &route,
						fault_reshapes(fault) ? fault : NULL);
	exchange->may_gzip = exchange->may_gzip && state_settings.gzip;
	state_release();
	fault_free(fault);
}
