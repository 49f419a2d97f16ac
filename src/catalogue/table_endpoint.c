/*
 * table_endpoint.c
 *	  A table of all that the catalogue knows of an endpoint, without a relation.
 */
#include "postgres.h"

#include "access/tupdesc.h"

#include "base/compat.h"
#include "catalogue/table_private.h"

static int
count_columns(const UsageEndpoint *endpoint)
{
	int			count = 0;

	while (endpoint->columns[count].name)
		count++;
	return count;
}

static void
describe_known(UsageTableColumn *column, AttrNumber attnum, const UsageColumn *known)
{
	column->attnum = attnum;
	column->name = known->name;
	column->type = known->type;
	column->typmod = -1;
	column->kind = table_column_kind(known->type);
	table_apply_known(column, known);
}

UsageTable *
table_of_endpoint(Oid serverid, UsageOptions *options, const UsageEndpoint *endpoint)
{
	UsageTable *table = palloc0(sizeof(UsageTable));

	table->relid = InvalidOid;
	table->serverid = serverid;
	table->options = options;
	table->endpoint = endpoint;
	table->name = endpoint->name;
	table->path = endpoint->path;
	table->width = endpoint_width(endpoint, options->bucket_width);
	table->natts = count_columns(endpoint);
	table->columns = palloc0(sizeof(UsageTableColumn) * table->natts);
	for (int i = 0; i < table->natts; i++)
		describe_known(&table->columns[i], i + 1, &endpoint->columns[i]);
	return table;
}

TupleDesc
table_row_type(const UsageTable *table)
{
	TupleDesc	tupdesc = CreateTemplateTupleDesc(table->natts);

	for (int i = 0; i < table->natts; i++)
		TupleDescInitEntry(tupdesc, i + 1, table->columns[i].name, table->columns[i].type, -1, 0);
	return tupdesc;
}
