/*
 * option.c
 *	  Options of servers, user mappings, foreign tables, their columns
 *	  and IMPORT FOREIGN SCHEMA.
 *
 * The array options[] drives everything here.  A value goes through the same
 * parser when it is stored and when it is read, so what is read is valid even
 * if the catalogs were changed by other means.
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "catalogue/option_private.h"
#include "catalogue/option_value.h"

#define MINUTE_MS			(60 * 1000)
#define DAY_MS				(24 * 60 * MINUTE_MS)
#define MAX_TYPO_DISTANCE	4	/* as in postgres_fdw */

/* The options of any place. */
typedef union AnyOptions
{
	UsageOptions table;			/* of servers, too */
	UsageColumnOptions column;
	UsageImportOptions import;
	UsageMappingOptions mapping;
} AnyOptions;

/* Where an option may be set. */
#define ON_WRAPPER	0x01
#define ON_SERVER	0x02
#define ON_MAPPING	0x04
#define ON_TABLE	0x08
#define ON_COLUMN	0x10
#define ON_IMPORT	0x20

/* Flags of an option. */
#define SUPERUSER	0x01		/* only a superuser may set it */
#define SECRET		0x02		/* messages must not show its value */

typedef struct Option
{
	const char *name;
	int			places;			/* ON_... */
	OptionParser parse;
	size_t		offset;			/* of the field in the place's struct */
	const char *preset;			/* or NULL */
	OptionLimits limits;
	int			flags;			/* SUPERUSER, SECRET */
} Option;

static const char *const array_formats[] = {
	[PROVIDER_ARRAY_REPEAT] = "repeat",
	[PROVIDER_ARRAY_BRACKETS] = "brackets",
	[PROVIDER_ARRAY_COMMA] = "comma",
	NULL
};

#define SETTING(member)	offsetof(UsageOptions, member)
#define COLUMN(member)	offsetof(UsageColumnOptions, member)
#define IMPORT(member)	offsetof(UsageImportOptions, member)
#define MAPPING(member)	offsetof(UsageMappingOptions, member)

/* set_provider() sets the preset. */
#define OF_PROVIDER		NULL

/* Name, places, parser, field, preset, limits: min, max and unit. */
static const Option options[] = {
	{"base_url", ON_SERVER, option_parse_url, SETTING(base_url), OF_PROVIDER, .flags = SECRET},
	{"organization", ON_SERVER, option_parse_token, SETTING(organization)},
	{"project", ON_SERVER, option_parse_token, SETTING(project)},
	{"connect_timeout", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(connect_timeout_ms), "10s", {0, DAY_MS, GUC_UNIT_MS}},
	{"request_timeout", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(request_timeout_ms), "120s", {0, DAY_MS, GUC_UNIT_MS}},
	{"max_retries", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(max_retries), "4", {0, 100}},
	{"retry_delay", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(retry_delay_ms), "500ms", {0, MINUTE_MS, GUC_UNIT_MS}},
	{"max_concurrent_requests", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(max_concurrent_requests), "4", {1, 64}},
	{"fetch_ahead_bytes", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(fetch_ahead_bytes), "8MB", {64 * 1024, 1024 * 1024 * 1024, GUC_UNIT_BYTE}},
	{"max_requests", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(max_requests), "1000", {1, INT_MAX}},
	{"max_requests_per_minute", ON_SERVER, option_parse_integer, SETTING(max_requests_per_minute), "0", {0, 100000}},
	{"max_result_bytes", ON_SERVER | ON_TABLE, option_parse_integer, SETTING(max_result_bytes), "64kB", {1024, 64 * 1024 * 1024, GUC_UNIT_BYTE}},
	{"array_format", ON_SERVER, option_parse_name, SETTING(array_format), OF_PROVIDER, {.names = array_formats}},
	{"ca_file", ON_SERVER, option_parse_file, SETTING(ca_file), .flags = SUPERUSER},
	{"proxy", ON_SERVER, option_parse_url, SETTING(proxy), .flags = SECRET},
	{"allow_http", ON_SERVER, option_parse_boolean, SETTING(allow_http), "false"},

	{"api_key", ON_MAPPING, option_parse_token, MAPPING(api_key), .flags = SECRET},
	{"api_key_file", ON_MAPPING, option_parse_file, MAPPING(api_key_file), .flags = SUPERUSER},

	{"endpoint", ON_TABLE, option_parse_string, SETTING(endpoint)},
	{"path", ON_TABLE, option_parse_path, SETTING(path)},
	{"kind", ON_TABLE, option_parse_name, SETTING(kind), NULL, {.names = endpoint_shape_names}},
	{"bucket_width", ON_TABLE, option_parse_width, SETTING(bucket_width), "1d"},
	{"history", ON_TABLE, option_parse_history, SETTING(history), "365 days"},
	{"rows_per_bucket", ON_TABLE, option_parse_integer, SETTING(rows_per_bucket), NULL, {1, INT_MAX}},
	{"revision", ON_TABLE, option_parse_integer, SETTING(revision), NULL, {0, INT_MAX}},
	{"dimensions_revision", ON_TABLE, option_parse_integer, SETTING(dimensions_revision), NULL, {0, INT_MAX}},

	{"column_name", ON_COLUMN, option_parse_string, COLUMN(column_name)},
	{"field", ON_COLUMN, option_parse_field, COLUMN(field)},
	{"role", ON_COLUMN, option_parse_role, COLUMN(role)},
	{"filter", ON_COLUMN, option_parse_filter, COLUMN(filter)},

	{"bucket_width", ON_IMPORT, option_parse_width, IMPORT(bucket_width)},
	{"extra_dimensions", ON_IMPORT, option_parse_boolean, IMPORT(extra_dimensions), "false"},
	{"kinds", ON_IMPORT, option_parse_names, IMPORT(kinds), "usage, list, object", {.names = endpoint_shape_names}},
	{NULL}
};

