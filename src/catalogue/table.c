/*
 * table.c
 *	  Describes a foreign table: its columns, matched with the catalogue and with
 *	  its options.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "foreign/fdwapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "catalogue/table_private.h"

/* The field that means the whole result object. */
#define WHOLE_RESULT "*"

static void find_endpoint(UsageTable *table);
static void describe_column(UsageTable *table, Form_pg_attribute att, UsageTableColumn *column);
static void check_required(const UsageTable *table);
static void check_parent(UsageTable *table);

UsageTable *
table_describe(Relation rel)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	UsageTable *table = palloc0(sizeof(UsageTable));

	table->relid = RelationGetRelid(rel);
	table->options = option_table(table->relid);
	table->serverid = GetForeignServerIdByRelId(table->relid);
	find_endpoint(table);

	table->natts = tupdesc->natts;
	table->columns = palloc0(sizeof(UsageTableColumn) * Max(table->natts, 1));
	for (int i = 0; i < table->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (!att->attisdropped)
			describe_column(table, att, &table->columns[i]);
	}
	check_required(table);
	check_parent(table);
	return table;
}

/*
 * A table has an endpoint of the catalogue, or a path that the catalogue does
 * not know.  option_table() has checked that the endpoint and its width
 * exist.
 */
static void
find_endpoint(UsageTable *table)
{
	const UsageOptions *options = table->options;

	table->endpoint = options->path ? &usage_unknown_endpoints[options->kind] :
		endpoint_find(options->endpoint);
	table->path = options->path ? options->path : table->endpoint->path;
	table->name = options->path ? options->path : table->endpoint->name;
	table->width = endpoint_width(table->endpoint, options->bucket_width);
}

void
table_apply_known(UsageTableColumn *column, const UsageColumn *known)
{
	column->role = known->role;
	column->edge = known->edge;
	column->field = known->field;
	column->filter = known->filter;
	column->form = known->form;
	column->null_test = known->null_test;
	column->sorted = known->sorted;
	column->accepted = known->accepted;
	column->required = known->required;
	column->always_sent = known->always_sent;
}

/* The catalogue's column for a column with these options, or NULL. */
static const UsageColumn *
known_column(const UsageTable *table, const char *name, const UsageColumnOptions *set)
{
	if (set->field)
		return endpoint_field(table->endpoint, set->field);
	return endpoint_column(table->endpoint, set->column_name ? set->column_name : name);
}

/* Only usage has buckets and what is counted in them, only lists have attributes. */
static void
check_role(const UsageTable *table, const UsageTableColumn *column)
{
	bool		of_list = column->role == USAGE_ATTRIBUTE || column->role == USAGE_OTHER;

	if (table->endpoint->shape == USAGE_BUCKETS ?
		column->role != USAGE_ATTRIBUTE && column->role != USAGE_PARENT : of_list)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("column \"%s\" cannot have the role \"%s\"", column->name,
					endpoint_role_name(column->role)),
			 errdetail("Endpoint \"%s\" is of the kind \"%s\".", table->name,
					   endpoint_shape_names[table->endpoint->shape])));
}

/* An edge of the bucket must have the role USAGE_BUCKET, and nothing else may. */
static void
check_edge(const UsageTableColumn *column, const char *role)
{
	if ((column->role == USAGE_BUCKET) == (column->edge != USAGE_NO_EDGE))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("column \"%s\" cannot have the role \"%s\"", column->name, role),
			 column->edge == USAGE_NO_EDGE ?
			 errhint("Use the option \"column_name\" to say which edge of the bucket it is.") :
			 errhint("It is an edge of the bucket.  Use the option \"field\" to read a field of the result instead.")));
}

/* A column's name as the API writes it. */
static const char *
field_of_name(const char *name)
{
	const char *field = encoding_to_api(name);

	if (!field)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("name \"%s\" cannot be converted to UTF-8, which the API wants", name),
				 errhint("Use the option \"field\" to name the field of the result.")));
	return field;
}

/* May columns of that role have a filter? */
static bool
has_values(UsageRole role)
{
	return role == USAGE_DIMENSION || role == USAGE_ATTRIBUTE;
}

/* A parameter that the user names takes an array, of any values. */
static void
set_filter(UsageTableColumn *column, const char *filter)
{
	column->filter = filter;
	column->form = USAGE_FILTER_ARRAY;
	column->null_test = false;
}

/*
 * Apply the user's options to a column.  They override what the catalogue
 * knows of it, as the API may have changed.
 */
static void
apply_options(const UsageTable *table, UsageTableColumn *column,
			  const UsageColumnOptions *set, bool known)
{
	if (!known)
	{
		column->role = table->endpoint->shape == USAGE_BUCKETS ? USAGE_OTHER : USAGE_ATTRIBUTE;
		column->field = set->field ? set->field :
			field_of_name(set->column_name ? set->column_name : column->name);
	}
	if (set->role && !endpoint_role(set->role, &column->role))
		elog(ERROR, "unexpected role \"%s\"", set->role);
	if (set->filter || !has_values(column->role))
		set_filter(column, set->filter);
	check_edge(column, set->role);
	check_role(table, column);
	if (column->filter && !has_values(column->role))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("column \"%s\" has a filter but is not a dimension", column->name),
				 errdetail("The API sends a value for it only when a request groups by it."),
				 errhint("Set the option \"role\" to \"%s\", or drop the option \"filter\".",
						 endpoint_role_name(USAGE_DIMENSION))));
}

