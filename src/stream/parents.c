/*
 * parents.c
 *	  The parents of a table's objects, all that there are.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/bind.h"
#include "stream/parents.h"
#include "stream/stream.h"

struct Parents
{
	MemoryContext context;		/* holds all of this */
	const UsageTable *children;
	UsageTable *table;			/* that lists the parents */
	FetchReport *report;
	int64		pages_before;	/* of the report */
	int64		pages;			/* of the list of parents */
	Stream	   *stream;			/* NULL: they are all read */
	TupleTableSlot *slot;
	List	   *ids;			/* of char *, as the API has them */
	List	   *retired;		/* those of them that are no longer in use */
};

pg_noreturn static void
fail_unknown(const UsageTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION),
			 errmsg("column \"%s\" of foreign table \"%s\" must be restricted to some values",
					table->parent->name, get_rel_name(table->relid)),
			 errdetail("The path of endpoint \"%s\" has it, and no list of all of its values is known.",
					   table->name),
			 errhint("Compare it with \"=\", IN or \"= ANY\".")));
}

static TupleDesc
parent_tupdesc(void)
{
	TupleDesc	tupdesc = CreateTemplateTupleDesc(TABLE_PARENT_RETIRED);

	TupleDescInitEntry(tupdesc, TABLE_PARENT_ID, NULL, TEXTOID, -1, 0);
	TupleDescInitEntry(tupdesc, TABLE_PARENT_RETIRED, NULL, TEXTOID, -1, 0);
	return tupdesc;
}

Parents *
parents_open(const UsageTable *table, const char *api_key, FetchReport *report)
{
	Parents    *parents = palloc0(sizeof(Parents));
	TupleDesc	tupdesc = parent_tupdesc();

	parents->context = CurrentMemoryContext;
	parents->children = table;
	parents->report = report;
	parents->pages_before = report->pages;
	parents->table = table_of_parents(table);
	if (!parents->table)
		fail_unknown(table);
	parents->slot = MakeSingleTupleTableSlot(tupdesc, &TTSOpsVirtual);
	parents->stream = stream_open(parents->table, bind_table(parents->table),
								  tuple_open(parents->table,
											 list_make2_int(TABLE_PARENT_ID, TABLE_PARENT_RETIRED)),
								  tupdesc, api_key, report);
	return parents;
}

/* Keep the parent in the slot. */
static void
add_parent(Parents *parents)
{
	const UsageTableColumn *column = table_column(parents->table, TABLE_PARENT_ID);
	const char *value;
	char	   *id;

	parents->report->rows--;	/* it is not one of the scan's */
	if (parents->slot->tts_isnull[TABLE_PARENT_ID - 1])
		return;
	value = bind_filter_value(column, parents->slot->tts_values[TABLE_PARENT_ID - 1]);
	if (!value)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("the API sent an id that has no exact equivalent in the database's encoding"),
				 errhint("Use a database of encoding UTF8.")));
	if (!bind_is_segment(value))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("the API sent an id that cannot stand in a path: \"%s\"", value)));
	id = pstrdup(value);
	parents->ids = lappend(parents->ids, id);
	if (!parents->slot->tts_isnull[TABLE_PARENT_RETIRED - 1])
		parents->retired = lappend(parents->retired, id);
}

static void
end_reading(Parents *parents)
{
	stream_close(parents->stream);
	parents->stream = NULL;
	parents->pages = parents->report->pages - parents->pages_before;
	ExecDropSingleTupleTableSlot(parents->slot);
}

bool
parents_read(Parents *parents, bool wait)
{
	MemoryContext old = MemoryContextSwitchTo(parents->context);
	bool		waiting = false;

	while (parents->stream && !waiting)
	{
		ExecClearTuple(parents->slot);
		if (wait ? stream_next(parents->stream, parents->slot) :
			stream_try(parents->stream, parents->slot, &waiting))
			add_parent(parents);
		else if (!waiting)
			end_reading(parents);
	}
	MemoryContextSwitchTo(old);
	return !waiting;
}

void
parents_apply(const Parents *parents, BoundRequest *request)
{
	bound_add_parents(request, parents->children, parents->ids, parents->retired,
					  parents->pages);
}

TimestampTz
parents_due(const Parents *parents)
{
	return parents->stream ? stream_due(parents->stream) : DT_NOBEGIN;
}

void
parents_close(Parents *parents)
{
	if (parents->stream)
		end_reading(parents);
}
