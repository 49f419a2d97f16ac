/*
 * columns.c
 *	  usage_fdw_columns(): the catalogue as a set of rows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/rows.h"
#include "catalogue/endpoint.h"

PGDLLEXPORT Datum usage_fdw_columns(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_columns);

/*
 * The result columns of usage_fdw_columns(), in the order of the install script.
 * New ones go to the end: until ALTER EXTENSION UPDATE, the function of an older
 * version has fewer of them.
 */
enum CatalogueRow
{
	ROW_ENDPOINT,
	ROW_PATH,
	ROW_COLUMN_NAME,
	ROW_DATA_TYPE,
	ROW_ROLE,
	ROW_FIELD,
	ROW_FILTER,
	ROW_ACCEPTED_VALUES,
	ROW_REQUIRED_DIMENSION,
	ROW_ALWAYS_SENT,
	ROW_IMPORTED,
	ROW_BUCKET_WIDTHS,
	ROW_PAGE_LIMITS,
	ROW_KIND,
	ROW_UNIT,
	ROW_DESCRIPTION,
	ROW_ENDPOINT_DESCRIPTION,
	ROW_REVISION,
	ROW_LENGTH
};

static Datum
accepted_values(const char *const *accepted)
{
	ArrayBuildState *array = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	for (; *accepted; accepted++)
		accumArrayResult(array, CStringGetTextDatum(*accepted), false, TEXTOID, CurrentMemoryContext);
	return makeArrayResult(array, CurrentMemoryContext);
}

static Datum
bucket_widths(const UsageWidth *width)
{
	ArrayBuildState *array = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	for (; width->name; width++)
		accumArrayResult(array, CStringGetTextDatum(width->name), false, TEXTOID, CurrentMemoryContext);
	return makeArrayResult(array, CurrentMemoryContext);
}

static Datum
page_limits(const UsageWidth *width)
{
	ArrayBuildState *array = initArrayResult(INT4OID, CurrentMemoryContext, false);

	for (; width->name; width++)
		accumArrayResult(array, Int32GetDatum(width->limit), false, INT4OID, CurrentMemoryContext);
	return makeArrayResult(array, CurrentMemoryContext);
}

static void
add_column(Rows *rows, const UsageEndpoint *endpoint, const UsageColumn *column)
{
	Datum		values[ROW_LENGTH] = {0};
	bool		nulls[ROW_LENGTH] = {false};

	rows_set_text(&values[ROW_ENDPOINT], &nulls[ROW_ENDPOINT], endpoint->name);
	rows_set_text(&values[ROW_PATH], &nulls[ROW_PATH], endpoint->path);
	rows_set_text(&values[ROW_COLUMN_NAME], &nulls[ROW_COLUMN_NAME], column->name);
	values[ROW_DATA_TYPE] = ObjectIdGetDatum(column->type);
	rows_set_text(&values[ROW_ROLE], &nulls[ROW_ROLE], endpoint_role_name(column->role));
	rows_set_text(&values[ROW_FIELD], &nulls[ROW_FIELD], column->field);
	rows_set_text(&values[ROW_FILTER], &nulls[ROW_FILTER], column->filter);
	nulls[ROW_ACCEPTED_VALUES] = column->accepted == NULL;
	if (column->accepted)
		values[ROW_ACCEPTED_VALUES] = accepted_values(column->accepted);
	rows_set_text(&values[ROW_REQUIRED_DIMENSION], &nulls[ROW_REQUIRED_DIMENSION], column->required);
	values[ROW_ALWAYS_SENT] = BoolGetDatum(column->always_sent);
	values[ROW_IMPORTED] = BoolGetDatum(column->imported);
	nulls[ROW_BUCKET_WIDTHS] = endpoint->shape != USAGE_BUCKETS;
	if (endpoint->shape == USAGE_BUCKETS)
		values[ROW_BUCKET_WIDTHS] = bucket_widths(endpoint->widths);
	nulls[ROW_PAGE_LIMITS] = endpoint->shape == USAGE_OBJECT;
	values[ROW_PAGE_LIMITS] = page_limits(endpoint->widths);
	rows_set_text(&values[ROW_KIND], &nulls[ROW_KIND], endpoint_shape_names[endpoint->shape]);
	rows_set_text(&values[ROW_UNIT], &nulls[ROW_UNIT], column->unit);
	rows_set_text(&values[ROW_DESCRIPTION], &nulls[ROW_DESCRIPTION], column->description);
	rows_set_text(&values[ROW_ENDPOINT_DESCRIPTION], &nulls[ROW_ENDPOINT_DESCRIPTION],
				  endpoint->description);
	values[ROW_REVISION] = Int32GetDatum(endpoint_since(column));
	rows_add(rows, values, nulls);
}

/* A RowsMaker. */
static void
add_catalogue(FunctionCallInfo fcinfo, Rows *rows)
{
	for (const UsageEndpoint *endpoint = usage_endpoints; endpoint->name; endpoint++)
		for (const UsageColumn *column = endpoint->columns; column->name; column++)
			add_column(rows, endpoint, column);
}

Datum
usage_fdw_columns(PG_FUNCTION_ARGS)
{
	return rows_return(fcinfo, ROW_LENGTH, add_catalogue);
}
