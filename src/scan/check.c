/*
 * check.c
 *	  usage_fdw_check(): what works with a server, step by step, and what does not.
 *
 * It does what a scan does and needs what a scan needs, but makes rows of what
 * goes wrong.  A step that needs one that failed is not run.
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/compat.h"
#include "base/rows.h"
#include "catalogue/api_key.h"
#include "plan/plan.h"
#include "scan/check_private.h"

/* The result columns, in the order of the install script. */
enum CheckColumn
{
	COLUMN_STEP,
	COLUMN_OK,
	COLUMN_DETAIL,
	COLUMN_HINT,
	COLUMN_COUNT
};

void
check_pass(CheckRow *row, const char *detail)
{
	row->verdict = CHECK_PASSED;
	row->detail = detail;
}

void
check_skip(CheckRow *row, const char *detail)
{
	row->verdict = CHECK_NOT_RUN;
	row->detail = detail;
}

void
check_fail(CheckRow *row, const char *detail, const char *hint)
{
	row->verdict = CHECK_FAILED;
	row->detail = detail;
	row->hint = hint;
	row->cause = row->step;
}

/* What the error has for the server's log only goes there. */
void
check_fail_by(CheckRow *row, const ErrorData *error)
{
	if (error->detail_log)
		ereport(LOG_SERVER_ONLY,
				(errmsg_internal("%s", error->message),
				 errdetail_internal("%s", error->detail_log),
				 errhidestmt(true)));
	check_fail(row, error->detail ? psprintf("%s.  %s", error->message, error->detail) :
			   error->message, error->hint);
}

/* Is the server one of usage_fdw, whatever its wrapper is called? */
static bool
is_ours(const ForeignServer *server)
{
	Oid			handler = GetForeignDataWrapper(server->fdwid)->fdwhandler;

	return OidIsValid(handler) &&
		GetFdwRoutine(handler)->GetForeignRelSize == usageGetForeignRelSize;
}

static void
find_server(CheckRun *run, CheckRow *row)
{
	ForeignServer *server = GetForeignServerByName(run->server, true);

	if (!server)
		check_fail(row, psprintf(_("server \"%s\" does not exist"), run->server),
				   _("Use CREATE SERVER, or see pg_foreign_server for the names of those that are there."));
	else if (!ServerIsUsable(server->serverid, GetUserId()))
		check_fail(row, psprintf(_("permission denied for foreign server %s"), run->server),
				   psprintf(_("Have its owner GRANT USAGE ON FOREIGN SERVER to the role \"%s\"."),
							GetUserNameFromId(GetUserId(), false)));
	else if (!is_ours(server))
		check_fail(row, psprintf(_("server \"%s\" is not one of usage_fdw"), run->server),
				   _("Use CREATE SERVER ... FOREIGN DATA WRAPPER usage_fdw."));
	else
	{
		run->serverid = server->serverid;
		check_pass(row, run->server);
	}
}

/* A check tells what happens now: it does not try again. */
static void
read_options(CheckRun *run, CheckRow *row)
{
	run->options = option_server(run->serverid);
	run->options->max_retries = 0;
	if (!http_parse_url(run->options->base_url, &run->url))
		elog(ERROR, "unexpected form of base_url");
	check_pass(row, run->options->base_url);
}

static void
find_mapping(CheckRun *run, CheckRow *row)
{
	(void) option_mapping(GetUserId(), run->serverid);
	check_pass(row, psprintf(_("role \"%s\""), GetUserNameFromId(GetUserId(), false)));
}

static void
read_key(CheckRun *run, CheckRow *row)
{
	bool		in_file = option_mapping(GetUserId(), run->serverid)->api_key_file != NULL;

	run->api_key = api_key_find(GetUserId(), run->serverid);
	check_pass(row, in_file ? _("from the file of the option \"api_key_file\"") :
			   _("from the option \"api_key\""));
}

static void
read_page(CheckRun *run, CheckRow *row)
{
	bool		is_first = run->endpoint == check_first_sample();
	const CheckProbe *probe = is_first ? check_first(run) : check_ask(run, run->endpoint);

	if (probe->error)
		check_fail_by(row, probe->error);
	else
		check_pass(row, psprintf(_("a page of endpoint \"%s\""), run->endpoint->name));
}

static void
find_first_day(CheckRun *run, CheckRow *row)
{
	const CheckProbe *probe = check_ask_first_day(run, check_first_sample());

	if (probe->error)
		check_fail_by(row, probe->error);
	else
		check_pass(row, psprintf(_("%s, as far as the option \"history\" goes back"),
								 DatumGetCString(DirectFunctionCall1(date_out,
																	 DateADTGetDatum(probe->first_day)))));
}

/* Rows by their steps; those of samples follow, and the first day. */
enum CheckIndex
{
	INDEX_SERVER,
	INDEX_BASE_URL,
	INDEX_MAPPING,
	INDEX_KEY,
	INDEX_PROXY,
	INDEX_LOOKUP,
	INDEX_CONNECTION,
	INDEX_TLS,
	INDEX_ANSWER,
	INDEX_CLOCK,
	INDEX_AUTHENTICATION,
	INDEX_FIRST_SAMPLE
};

