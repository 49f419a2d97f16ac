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
#include "stream/tuple_private.h"

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

/*
 * Is the text a time as the provider writes it?  Sets *text to the same for
 * the type's input function, and *instant.
 */
static bool
read_time(const UsageProvider *provider, char **text, TimestampTz *instant)
{
	PageValue	seconds = {.isnull = false};
	char	   *end;

	errno = 0;
	seconds.integer = strtoi64(*text, &end, 10);
	if (end == *text || *end != '\0')
		return false;
	if (errno != 0 || !provider->read_time(&seconds, instant))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	*text = DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(*instant)));
	return true;
}

static Datum
input_datum(const TupleBuilder *builder, TupleColumn *made, const PageValue *read)
{
	char	   *text = input_text(made->column, read);
	TimestampTz instant;

	if (text && made->column->kind == FIELD_NUMBER && !is_number(text))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("\"%s\" is not a number", text)));
	if (made->conversion == TUPLE_NUMERIC)
		return numeric_datum(made, text);
	if (made->conversion == TUPLE_TIME && text &&
		read_time(builder->table->options->provider, &text, &instant) && !made->is_domain)
		return TimestampTzGetDatum(instant);
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
		*value = input_datum(builder, made, read);
	}
	PG_CATCH();
	{
		complain(builder, made->column, secret, context);
	}
	PG_END_TRY();
}

static inline void
set_column(const TupleBuilder *builder, TupleColumn *made, const PageValue *read,
		   const char *secret, Datum *values, bool *nulls)
{
	int			attr = made->column->attnum - 1;

	nulls[attr] = read->isnull;
	if (made->conversion == TUPLE_DIRECT && !read->isnull)
		values[attr] = direct_datum(made->column, read);
	else if (!read->isnull || made->is_domain)
		set_through_input(builder, made, read, secret, &values[attr]);
}

/* The first of the column's alternatives that was sent, or else the last one. */
static const PageValue *
choose_alternative(const TupleColumn *made, const PageValue *read)
{
	const PageValue *last = &read[made->field + made->nfields - 1];

	read += made->field;
	while (read < last && read->isnull)
		read++;
	return read;
}

void
tuple_set_result(const TupleBuilder *builder, const PageValue *read, const char *secret,
				 Datum *values, bool *nulls)
{
	memset(nulls, true, builder->table->natts);
	for (int i = 0; i < builder->nplain; i++)
		set_column(builder, &builder->columns[i], &read[i], secret, values, nulls);
	for (int i = builder->nplain; i < builder->ncolumns; i++)
		set_column(builder, &builder->columns[i], choose_alternative(&builder->columns[i], read),
				   secret, values, nulls);
}

void
tuple_set_parent(const TupleBuilder *builder, const char *id, Datum *values, bool *nulls)
{
	PageValue	value = {.text = id, .length = strlen(id)};

	if (!builder->parent)
		return;
	values[builder->parent->attnum - 1] = direct_datum(builder->parent, &value);
	nulls[builder->parent->attnum - 1] = false;
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
