/*
 * table_find.c
 *	  Columns of a described table, and the table of its parents.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "nodes/primnodes.h"
#include "utils/date.h"

#include "base/timerange.h"
#include "catalogue/table.h"

static UsageTableColumn
parent_column(UsageParentColumn attnum, const char *field, FieldKind kind)
{
	UsageTableColumn column = {
		.attnum = attnum,
		.name = field,
		.type = TEXTOID,
		.typmod = -1,
		.kind = kind,
		.role = USAGE_ATTRIBUTE,
		.field = field
	};

	return column;
}

UsageTable *
table_of_parents(const UsageTable *table)
{
	const UsageParent *parent = endpoint_parent(table->parent->filter);
	UsageTable *made;

	if (!parent)
		return NULL;
	made = palloc0(sizeof(UsageTable));
	made->relid = table->relid;
	made->serverid = table->serverid;
	made->options = table->options;
	made->endpoint = endpoint_find(parent->endpoint);
	made->name = made->endpoint->name;
	made->path = made->endpoint->path;
	made->width = made->endpoint->widths;
	made->natts = TABLE_PARENT_RETIRED;
	made->columns = palloc(sizeof(UsageTableColumn) * made->natts);
	made->columns[TABLE_PARENT_ID - 1] =
		parent_column(TABLE_PARENT_ID, table->options->provider->id, FIELD_TEXT);
	made->columns[TABLE_PARENT_RETIRED - 1] =
		parent_column(TABLE_PARENT_RETIRED, parent->retired, FIELD_SCALAR);
	return made;
}

const UsageTableColumn *
table_column(const UsageTable *table, int attnum)
{
	if (attnum < 1 || attnum > table->natts || table->columns[attnum - 1].attnum == 0)
		return NULL;
	return &table->columns[attnum - 1];
}

const UsageTableColumn *
table_var(const UsageTable *table, Index relid, const Node *expr)
{
	const Var  *var = (const Var *) expr;

	if (!IsA(expr, Var) || var->varno != relid || var->varlevelsup != 0)
		return NULL;
	return table_column(table, var->varattno);
}

const UsageTableColumn *
table_sorted_column(const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)) && !column->sorted)
		continue;
	return column;
}

const UsageTableColumn *
table_next_column(const UsageTable *table, const UsageTableColumn *column)
{
	int			attnum = column ? column->attnum : 0;

	while (++attnum <= table->natts)
		if (table->columns[attnum - 1].attnum != 0)
			return &table->columns[attnum - 1];
	return NULL;
}

Datum
table_edge(const UsageTable *table, UsageEdge edge, TimestampTz start)
{
	switch (edge)
	{
		case USAGE_START:
			return TimestampTzGetDatum(start);
		case USAGE_END:
			return TimestampTzGetDatum(start + table->width->width_us);
		case USAGE_DAY:
			return DateADTGetDatum(timerange_floor(start, USECS_PER_DAY) / USECS_PER_DAY);
		case USAGE_NO_EDGE:
			break;
	}
	elog(ERROR, "unexpected edge: %d", (int) edge);
}

TupleTableSlot *
table_make_slot(TupleDesc columns)
{
	/* a copy needs no pin, which would have to be given back */
	return ExecStoreAllNullTuple(MakeSingleTupleTableSlot(CreateTupleDescCopy(columns),
														  &TTSOpsVirtual));
}

void
table_set_edges(const UsageTable *table, TimestampTz start, TupleTableSlot *slot)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
	{
		if (column->role != USAGE_BUCKET)
			continue;
		slot->tts_values[column->attnum - 1] = table_edge(table, column->edge, start);
		slot->tts_isnull[column->attnum - 1] = false;
	}
}
