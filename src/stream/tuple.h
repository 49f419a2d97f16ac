/*
 * tuple.h
 *	  A result object as Datums.
 */
#ifndef USAGE_TUPLE_H
#define USAGE_TUPLE_H

#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "nodes/pg_list.h"

#include "catalogue/table.h"
#include "page/page.h"

/*
 * Makes the wanted columns of a table's rows.  Lives in the context that
 * tuple_open() was called in.
 */
typedef struct TupleBuilder TupleBuilder;

/*
 * columns: the attnums that are wanted; the others are NULL in every row.  The
 * table must live as long as the builder.
 */
extern TupleBuilder *tuple_open(const UsageTable *table, List *columns);

/*
 * The fields to read from a result object, *count of them.  Owned by the
 * builder.
 */
extern const PageField *tuple_fields(const TupleBuilder *builder, int *count);

/* The column that a field, by its index in tuple_fields(), is read for. */
extern const UsageTableColumn *tuple_field_column(const TupleBuilder *builder, int field);

/*
 * Fill the arrays of a row (one element per attribute of the table) from the
 * values of a result's tuple_fields(); columns of the bucket and of the parent
 * become NULL.
 * What is palloc'd is in CurrentMemoryContext, for the caller to reset.  ERROR
 * HV00M where the column's type refuses a value, 22P05 where the database's
 * encoding lacks a character; no message repeats `secret` (secret.h).
 */
extern void tuple_set_result(const TupleBuilder *builder, const PageValue *read,
							 const char *secret, Datum *values, bool *nulls);

/*
 * The index in tuple_fields() of the id of a list's object, a FIELD_SCALAR, or
 * -1 where the table is no list.
 */
extern int	tuple_id_field(const TupleBuilder *builder);

/*
 * The index in tuple_fields() of what only an error has, a FIELD_SCALAR, or -1 where
 * the table is not one object of the API's, such as a limit.
 */
extern int	tuple_error_field(const TupleBuilder *builder);

/*
 * Fill in the column of the parent, if it is wanted, with its id as the API
 * has it.  What is palloc'd is in CurrentMemoryContext.  ERROR 22P05 as of
 * tuple_set_result().
 */
extern void tuple_set_parent(const TupleBuilder *builder, const char *id,
							 Datum *values, bool *nulls);

/* Fill in the columns of the bucket that starts at `start`. */
extern void tuple_set_bucket(const TupleBuilder *builder, TimestampTz start,
							 Datum *values, bool *nulls);

/*
 * Put the row of one slot into another one, which is virtual and empty,
 * without a copy: it is good as long as `from` keeps it.
 */
extern void tuple_borrow(TupleTableSlot *slot, TupleTableSlot *from);

#endif
