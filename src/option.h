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

#include "endpoint.h"

/* How arrays are written in a query (API.md section 2). */
typedef enum UsageArrayFormat
{
	USAGE_ARRAY_REPEAT,			/* a=1&a=2 */
	USAGE_ARRAY_BRACKETS,		/* a[]=1&a[]=2, percent-encoded */
	USAGE_ARRAY_COMMA			/* a=1,2 */
} UsageArrayFormat;

/*
 * Everything that is set for a foreign table, its server's options overlaid by
 * its own.  No secret is in here.  palloc'd in one go by option_table().
 */
typedef struct UsageOptions
{
	/* server */
	char	   *base_url;		/* without a trailing slash */
	char	   *organization;	/* or NULL */
	char	   *project;		/* or NULL */
	int			connect_timeout_ms;
	int			request_timeout_ms;
	int			max_retries;
	int			retry_delay_ms;
	int			max_requests;
	int			array_format;	/* UsageArrayFormat */
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

/* Options of IMPORT FOREIGN SCHEMA. */
typedef struct UsageImportOptions
{
	char	   *bucket_width;
	bool		extra_dimensions;
} UsageImportOptions;

/*
 * Everything set for a foreign table.  endpoint defaults to the table's name
 * where no path is set.  ERROR where what is stored can't be used together
 * (it was checked piece by piece when it was stored).
 */
extern UsageOptions *option_table(Oid foreigntableid);

/* Just the server's part, the rest at its defaults. */
extern UsageOptions *option_server(Oid serverid);

extern UsageColumnOptions *option_column(Oid foreigntableid, AttrNumber attnum);
extern UsageImportOptions *option_import(List *options);

/*
 * The key that `userid` uses with that server, from the user mapping's
 * api_key or api_key_file, palloc'd.  ERROR 28000 where there is none.  To be
 * called at execution only: a key must not reach a plan.
 */
extern char *option_api_key(Oid userid, Oid serverid);

/*
 * The interval before now that a table covers, as its first instant: `now`
 * less history, cut at a UTC day.  A history that reaches before all time
 * gives the first instant that can be asked for.
 */
extern TimestampTz option_history_start(const UsageOptions *options, TimestampTz now);

#endif
