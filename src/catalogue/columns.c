/*
 * columns.c
 *	  usage_fdw_columns(): the catalogue as a set of rows.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/compat.h"
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

/* The row that usage_fdw_columns() returns next. */
typedef struct CataloguePosition
{
	const UsageEndpoint *endpoint;
	const UsageColumn *column;
} CataloguePosition;

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
set_text(Datum *values, bool *nulls, int i, const char *text)
{
	nulls[i] = text == NULL;
	if (text)
		values[i] = CStringGetTextDatum(text);
}

static HeapTuple
catalogue_row(TupleDesc tupdesc, const UsageEndpoint *endpoint, const UsageColumn *column)
{
	Datum		values[ROW_LENGTH] = {0};
	bool		nulls[ROW_LENGTH] = {false};

	set_text(values, nulls, ROW_ENDPOINT, endpoint->name);
	set_text(values, nulls, ROW_PATH, endpoint->path);
	set_text(values, nulls, ROW_COLUMN_NAME, column->name);
	values[ROW_DATA_TYPE] = ObjectIdGetDatum(column->type);
	set_text(values, nulls, ROW_ROLE, endpoint_role_name(column->role));
	set_text(values, nulls, ROW_FIELD, column->field);
	set_text(values, nulls, ROW_FILTER, column->filter);
	nulls[ROW_ACCEPTED_VALUES] = column->accepted == NULL;
	if (column->accepted)
		values[ROW_ACCEPTED_VALUES] = accepted_values(column->accepted);
	set_text(values, nulls, ROW_REQUIRED_DIMENSION, column->required);
	values[ROW_ALWAYS_SENT] = BoolGetDatum(column->always_sent);
	values[ROW_IMPORTED] = BoolGetDatum(column->imported);
	nulls[ROW_BUCKET_WIDTHS] = endpoint->shape != USAGE_BUCKETS;
	if (endpoint->shape == USAGE_BUCKETS)
		values[ROW_BUCKET_WIDTHS] = bucket_widths(endpoint->widths);
	nulls[ROW_PAGE_LIMITS] = endpoint->shape == USAGE_OBJECT;
	values[ROW_PAGE_LIMITS] = page_limits(endpoint->widths);
	set_text(values, nulls, ROW_KIND, endpoint_shape_names[endpoint->shape]);
	set_text(values, nulls, ROW_UNIT, column->unit);
	set_text(values, nulls, ROW_DESCRIPTION, column->description);
	set_text(values, nulls, ROW_ENDPOINT_DESCRIPTION, endpoint->description);
	values[ROW_REVISION] = Int32GetDatum(endpoint_since(column));
	return heap_form_tuple(tupdesc, values, nulls);
}

static void
begin_catalogue(FunctionCallInfo fcinfo, FuncCallContext *call)
{
	MemoryContext caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	CataloguePosition *at = palloc(sizeof(CataloguePosition));
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts > ROW_LENGTH)
		elog(ERROR, "usage_fdw_columns() is not declared as the library has it");
	call->tuple_desc = BlessTupleDesc(tupdesc);
	at->endpoint = usage_endpoints;
	at->column = usage_endpoints[0].columns;
	call->user_fctx = at;
	MemoryContextSwitchTo(caller);
}

PGDLLEXPORT Datum usage_fdw_columns(PG_FUNCTION_ARGS);

Datum
usage_fdw_columns(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	CataloguePosition *at;
	HeapTuple	row;

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		begin_catalogue(fcinfo, call);
	}
	call = SRF_PERCALL_SETUP();
	at = call->user_fctx;
	if (!at->endpoint->name)
		SRF_RETURN_DONE(call);

	row = catalogue_row(call->tuple_desc, at->endpoint, at->column);
	if (!(++at->column)->name)
		at->column = (++at->endpoint)->columns;
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(row));
}
