/*
 * rows.c
 *	  The rows of an SQL function that returns a set of records.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/rows.h"

struct Rows
{
	TupleDesc	tupdesc;
	List	   *tuples;			/* of HeapTuple */
};

static void
make_rows(FunctionCallInfo fcinfo, FuncCallContext *call, int columns, RowsMaker make)
{
	MemoryContext caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	Rows	   *rows = palloc0(sizeof(Rows));

	if (get_call_result_type(fcinfo, NULL, &rows->tupdesc) != TYPEFUNC_COMPOSITE ||
		rows->tupdesc->natts > columns)
		elog(ERROR, "function %u is not declared as the library has it", fcinfo->flinfo->fn_oid);
	rows->tupdesc = BlessTupleDesc(rows->tupdesc);
	make(fcinfo, rows);
	call->user_fctx = rows;
	MemoryContextSwitchTo(caller);
}

void
rows_add(Rows *rows, Datum *values, bool *nulls)
{
	rows->tuples = lappend(rows->tuples, heap_form_tuple(rows->tupdesc, values, nulls));
}

void
rows_set_text(Datum *value, bool *isnull, const char *text)
{
	*isnull = text == NULL;
	if (text)
		*value = CStringGetTextDatum(text);
}

Datum
rows_return(FunctionCallInfo fcinfo, int columns, RowsMaker make)
{
	FuncCallContext *call;
	Rows	   *rows;
	HeapTuple	tuple;

	if (SRF_IS_FIRSTCALL())
	{
		call = SRF_FIRSTCALL_INIT();
		make_rows(fcinfo, call, columns, make);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (call->call_cntr >= list_length(rows->tuples))
		SRF_RETURN_DONE(call);
	tuple = list_nth(rows->tuples, call->call_cntr);
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(tuple));
}
