/*
 * option_check.c
 *	  Checks which options can be combined.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_foreign_server.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "base/rate.h"
#include "catalogue/option_private.h"
#include "http/http_url.h"

/* Is it a plain http URL of another machine? */
static bool
is_exposed(const char *text)
{
	HttpUrl		url;

	return text && http_parse_url(text, &url) && strcmp(url.scheme, "http") == 0 && !url.loopback;
}

/*
 * An http request shows the key to the network on its way to the server or,
 * even if that is this machine, to a proxy on another.
 */
void
option_check_server(const void *any)
{
	const UsageOptions *set = any;
	HttpUrl		url;

	if (set->allow_http || !http_parse_url(set->base_url, &url) ||
		strcmp(url.scheme, "http") != 0 ||
		(!is_exposed(set->base_url) && !is_exposed(set->proxy)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("API key would be sent unencrypted"),
			 errdetail("The option \"base_url\" is an http URL, and requests leave this machine."),
			 errhint("Use https, or set the option \"allow_http\" if the network is to be trusted.")));
}

void
option_warn_server(const void *any)
{
	const UsageOptions *set = any;

	if (set->max_requests_per_minute == 0 || rate_is_shared())
		return;
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("option \"max_requests_per_minute\" limits each session by itself"),
			 errdetail("Before PostgreSQL 17, sessions are counted together only where usage_fdw was loaded when the server started."),
			 errhint("Add \"usage_fdw\" to \"shared_preload_libraries\", and restart the server.")));
}

/*
 * A mapping may have no key: a role that may not see the options of a mapping
 * dumps it so, and it must not stop the whole restore.  api_key_find() raises
 * the error.
 */
void
option_check_mapping(const void *any)
{
	const UsageMappingOptions *set = any;

	if (set->api_key && set->api_key_file)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("options \"api_key\" and \"api_key_file\" exclude each other"),
				 errhint("To replace one by the other, use ALTER USER MAPPING ... OPTIONS (DROP ..., ADD ...).")));
}

void
option_check_endpoint(const char *name)
{
	if (!endpoint_find(name))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("endpoint \"%s\" does not exist", name),
				 errhint("Valid endpoints are: %s.  The option \"path\" reads one that usage_fdw does not know.",
						 endpoint_names())));
}

void
option_check_table_name(const char *name)
{
	const UsageEndpoint *numbered = endpoint_find_numbered(name);

	if (endpoint_find(name))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("endpoint \"%s\" does not exist", name),
			 errdetail("A foreign table without the options \"endpoint\" and \"path\" reads the endpoint of its name."),
			 numbered ?
			 errhint("A shard or a copy, which has another name than its table, needs the option: set \"endpoint\" of the table to \"%s\".",
					 numbered->name) :
			 errhint("Set the option \"endpoint\" to one of: %s.  The option \"path\" reads one that usage_fdw does not know.",
					 endpoint_names())));
}

static void
check_width(const UsageEndpoint *endpoint, const char *name, const char *width)
{
	if (!endpoint_width(endpoint, width))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("endpoint \"%s\" has no bucket width \"%s\"", name, width),
				 errhint("Its bucket widths are: %s.", endpoint_width_names(endpoint))));
}

/* "usage" is also what is not set. */
static void
check_kind(const UsageEndpoint *endpoint, UsageShape kind)
{
	if (kind != USAGE_BUCKETS && kind != endpoint->shape)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("endpoint \"%s\" is not of the kind \"%s\"", endpoint->name,
						endpoint_shape_names[kind]),
				 errhint("The option \"kind\" is for tables with the option \"path\".")));
}

void
option_check_table(const void *any)
{
	const UsageOptions *set = any;

	if (set->endpoint && set->path)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("options \"endpoint\" and \"path\" exclude each other"),
				 errhint("Set \"endpoint\" to what usage_fdw_columns() knows, or \"path\" to what it does not.")));
	if (set->endpoint)
	{
		option_check_endpoint(set->endpoint);
		check_kind(endpoint_find(set->endpoint), set->kind);
		check_width(endpoint_find(set->endpoint), set->endpoint, set->bucket_width);
	}
	else if (set->path)
		check_width(&usage_unknown_endpoints[set->kind], set->path, set->bucket_width);
}

void
option_check_column(const void *any)
{
	const UsageColumnOptions *column = any;
	UsageRole	role = USAGE_DIMENSION;

	if (column->role)
		endpoint_role(column->role, &role);
	if (column->filter && role != USAGE_DIMENSION && role != USAGE_ATTRIBUTE)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"filter\" goes with the roles \"%s\" and \"%s\" only",
						endpoint_role_name(USAGE_DIMENSION), endpoint_role_name(USAGE_ATTRIBUTE))));
}

bool
option_is_of_own_server(const DefElem *wanted, Oid validator)
{
	bool		found = false;
	Relation	servers = table_open(ForeignServerRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(servers, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_foreign_server form = (Form_pg_foreign_server) GETSTRUCT(tuple);

		if (has_privs_of_role(GetUserId(), form->srvowner) &&
			GetForeignDataWrapper(form->srvfdw)->fdwvalidator == validator)
			found = list_member(GetForeignServer(form->oid)->options, wanted);
	}
	systable_endscan(scan);
	table_close(servers, AccessShareLock);
	return found;
}
