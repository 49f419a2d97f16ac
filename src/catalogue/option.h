/*
 * option.h
 *	  What the user set: options of servers, user mappings, tables, columns
 *	  and IMPORT FOREIGN SCHEMA.
 *
 * One table of rows in option.c drives validation, reading, hints and
 * documentation: a new option is a new row.
 */
#ifndef USAGE_OPTION_H
#define USAGE_OPTION_H

#include "nodes/parsenodes.h"
#include "utils/timestamp.h"

#include "catalogue/endpoint.h"
#include "catalogue/provider.h"

/*
 * Everything that is set for a foreign table, its server's options overlaid by
 * its own.  No secret is in here.  palloc'd in one go by option_table().
 */
typedef struct UsageOptions
{
	const UsageProvider *provider;	/* who answers */

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
	int			max_result_bytes;
	int			array_format;	/* ProviderArrayFormat */
	char	   *ca_file;		/* or NULL */
	char	   *proxy;			/* or NULL */
	bool		allow_http;

	/* table */
	char	   *endpoint;		/* name in the catalogue, or NULL */
	char	   *path;			/* set by the user, or NULL */
	char	   *bucket_width;
	char	   *history;		/* an interval's text */
	int			rows_per_bucket;	/* 0: not set */
} UsageOptions;

/* Options of a column of a foreign table; NULL where not set. */
typedef struct UsageColumnOptions
{
	char	   *column_name;	/* the catalogue's name for it */
	char	   *field;
	char	   *role;
	char	   *filter;
} UsageColumnOptions;

/* Options of a user mapping: where the secret is.  Of no use to planning. */
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
} UsageImportOptions;

/*
 * Check all options of an object of that catalog, as `validator` (the SQL
 * function) is asked to.  ERROR where one is not known, has no valid value,
 * may not be set by the current user or can't go with another.
 */
extern void option_validate(List *options, Oid catalog, Oid validator);

/*
 * Everything set for a foreign table.  endpoint defaults to the table's name
 * where no path is set; exactly one of the two is not NULL.  ERROR where what
 * is stored can't be used together: an endpoint or a width of it that does not
 * exist, plain http to another machine.
 */
extern UsageOptions *option_table(Oid foreigntableid);

/* Just the server's part, the rest at its defaults. */
extern UsageOptions *option_server(Oid serverid);

extern UsageColumnOptions *option_column(Oid foreigntableid, AttrNumber attnum);
extern UsageImportOptions *option_import(List *options);

/*
 * Of the mapping of `userid` for that server, or else of PUBLIC's.  ERROR
 * 28000 where there is none.
 */
extern UsageMappingOptions *option_mapping(Oid userid, Oid serverid);

#endif
