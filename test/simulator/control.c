/*
 * control.c
 *	  The control interface.  An action is a row in a table.
 */
#include <string.h>

#include "control.h"
#include "dump.h"
#include "fault.h"
#include "list.h"
#include "parameter.h"
#include "rate.h"
#include "record.h"
#include "schema.h"
#include "state.h"
#include "text.h"

#define CONTROL_PREFIX "/_simulator/"

typedef struct Command
{
	const ParameterList *list;
	Buffer	   *content;		/* what was posted */
	Buffer	   *out;			/* the answer, or why there is none */
} Command;

typedef struct Action
{
	const char *name;
	const char *method;
	bool		(*run) (Command *command);
} Action;

static bool
refuse(Command *command, const char *what, const char *name)
{
	buffer_printf(command->out, "%s \"%s\"\n", what, name);
	return false;
}

static bool
done(Command *command)
{
	buffer_text(command->out, "ok\n");
	return true;
}

static bool
run_requests(Command *command)
{
	record_csv(command->out);
	return true;
}

static bool
run_stat(Command *command)
{
	record_stat(command->out);
	return true;
}

static bool
run_faults(Command *command)
{
	fault_list(command->out);
	return true;
}

static bool
run_settings(Command *command)
{
	state_read();
	settings_list(&state_settings, command->out);
	state_release();
	return true;
}

static bool
run_now(Command *command)
{
	state_read();
	buffer_printf(command->out, "%lld\n",
				  (long long) settings_now(&state_settings));
	state_release();
	return true;
}

static bool
read_endpoint(Command *command, const Endpoint **endpoint)
{
	const char *name = parameter_value(command->list, "endpoint");

	*endpoint = endpoint_by_name(name ? name : "");
	if (*endpoint == NULL)
		return refuse(command, "there is no endpoint", name ? name : "");
	return true;
}

/* An absent parameter leaves value alone. */
static bool
read_number(Command *command, const char *name, int64_t *value)
{
	const char *text = parameter_value(command->list, name);

	if (text && !parse_integer(text, value))
		return refuse(command, "not an integer:", text);
	return true;
}

static bool
run_events(Command *command)
{
	const Endpoint *endpoint;
	int64_t		from = 0;
	int64_t		to = INT64_MAX;
	View		view;

	if (!read_endpoint(command, &endpoint) ||
		!read_number(command, "from", &from) ||
		!read_number(command, "to", &to))
		return false;
	state_read();
	view = state_view();
	dump_events(endpoint, &view, from, to, command->out);
	state_release();
	return true;
}

static bool
run_objects(Command *command)
{
	const char *name = parameter_value(command->list, "list");
	const List *list = list_by_name(name ? name : "");

	if (list == NULL)
		return refuse(command, "there is no list", name ? name : "");
	state_read();
	list_dump(list, &state_settings, command->out);
	state_release();
	return true;
}

static bool
change_settings(Settings *settings, Command *command)
{
	for (int i = 0; i < command->list->count; i++)
	{
		const Parameter *p = &command->list->items[i];

		if (!settings_change(settings, p->name, p->value, command->out))
			return false;
	}
	return true;
}

/* All or nothing. */
static bool
run_set(Command *command)
{
	Settings	changed;
	bool		valid;

	state_write();
	changed = state_settings;
	valid = change_settings(&changed, command);
	if (valid)
		state_settings = changed;
	body_clear(&body_cache);
	state_release();
	return valid && done(command);
}

static bool
run_restate(Command *command)
{
	Restatement restatement = {.to = INT64_MAX, .factor = 2};

	if (!read_endpoint(command, &restatement.endpoint) ||
		!read_number(command, "from", &restatement.from) ||
		!read_number(command, "to", &restatement.to) ||
		!read_number(command, "factor", &restatement.factor))
		return false;
	state_write();
	state_restate(&restatement);
	body_clear(&body_cache);
	state_release();
	return done(command);
}

static bool
run_fault(Command *command)
{
	return fault_add(command->list, command->content, command->out) &&
		done(command);
}

static bool
run_reset_faults(Command *command)
{
	fault_clear();
	return done(command);
}

static bool
run_reset_requests(Command *command)
{
	record_clear();
	return done(command);
}

static bool
run_reset(Command *command)
{
	state_write();
	state_reset();
	rate_clear();
	fault_clear();
	record_clear();
	body_clear(&body_cache);
	body_clear(&body_fixtures);
	state_release();
	state_wake();
	return done(command);
}

static bool
run_body(Command *command)
{
	const char *path = parameter_value(command->list, "path");
	Body	   *body;

	if (path == NULL)
		return refuse(command, "there is no parameter", "path");
	body = body_new(command->content);
	body_store(&body_fixtures, path, body);
	body_release(body);
	return done(command);
}

/* Bench pages need no preparation: this only tells the path to use. */
static bool
run_bench(Command *command)
{
	int64_t		buckets = 31;
	int64_t		results = 1000;

	if (!read_number(command, "buckets", &buckets) ||
		!read_number(command, "results", &results))
		return false;
	buffer_printf(command->out, "/bench/%lldx%lld/v1\n", (long long) buckets,
				  (long long) results);
	return true;
}

static const Action actions[] = {
	{"requests", "GET", run_requests},
	{"stat", "GET", run_stat},
	{"events", "GET", run_events},
	{"objects", "GET", run_objects},
	{"now", "GET", run_now},
	{"settings", "GET", run_settings},
	{"faults", "GET", run_faults},
	{"reset", "POST", run_reset},
	{"reset-requests", "POST", run_reset_requests},
	{"reset-faults", "POST", run_reset_faults},
	{"set", "POST", run_set},
	{"restate", "POST", run_restate},
	{"fault", "POST", run_fault},
	{"body", "POST", run_body},
	{"bench", "POST", run_bench},
	{NULL, NULL, NULL}
};

bool
control_owns(const char *path)
{
	return strncmp(path, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) == 0;
}

static const Action *
find_action(const Exchange *exchange)
{
	const char *name = exchange->path + strlen(CONTROL_PREFIX);

	for (const Action *a = actions; a->name; a++)
		if (strcmp(a->name, name) == 0 &&
			strcmp(a->method, exchange->method) == 0)
			return a;
	return NULL;
}

void
control_answer(Exchange *exchange)
{
	const Action *action = find_action(exchange);
	ParameterList list;
	Buffer		out = {NULL, 0, 0};
	Command		command = {&list, &exchange->upload, &out};
	int			status = 404;

	parameters_parse(&list, exchange->query);
	if (action)
		status = action->run(&command) ? 200 : 400;
	else
		refuse(&command, "there is no such action:", exchange->path);
	exchange_text(exchange, status, &out);
	parameters_free(&list);
}
