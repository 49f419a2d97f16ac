/*
 * tuple_open.c
 *	  Which fields of a result are read, for which columns.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "stream/tuple_private.h"

/*
 * Those whose type is the one that values are read as need no input function.
 */
static TupleConversion
choose_conversion(const UsageTableColumn *column)
{
	if (getBaseType(column->type) == TIMESTAMPTZOID)
		return TUPLE_TIME;
	switch (column->type)
	{
		case INT8OID:
		case BOOLOID:
		case TEXTOID:
			return TUPLE_DIRECT;
		case NUMERICOID:
			return column->typmod < 0 ? TUPLE_NUMERIC : TUPLE_INPUT;
		default:
			return TUPLE_INPUT;
	}
}

static void
add_field(TupleBuilder *builder, const char *path, FieldKind kind)
{
	builder->fields[builder->nfields++] = (PageField) {path, kind};
}

static int
count_alternatives(const UsageTableColumn *column)
{
	int			count = 1;

	for (const char *c = column->field; *c; c++)
		count += *c == USAGE_FIELD_OR;
	return count;
}

static void
add_fields(TupleBuilder *builder, TupleColumn *made)
{
	const UsageTableColumn *column = made->column;
	const char *path = column->field;
	const char *bar;

	made->field = builder->nfields;
	made->nfields = count_alternatives(column);
	while ((bar = strchr(path, USAGE_FIELD_OR)))
	{
		add_field(builder, pnstrdup(path, bar - path), column->kind);
		path = bar + 1;
	}
	add_field(builder, path, column->kind);
}

static void
add_result_column(TupleBuilder *builder, const UsageTableColumn *column)
{
	TupleColumn *made = &builder->columns[builder->ncolumns];
	Oid			input;

	made->column = column;
	made->conversion = choose_conversion(column);
	made->is_domain = get_typtype(column->type) == TYPTYPE_DOMAIN;
	getTypeInputInfo(column->type, &input, &made->io_param);
	fmgr_info(input, &made->input);
	add_fields(builder, made);
	builder->ncolumns++;
}

/* Add those that have alternatives, or those that have none. */
static void
add_result_columns(TupleBuilder *builder, List *columns, bool alternatives)
{
	ListCell   *lc;

	foreach(lc, columns)
	{
		const UsageTableColumn *column = table_column(builder->table, lfirst_int(lc));

		if (column->field && (count_alternatives(column) > 1) == alternatives)
			add_result_column(builder, column);
	}
}

static int
count_fields(const UsageTable *table, List *columns)
{
	int			count = 1;		/* the id, or the error */
	ListCell   *lc;

	foreach(lc, columns)
	{
		const UsageTableColumn *column = table_column(table, lfirst_int(lc));

		count += column->field ? count_alternatives(column) : 0;
	}
	return count;
}

TupleBuilder *
tuple_open(const UsageTable *table, List *columns)
{
	TupleBuilder *builder = palloc0(sizeof(TupleBuilder));
	int			count = Max(list_length(columns), 1);
	ListCell   *lc;

	builder->table = table;
	builder->columns = palloc0(sizeof(TupleColumn) * count);
	builder->fields = palloc0(sizeof(PageField) * count_fields(table, columns));
	builder->buckets = palloc0(sizeof(UsageTableColumn *) * count);
	add_result_columns(builder, columns, false);
	builder->nplain = builder->ncolumns;
	add_result_columns(builder, columns, true);
	foreach(lc, columns)
	{
		const UsageTableColumn *column = table_column(table, lfirst_int(lc));

		if (column->role == USAGE_BUCKET)
			builder->buckets[builder->nbuckets++] = column;
		if (column->role == USAGE_PARENT)
			builder->parent = column;
	}
	builder->id_field = -1;
	if (table->endpoint->shape == USAGE_LIST)
	{
		builder->id_field = builder->nfields;
		add_field(builder, table->options->provider->id, FIELD_SCALAR);
	}
	builder->error_field = -1;
	if (table->endpoint->shape == USAGE_OBJECT && table->endpoint->name)
	{
		builder->error_field = builder->nfields;
		add_field(builder, table->options->provider->error.container, FIELD_SCALAR);
	}
	return builder;
}

const PageField *
tuple_fields(const TupleBuilder *builder, int *count)
{
	*count = builder->nfields;
	return builder->fields;
}

const UsageTableColumn *
tuple_field_column(const TupleBuilder *builder, int field)
{
	int			i = 0;

	while (field >= builder->columns[i].field + builder->columns[i].nfields)
		i++;
	return builder->columns[i].column;
}

int
tuple_id_field(const TupleBuilder *builder)
{
	return builder->id_field;
}

int
tuple_error_field(const TupleBuilder *builder)
{
	return builder->error_field;
}
