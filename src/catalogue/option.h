/*
 * option.h
 *	  Options of servers, user mappings, foreign tables, their columns
 *	  and IMPORT FOREIGN SCHEMA.
 *
 * The array options[] in option.c drives validation, reading and hints: a new
 * option is a new row.  All that the functions return is palloc'd in
 * CurrentMemoryContext.
 */
#ifndef USAGE_OPTION_H
#define USAGE_OPTION_H

#include "nodes/parsenodes.h"
#include "utils/timestamp.h"

#include "catalogue/endpoint.h"
#include "catalogue/provider.h"

/*
 * All options of a foreign table, where its own override its server's.  There
 * is no secret in it.
 */
typedef struct UsageOptions
{
	const UsageProvider *provider;	/* the API that answers */

	/* server */
	char	   *base_url;		/* without a trailing slash */
	char	   *organization;	/* or NULL */
	char	   *project;		/* or NULL */
	int			connect_timeout_ms;
	int			request_timeout_ms;
	int			max_retries;
	int			retry_delay_ms;
	int			max_concurrent_requests;
	int			fetch_ahead_bytes;
	int			max_requests;
	int			max_requests_per_minute;	/* 0: no limit */
	int			max_result_bytes;
	int			array_format;	/* ProviderArrayFormat */
	char	   *ca_file;		/* or NULL */
	char	   *proxy;			/* or NULL */
	bool		allow_http;

	/* table */
	char	   *endpoint;		/* in the catalogue, or NULL if path is set */
	char	   *path;			/* or NULL if endpoint is set */
	int			kind;			/* UsageShape of what the path leads to */
	char	   *bucket_width;
	char	   *history;		/* an interval's text */
	int			rows_per_bucket;	/* 0: not set */
	int			revision;		/* of the endpoint's columns that the table
								 * has been offered, for
								 * usage_fdw_update_tables() */
	int			dimensions_revision;	/* the same of dimensions, where they
										 * wait */
} UsageOptions;

/* Options of a column of a foreign table; NULL where not set. */
typedef struct UsageColumnOptions
{
	char	   *column_name;	/* its name in the catalogue */
	char	   *field;
	char	   *role;
	char	   *filter;
} UsageColumnOptions;

/* Options of a user mapping, which hold the secret: not for planning. */
typedef struct UsageMappingOptions
{
	char	   *api_key;		/* or NULL */
	char	   *api_key_file;	/* or NULL */
} UsageMappingOptions;

/* Options of IMPORT FOREIGN SCHEMA. */
typedef struct UsageImportOptions
{
	char	   *bucket_width;	/* NULL: not set */
	bool		extra_dimensions;
	int			kinds;			/* 1 << UsageShape, of those that are wanted */
} UsageImportOptions;

/*
 * Check all options (DefElems) of an object of that catalog, for the SQL
 * function `validator`.  ERROR if one is unknown (HV00D), has an invalid value
 * (HV024), may not be set by the current user (42501), is missing or can't go
 * with another.
 */
extern void option_validate(List *options, Oid catalog, Oid validator);

/*
 * All options of a foreign table.  If neither is set, endpoint defaults to the
 * table's name, so exactly one of endpoint and path is not NULL.  ERROR if a
 * stored option is invalid or can't go with another: an endpoint, or a width
 * of it, that does not exist, or plain http to another machine.
 */
extern UsageOptions *option_table(Oid foreigntableid);

/*
 * All options of a server, with the presets of a table's own, none of which has
 * an endpoint or a path.  ERROR as of option_table().
 */
extern UsageOptions *option_server(Oid serverid);

/* ERROR if a stored option is invalid. */
extern UsageColumnOptions *option_column(Oid foreigntableid, AttrNumber attnum);

/* ERROR as of option_validate(), and 42710 if an option is repeated. */
extern UsageImportOptions *option_import(List *options);

/*
 * Options of the mapping of `userid` for that server, or else of PUBLIC's.
 * ERROR 28000 if there is none.
 */
extern UsageMappingOptions *option_mapping(Oid userid, Oid serverid);

#endif
