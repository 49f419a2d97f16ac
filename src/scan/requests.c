/*
 * requests.c
 *	  usage_fdw_requests(): what this session has asked of the API.
 *
 * A session may be one role first and another later, and a function or a view
 * may ask with its owner's key: what was asked is shown to those only who have
 * the privileges of the role whose user mapping was used, as
 * pg_stat_activity does with queries.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/rows.h"
#include "stream/journal.h"

/* The result columns, in the order of the install script. */
enum RequestRow
{
	ROW_REQUESTED_AT,
	ROW_SERVER,
	ROW_ENDPOINT,
	ROW_PATH,
	ROW_PARAMETERS,
	ROW_STATUS,
	ROW_ATTEMPTS,
	ROW_BYTES_RECEIVED,
	ROW_DURATION,
	ROW_WAIT,
	ROW_REQUEST_ID,
	ROW_ERROR,
	ROW_LENGTH
};

/* A text, or NULL where it is empty. */
static const char *
or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* What only those may see who could have asked it. */
static void
set_question(Datum *values, bool *nulls, const JournalEntry *entry)
{
	const char *path = journal_path(entry);
	const char *query = strchr(path, '?');

	if (query)
		path = pnstrdup(path, query - path);
	rows_set_text(&values[ROW_PATH], &nulls[ROW_PATH], path);
	rows_set_text(&values[ROW_PARAMETERS], &nulls[ROW_PARAMETERS], query ? query + 1 : NULL);
	rows_set_text(&values[ROW_ERROR], &nulls[ROW_ERROR], or_null(entry->error));
}

static void
add_request(Rows *rows, const JournalEntry *entry)
{
	Datum		values[ROW_LENGTH] = {0};
	bool		nulls[ROW_LENGTH] = {false};

	values[ROW_REQUESTED_AT] = TimestampTzGetDatum(entry->sent_at);
	rows_set_text(&values[ROW_SERVER], &nulls[ROW_SERVER], entry->server);
	rows_set_text(&values[ROW_ENDPOINT], &nulls[ROW_ENDPOINT], entry->endpoint);
	if (has_privs_of_role(GetUserId(), entry->userid))
		set_question(values, nulls, entry);
	else
		nulls[ROW_PATH] = nulls[ROW_PARAMETERS] = nulls[ROW_ERROR] = true;
	values[ROW_STATUS] = Int32GetDatum(entry->status);
	nulls[ROW_STATUS] = entry->status == 0;
	values[ROW_ATTEMPTS] = Int32GetDatum(entry->attempts);
	values[ROW_BYTES_RECEIVED] = Int64GetDatum(entry->wire_bytes);
	values[ROW_DURATION] = Float8GetDatum(entry->duration_us / 1000.0);
	values[ROW_WAIT] = Float8GetDatum(entry->wait_us / 1000.0);
	rows_set_text(&values[ROW_REQUEST_ID], &nulls[ROW_REQUEST_ID], or_null(entry->request_id));
	rows_add(rows, values, nulls);
}

/* A RowsMaker. */
static void
add_requests(FunctionCallInfo fcinfo, Rows *rows)
{
	for (int i = 0; i < journal_count(); i++)
		add_request(rows, journal_get(i));
}

PGDLLEXPORT Datum usage_fdw_requests(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_requests);

Datum
usage_fdw_requests(PG_FUNCTION_ARGS)
{
	return rows_return(fcinfo, ROW_LENGTH, add_requests);
}
