/*
 * tuple.c
 *	  A result object as Datums.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "base/secret.h"
#include "stream/tuple.h"

/* How to make a Datum of a value that was read. */
typedef enum TupleConversion
{
	TUPLE_DIRECT,				/* what was read is of the type */
	TUPLE_NUMERIC,				/* numeric without typmod: exact and trimmed */
	TUPLE_INPUT					/* through the type's input function */
} TupleConversion;

typedef struct TupleColumn
{
	const UsageTableColumn *column;
	TupleConversion conversion;
	bool		is_domain;		/* may refuse NULL */
	FmgrInfo	input;
	Oid			io_param;
} TupleColumn;

struct TupleBuilder
{
	const UsageTable *table;
	int			ncolumns;		/* columns of results */
	TupleColumn *columns;
	PageField  *fields;			/* one per column */
	int			nbuckets;		/* columns of the bucket */
	const UsageTableColumn **buckets;
};

/*
 * Those whose type is the one that values are read as need no input function.
 */
static TupleConversion
choose_conversion(const UsageTableColumn *column)
{
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
add_result_column(TupleBuilder *builder, const UsageTableColumn *column)
{
	TupleColumn *made = &builder->columns[builder->ncolumns];
	Oid			input;

	made->column = column;
	made->conversion = choose_conversion(column);
	made->is_domain = get_typtype(column->type) == TYPTYPE_DOMAIN;
	getTypeInputInfo(column->type, &input, &made->io_param);
	fmgr_info(input, &made->input);
	builder->fields[builder->ncolumns].path = column->field;
	builder->fields[builder->ncolumns].kind = column->kind;
	builder->ncolumns++;
}

TupleBuilder *
tuple_open(const UsageTable *table, List *columns)
{
	TupleBuilder *builder = palloc0(sizeof(TupleBuilder));
	int			count = Max(list_length(columns), 1);
	ListCell   *lc;

	builder->table = table;
	builder->columns = palloc0(sizeof(TupleColumn) * count);
	builder->fields = palloc0(sizeof(PageField) * count);
	builder->buckets = palloc0(sizeof(UsageTableColumn *) * count);
	foreach(lc, columns)
	{
		const UsageTableColumn *column = table_column(table, lfirst_int(lc));

		if (column->role == USAGE_BUCKET)
			builder->buckets[builder->nbuckets++] = column;
		else
			add_result_column(builder, column);
	}
	return builder;
}

const PageField *
tuple_fields(const TupleBuilder *builder, int *count)
{
	*count = builder->ncolumns;
	return builder->fields;
}

const UsageTableColumn *
tuple_field_column(const TupleBuilder *builder, int field)
{
	return builder->columns[field].column;
}

/* The text that was read, in the database's encoding, and its length. */
static const char *
server_text(const UsageTableColumn *column, const PageValue *read, size_t *length)
{
	const char *text = encoding_from_api(read->text, read->length, length);

	if (!text)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("the API sent a value for column \"%s\" that has no equivalent in encoding \"%s\"",
						column->name, GetDatabaseEncodingName()),
				 errhint("Use a database of encoding UTF8.")));
	return text;
}

/* The value that was read as a string for an input function; NULL for NULL. */
static char *
input_text(const UsageTableColumn *column, const PageValue *read)
{
	size_t		length;

	if (read->isnull)
		return NULL;
	if (column->kind == FIELD_INTEGER)
		return psprintf(INT64_FORMAT, read->integer);
	if (column->kind == FIELD_BOOLEAN)
		return read->boolean ? "true" : "false";
	return (char *) server_text(column, read, &length);
}

static Datum
direct_datum(const UsageTableColumn *column, const PageValue *read)
{
	const char *text;
	size_t		length;

	if (column->kind == FIELD_INTEGER)
		return Int64GetDatum(read->integer);
	if (column->kind == FIELD_BOOLEAN)
		return BoolGetDatum(read->boolean);
	text = server_text(column, read, &length);
	return PointerGetDatum(cstring_to_text_with_len(text, length));
}