static void
fail_unknown(const UsageTable *table, const UsageTableColumn *column,
			 const UsageColumnOptions *set)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("endpoint \"%s\" has no column \"%s\"", table->name,
					set->column_name ? set->column_name : column->name),
			 errdetail("Foreign table \"%s\" declares it.", get_rel_name(table->relid)),
			 errhint("The endpoint's columns are: %s.  The option \"column_name\" gives one of them another name; \"field\" and \"role\" describe one that usage_fdw does not know.",
					 endpoint_column_names(table->endpoint))));
}

/*
 * Is it a string type that holds every string unchanged?  (The type "name"
 * does not, as it truncates.)
 */
static bool
is_text(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_STRING && get_typlen(type) == -1;
}

FieldKind
table_column_kind(Oid base)
{
	switch (base)
	{
		case INT8OID:
			return FIELD_INTEGER;
		case BOOLOID:
			return FIELD_BOOLEAN;
		case NUMERICOID:
			return FIELD_NUMBER;
		case JSONOID:
		case JSONBOID:
			return FIELD_JSON;
		default:
			return is_text(base) ? FIELD_TEXT : FIELD_SCALAR;
	}
}

/* Can a column of this base type hold every value of a catalogued type? */
static bool
type_holds(Oid base, Oid known)
{
	switch (known)
	{
		case TEXTOID:
			return is_text(base);
		case INT8OID:
			return base == INT8OID || base == NUMERICOID;
		default:
			return base == known;
	}
}

static void
check_type(const UsageTable *table, const UsageTableColumn *column, Oid known)
{
	/*
	 * planning compares a bucket's edges directly, and a parent is put into
	 * the row as it is: no domain over them
	 */
	bool		direct = column->role == USAGE_BUCKET || column->role == USAGE_PARENT;
	Oid			type = direct ? column->type : getBaseType(column->type);

	if (column->role == USAGE_PARENT ? type == known : type_holds(type, known))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of type %s cannot hold what endpoint \"%s\" sends",
					column->name, format_type_be(column->type), table->name),
			 errdetail("Foreign table \"%s\" declares it.", get_rel_name(table->relid)),
			 errhint("Declare it as %s.", format_type_be(known))));
}

/* varchar(n) drops blanks beyond its length, which a filter would compare. */
static bool
has_length(const UsageTableColumn *column)
{
	int32		typmod = column->typmod;

	(void) getBaseTypeAndTypmod(column->type, &typmod);
	return typmod >= 0;
}

/* Is it the column whose name the path has in braces? */
static bool
is_parent(const UsageTable *table, const UsageTableColumn *column, const UsageColumnOptions *set)
{
	const char *name = endpoint_path_name(table->path);

	return name && !set->field && !set->filter &&
		strcmp(name, set->column_name ? set->column_name : column->name) == 0;
}

static void
describe_parent(const UsageTable *table, UsageTableColumn *column)
{
	column->role = USAGE_PARENT;
	column->filter = endpoint_path_name(table->path);
	column->form = USAGE_FILTER_PATH;
	column->always_sent = true;
	check_type(table, column, TEXTOID);
}

/* Of a list that the catalogue does not know, a column may have any member's name. */
static bool
takes_any_name(const UsageEndpoint *endpoint)
{
	return !endpoint->name && endpoint->shape != USAGE_BUCKETS;
}

/* Choose how the column's field is read, and whether it can be filtered. */
static void
adjust_reading(const UsageTable *table, UsageTableColumn *column, bool is_known)
{
	/* text holds any scalar, and the API need not send a string */
	if (!is_known && column->kind == FIELD_TEXT && column->role != USAGE_DIMENSION && !column->filter)
		column->kind = FIELD_SCALAR;
	if (column->kind == FIELD_TEXT && has_length(column))
		column->filter = NULL;
	if (column->field && strcmp(column->field, WHOLE_RESULT) == 0)
	{
		column->role = USAGE_OTHER;
		check_type(table, column, JSONBOID);
	}
}

static void
describe_column(UsageTable *table, Form_pg_attribute att, UsageTableColumn *column)
{
	UsageColumnOptions *set = option_column(table->relid, att->attnum);
	const UsageColumn *known;

	column->attnum = att->attnum;
	column->name = pstrdup(NameStr(att->attname));
	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->kind = table_column_kind(getBaseType(column->type));

	if (is_parent(table, column, set))
	{
		describe_parent(table, column);
		return;
	}
	known = known_column(table, column->name, set);
	if (known)
	{
		table_apply_known(column, known);
		check_type(table, column, known->type);
	}
	else if (!set->field && !set->role && !takes_any_name(table->endpoint))
		fail_unknown(table, column, set);
	apply_options(table, column, set, known != NULL);
	adjust_reading(table, column, known != NULL);
}

/* Does the table declare the dimension with that field? */
static bool
declares_dimension(const UsageTable *table, const char *field)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_DIMENSION && strcmp(column->field, field) == 0)
			return true;
	return false;
}

static void
check_required(const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
	{
		if (!column->required || declares_dimension(table, column->required))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("column \"%s\" needs the column \"%s\"", column->name, column->required),
				 errdetail("The API sends \"%s\" only when a request groups by \"%s\".",
						   column->field, column->required),
				 errhint("Add the column \"%s\" to foreign table \"%s\", or drop \"%s\".",
						 column->required, get_rel_name(table->relid), column->name)));
	}
}

/* Find the column that the path needs. */
static void
check_parent(UsageTable *table)
{
	const UsageTableColumn *column = NULL;
	const char *name = endpoint_path_name(table->path);

	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_PARENT)
			table->parent = column;
	if (name && !table->parent)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("foreign table \"%s\" needs the column \"%s\"",
						get_rel_name(table->relid), name),
				 errdetail("The path of endpoint \"%s\" has it.", table->name),
				 errhint("Add the column \"%s\" of type text.", name)));
}