/* The objects that have options, and checks of their combinations. */
typedef struct OptionPlace
{
	Oid			catalog;
	int			place;			/* ON_... */
	const char *name;
	void		(*check) (const void *any); /* or NULL */
	void		(*warn) (const void *any);	/* when it is set; or NULL */
} OptionPlace;

static const OptionPlace option_places[] = {
	{ForeignDataWrapperRelationId, ON_WRAPPER, "a foreign data wrapper"},
	{ForeignServerRelationId, ON_SERVER, "a server", option_check_server, option_warn_server},
	{UserMappingRelationId, ON_MAPPING, "a user mapping", option_check_mapping},
	{ForeignTableRelationId, ON_TABLE, "a foreign table", option_check_table},
	{AttributeRelationId, ON_COLUMN, "a column of a foreign table", option_check_column},
	{InvalidOid, ON_IMPORT, "IMPORT FOREIGN SCHEMA"}
};

static const Option *
find_option(const char *name, int places)
{
	for (const Option *option = options; option->name; option++)
		if ((option->places & places) && strcmp(option->name, name) == 0)
			return option;
	return NULL;
}

static const OptionPlace *
find_place(int place)
{
	for (int i = 0; i < lengthof(option_places); i++)
		if (option_places[i].place & place)
			return &option_places[i];
	elog(ERROR, "options have no place %d", place);
}

/* Is `name` a typing error of `option`, closer than *best?  If so, lower *best. */
static bool
is_closer(const char *name, const char *option, int *best)
{
	int			length = strlen(name);
	int			distance = varstr_levenshtein_less_equal(name, length, option, strlen(option),
														 1, 1, 1, *best, true);

	if (distance > length / 2 || distance >= *best)
		return false;
	*best = distance;
	return true;
}

static void
fail_unknown(const char *name, int place)
{
	const Option *elsewhere = find_option(name, ~0);
	const char *close = NULL;
	int			distance = MAX_TYPO_DISTANCE + 1;
	StringInfoData names;

	initStringInfo(&names);
	for (const Option *option = options; option->name; option++)
	{
		if (!(option->places & place))
			continue;
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", option->name);
		if (is_closer(name, option->name, &distance))
			close = option->name;
	}

	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\"", name),
			 elsewhere ? errdetail("It is an option of %s.", find_place(elsewhere->places)->name) : 0,
			 names.len == 0 ? errhint("There are no valid options in this context.") :
			 close ? errhint("Perhaps you meant the option \"%s\".  Valid options in this context are: %s.",
							 close, names.data) :
			 errhint("Valid options in this context are: %s.", names.data)));
}

static void
set_option(const Option *option, char *value, void *target)
{
	const char *hint = option->parse(value, &option->limits, (char *) target + option->offset);

	if (!hint)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 option->flags & SECRET ?
			 errmsg("invalid value for option \"%s\"", option->name) :
			 errmsg("invalid value for option \"%s\": \"%s\"", option->name, value),
			 errhint("%s", hint)));
}

/* Set the provider, and the presets OF_PROVIDER. */
static void
set_provider(UsageOptions *set, const UsageProvider *provider)
{
	set->provider = provider;
	set->base_url = pstrdup(provider->base_url);
	set->array_format = provider->array_format;
}