/*
 * Might it be a finite number?  The input function checks the rest, but may
 * take NaN and Infinity, which must not get into a sum by way of a string.
 */
static bool
is_number(const char *text)
{
	if (*text == '-' || *text == '+')
		text++;
	if (!isdigit((unsigned char) *text) && *text != '.')
		return false;
	return text[strspn(text, "0123456789.eE+-")] == '\0';
}

/* The API pads amounts with zeros (docs/api.md section 4): trim the scale. */
static Datum
numeric_datum(TupleColumn *made, char *text)
{
	Datum		padded = InputFunctionCall(&made->input, text, made->io_param, -1);

	return DirectFunctionCall1(numeric_trim_scale, padded);
}

static Datum
input_datum(TupleColumn *made, const PageValue *read)
{
	char	   *text = input_text(made->column, read);

	if (text && made->column->kind == FIELD_NUMBER && !is_number(text))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("\"%s\" is not a number", text)));
	if (made->conversion == TUPLE_NUMERIC)
		return numeric_datum(made, text);
	return InputFunctionCall(&made->input, text, made->io_param, made->column->typmod);
}

static void
mask(char *text, const char *secret)
{
	if (text)
		secret_mask(text, strlen(text), secret);
}

/*
 * Raise the error of an input function or a domain as one about the answer.
 * Others, such as a user's function raises for a domain, are raised again as
 * they are; the secret is masked in both.
 */
static void
complain(const TupleBuilder *builder, const UsageTableColumn *column, const char *secret,
		 MemoryContext context)
{
	ErrorData  *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	mask(error->message, secret);
	mask(error->detail, secret);
	mask(error->hint, secret);
	if (error->sqlerrcode == ERRCODE_UNTRANSLATABLE_CHARACTER ||
		(ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
		 ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION))
		ReThrowError(error);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("endpoint \"%s\" sent a value that column \"%s\" of type %s cannot hold",
					builder->table->name, column->name,
					format_type_with_typemod(column->type, column->typmod)),
			 errdetail("The type refuses it: %s.", error->message)));
}

/*
 * complain() always raises an error, so none is swallowed and no
 * subtransaction is needed.
 */
static void
set_through_input(const TupleBuilder *builder, TupleColumn *made, const PageValue *read,
				  const char *secret, Datum *value)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		*value = input_datum(made, read);
	}
	PG_CATCH();
	{
		complain(builder, made->column, secret, context);
	}
	PG_END_TRY();
}

void
tuple_set_result(const TupleBuilder *builder, const PageValue *read, const char *secret,
				 Datum *values, bool *nulls)
{
	memset(nulls, true, builder->table->natts);
	for (int i = 0; i < builder->ncolumns; i++)
	{
		TupleColumn *made = &builder->columns[i];
		int			attr = made->column->attnum - 1;

		nulls[attr] = read[i].isnull;
		if (made->conversion == TUPLE_DIRECT && !read[i].isnull)
			values[attr] = direct_datum(made->column, &read[i]);
		else if (!read[i].isnull || made->is_domain)
			set_through_input(builder, made, &read[i], secret, &values[attr]);
	}
}

void
tuple_set_bucket(const TupleBuilder *builder, TimestampTz start, Datum *values, bool *nulls)
{
	for (int i = 0; i < builder->nbuckets; i++)
	{
		int			attr = builder->buckets[i]->attnum - 1;

		values[attr] = table_edge(builder->table, builder->buckets[i]->edge, start);
		nulls[attr] = false;
	}
}

void
tuple_borrow(TupleTableSlot *slot, TupleTableSlot *from)
{
	int			natts = slot->tts_tupleDescriptor->natts;

	slot_getallattrs(from);
	memcpy(slot->tts_values, from->tts_values, sizeof(Datum) * natts);
	memcpy(slot->tts_isnull, from->tts_isnull, sizeof(bool) * natts);
	ExecStoreVirtualTuple(slot);
}