#define MAX_ROWS 32
#define NEEDS(index) (1U << (index))

typedef void (*CheckFunction) (CheckRun *run, CheckRow *row);

/* A step that all checks have, and the rows that it needs. */
static const struct
{
	const char *name;
	CheckFunction function;
	uint32		needs;
}			steps[] = {
	[INDEX_SERVER] = {"server", find_server, 0},
	[INDEX_BASE_URL] = {"base_url", read_options, NEEDS(INDEX_SERVER)},
	[INDEX_MAPPING] = {"user mapping", find_mapping, NEEDS(INDEX_SERVER)},
	[INDEX_KEY] = {"API key", read_key, NEEDS(INDEX_MAPPING)},
	[INDEX_PROXY] = {"proxy", check_proxy, NEEDS(INDEX_BASE_URL) | NEEDS(INDEX_KEY)},
	[INDEX_LOOKUP] = {"name lookup", check_lookup, NEEDS(INDEX_PROXY)},
	[INDEX_CONNECTION] = {"connection", check_connection, NEEDS(INDEX_LOOKUP)},
	[INDEX_TLS] = {"TLS", check_tls, NEEDS(INDEX_CONNECTION)},
	[INDEX_ANSWER] = {"answer", check_answer, NEEDS(INDEX_TLS)},
	[INDEX_CLOCK] = {"clock", check_clock, NEEDS(INDEX_ANSWER)},
	[INDEX_AUTHENTICATION] = {"authentication", check_authentication, NEEDS(INDEX_ANSWER)}
};

/* The rows of a check that are there. */
typedef struct Check
{
	CheckRun	run;
	CheckRow	rows[MAX_ROWS];
	int			nrows;
} Check;

/* A step, as a CheckTask has it. */
typedef struct StepTask
{
	CheckFunction function;
	CheckRun   *run;
	CheckRow   *row;
} StepTask;

static void
do_step(void *arg)
{
	StepTask   *task = arg;

	task->function(task->run, task->row);
}

/* The step that failed, of those that are needed; or NULL. */
static const char *
failed_step(const Check *check, uint32 needs)
{
	for (int i = 0; i < check->nrows; i++)
		if ((needs & NEEDS(i)) && check->rows[i].cause)
			return check->rows[i].cause;
	return NULL;
}

static void
add_step(Check *check, const char *name, CheckFunction function, uint32 needs)
{
	CheckRow   *row = &check->rows[check->nrows];
	StepTask	task = {function, &check->run, row};
	ErrorData  *error;

	Assert(check->nrows < MAX_ROWS);
	row->step = name;
	row->cause = failed_step(check, needs);
	if (row->cause)
		check_skip(row, psprintf(_("not run, as the step \"%s\" failed"), row->cause));
	else if ((error = check_try(do_step, &task)))
		check_fail_by(row, error);
	check->nrows++;
}

static void
add_steps(Check *check)
{
	for (int i = 0; i < lengthof(steps); i++)
		add_step(check, steps[i].name, steps[i].function, steps[i].needs);
	for (const UsageEndpoint *endpoint = usage_endpoints; endpoint->name; endpoint++)
	{
		check->run.endpoint = endpoint;
		if (endpoint->sample)
			add_step(check, endpoint->sample, read_page, NEEDS(INDEX_AUTHENTICATION));
	}
	add_step(check, "first day", find_first_day, NEEDS(INDEX_FIRST_SAMPLE));
}

static void
add_row(Rows *rows, const CheckRow *row)
{
	Datum		values[COLUMN_COUNT] = {0};
	bool		nulls[COLUMN_COUNT] = {false};

	rows_set_text(&values[COLUMN_STEP], &nulls[COLUMN_STEP], row->step);
	values[COLUMN_OK] = BoolGetDatum(row->verdict == CHECK_PASSED);
	nulls[COLUMN_OK] = row->verdict == CHECK_NOT_RUN;
	rows_set_text(&values[COLUMN_DETAIL], &nulls[COLUMN_DETAIL], row->detail);
	rows_set_text(&values[COLUMN_HINT], &nulls[COLUMN_HINT], row->hint);
	rows_add(rows, values, nulls);
}

/* A RowsMaker. */
static void
add_check(FunctionCallInfo fcinfo, Rows *rows)
{
	Check	   *check = palloc0(sizeof(Check));

	check->run.server = pstrdup(NameStr(*PG_GETARG_NAME(0)));
	add_steps(check);
	for (int i = 0; i < check->nrows; i++)
		add_row(rows, &check->rows[i]);
}

PGDLLEXPORT Datum usage_fdw_check(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_check);

Datum
usage_fdw_check(PG_FUNCTION_ARGS)
{
	return rows_return(fcinfo, COLUMN_COUNT, add_check);
}
