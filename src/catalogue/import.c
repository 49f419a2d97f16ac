/*
 * import.c
 *	  IMPORT FOREIGN SCHEMA: a foreign table for each endpoint of the catalogue.
 */
#include "postgres.h"

#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"

#include "catalogue/endpoint.h"
#include "catalogue/import.h"
#include "catalogue/option.h"

/* The only schema. */
#define REMOTE_SCHEMA "usage"

static void
check_schema(const char *name, const char *server)
{
	if (strcmp(name, REMOTE_SCHEMA) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("schema \"%s\" is not present on foreign server \"%s\"", name, server),
				 errhint("The schema is \"%s\".", REMOTE_SCHEMA)));
}

/* ERROR if LIMIT TO names a table that the option "kinds" leaves out. */
static void
check_kind(const ImportForeignSchemaStmt *stmt, const UsageEndpoint *endpoint, int kinds)
{
	if (stmt->list_type != FDW_IMPORT_SCHEMA_LIMIT_TO || (kinds & (1 << endpoint->shape)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("table \"%s\" is not of the kinds that are to be imported", endpoint->name),
			 errhint("Add \"%s\" to the option \"kinds\", or leave that out.",
					 endpoint_shape_names[endpoint->shape])));
}

/* Check names in LIMIT TO or EXCEPT: PostgreSQL would ignore one without a table. */
static void
check_names(const ImportForeignSchemaStmt *stmt, int kinds)
{
	ListCell   *lc;

	foreach(lc, stmt->table_list)
	{
		const char *name = lfirst_node(RangeVar, lc)->relname;
		const UsageEndpoint *endpoint = endpoint_find(name);

		if (!endpoint)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
					 errmsg("table \"%s\" does not exist in schema \"%s\"", name, REMOTE_SCHEMA),
					 errhint("Valid tables are: %s.", endpoint_names())));
		check_kind(stmt, endpoint, kinds);
	}
}

static bool
is_wanted(const UsageColumn *column, const UsageImportOptions *set)
{
	return column->imported || (set->extra_dimensions && column->role == USAGE_DIMENSION);
}

static void
append_columns(StringInfo sql, const UsageEndpoint *endpoint, const UsageImportOptions *set)
{
	const char *separator = "";

	for (const UsageColumn *column = endpoint->columns; column->name; column++)
	{
		if (!is_wanted(column, set))
			continue;
		appendStringInfo(sql, "%s\n\t%s %s%s", separator, quote_identifier(column->name),
						 format_type_be(column->type),
						 column->role == USAGE_BUCKET || column->role == USAGE_PARENT ? " NOT NULL" : "");
		separator = ",";
	}
}

/* The wanted width, or the endpoint's widest if it lacks that. */
static void
append_width(StringInfo sql, const UsageEndpoint *endpoint, const char *wanted)
{
	const UsageWidth *width = endpoint_width(endpoint, wanted);

	if (!width)
		width = endpoint_widest(endpoint);
	appendStringInfo(sql, ", bucket_width %s", quote_literal_cstr(width->name));
}

static char *
table_command(const UsageEndpoint *endpoint, const char *server, const UsageImportOptions *set)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE FOREIGN TABLE %s (", quote_identifier(endpoint->name));
	append_columns(&sql, endpoint, set);
	appendStringInfo(&sql, "\n) SERVER %s\nOPTIONS (endpoint %s, revision '%d'", quote_identifier(server),
					 quote_literal_cstr(endpoint->name), endpoint_revision(endpoint));
	if (set->bucket_width && endpoint->shape == USAGE_BUCKETS)
		append_width(&sql, endpoint, set->bucket_width);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

List *
usageImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid)
{
	const char *server = GetForeignServer(serverOid)->servername;
	UsageImportOptions *set = option_import(stmt->options);
	List	   *commands = NIL;

	check_schema(stmt->remote_schema, server);
	check_names(stmt, set->kinds);
	for (const UsageEndpoint *endpoint = usage_endpoints; endpoint->name; endpoint++)
		if ((set->kinds & (1 << endpoint->shape)) && IsImportableForeignTable(endpoint->name, stmt))
			commands = lappend(commands, table_command(endpoint, server, set));
	return commands;
}