static void
set_presets(int places, void *target)
{
	if (places & ON_SERVER)
		set_provider(target, &provider_openai);
	for (const Option *option = options; option->name; option++)
		if ((option->places & places) && option->preset)
			set_option(option, pstrdup(option->preset), target);
}

static void
set_options(int place, List *list, void *target)
{
	ListCell   *lc;

	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const Option *option = find_option(def->defname, place);

		if (!option)
			fail_unknown(def->defname, place);
		set_option(option, defGetString(def), target);
	}
}

/*
 * The validator gets all options of an object, not only those that change.  If
 * a superuser has set a SUPERUSER option of a server, its owner must still be
 * able to change the others.  That lets him set the same value on another
 * server of his, which gains him nothing.  User mappings need no such
 * exception, as api_key_file excludes their other options.
 */
static void
check_privileges(List *list, int place, Oid validator)
{
	ListCell   *lc;

	if (superuser())
		return;
	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (!(find_option(def->defname, place)->flags & SUPERUSER) ||
			(place == ON_SERVER && option_is_of_own_server(def, validator)))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to set option \"%s\"", def->defname),
				 errhint("Only a superuser may name a file on the database server.")));
	}
}

void
option_validate(List *list, Oid catalog, Oid validator)
{
	for (int i = 0; i < lengthof(option_places); i++)
	{
		const OptionPlace *place = &option_places[i];
		AnyOptions	set;

		if (place->catalog != catalog)
			continue;
		memset(&set, 0, sizeof(set));
		set_presets(place->place, &set);
		set_options(place->place, list, &set);
		check_privileges(list, place->place, validator);
		if (place->check)
			place->check(&set);
		if (place->warn)
			place->warn(&set);
		return;
	}
	elog(ERROR, "unexpected catalog %u for options", catalog);
}

UsageOptions *
option_server(Oid serverid)
{
	UsageOptions *set = palloc0(sizeof(UsageOptions));

	set_presets(ON_SERVER | ON_TABLE, set);
	set_options(ON_SERVER, GetForeignServer(serverid)->options, set);
	option_check_server(set);
	return set;
}

UsageOptions *
option_table(Oid foreigntableid)
{
	ForeignTable *table = GetForeignTable(foreigntableid);
	UsageOptions *set = option_server(table->serverid);

	set_options(ON_TABLE, table->options, set);
	if (!set->endpoint && !set->path)
	{
		set->endpoint = get_rel_name(foreigntableid);
		option_check_table_name(set->endpoint);
	}
	option_check_table(set);
	return set;
}

UsageColumnOptions *
option_column(Oid foreigntableid, AttrNumber attnum)
{
	UsageColumnOptions *set = palloc0(sizeof(UsageColumnOptions));

	set_options(ON_COLUMN, GetForeignColumnOptions(foreigntableid, attnum), set);
	return set;
}

/* Refuse repeated options, as PostgreSQL itself does for all other objects. */
UsageImportOptions *
option_import(List *list)
{
	UsageImportOptions *set = palloc0(sizeof(UsageImportOptions));
	ListCell   *lc;

	foreach(lc, list)
	{
		const char *name = lfirst_node(DefElem, lc)->defname;

		for (int i = foreach_current_index(lc) + 1; i < list_length(list); i++)
			if (strcmp(list_nth_node(DefElem, list, i)->defname, name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_OBJECT),
						 errmsg("option \"%s\" provided more than once", name)));
	}
	set_presets(ON_IMPORT, set);
	set_options(ON_IMPORT, list, set);
	return set;
}

/* The options of the user's mapping, or else of PUBLIC's. */
static List *
mapping_options(Oid userid, const ForeignServer *server)
{
	if (!SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(userid),
							   ObjectIdGetDatum(server->serverid)) &&
		!SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
							   ObjectIdGetDatum(server->serverid)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("user mapping not found for user \"%s\" and server \"%s\"",
						GetUserNameFromId(userid, false), server->servername),
				 errhint("Use CREATE USER MAPPING with the option \"api_key\" or \"api_key_file\".")));
	return GetUserMapping(userid, server->serverid)->options;
}

UsageMappingOptions *
option_mapping(Oid userid, Oid serverid)
{
	UsageMappingOptions *set = palloc0(sizeof(UsageMappingOptions));

	set_options(ON_MAPPING, mapping_options(userid, GetForeignServer(serverid)), set);
	return set;
}
