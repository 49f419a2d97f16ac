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

/* How the wanted columns of a table are made; lives in the context of its making. */
typedef struct TupleBuilder TupleBuilder;

/* columns: the attnums that are wanted; the others are NULL in every row. */
extern TupleBuilder *tuple_open(const UsageTable *table, List *columns);

/* What to read from a result object for them, as long as the builder lives. */
extern const PageField *tuple_fields(const TupleBuilder *builder, int *count);

/*
 * Fill the arrays of a row (one element per attribute of the table) from what
 * was read of a result, but for the columns of the bucket, which become NULL.
 * What is palloc'd is in CurrentMemoryContext, to be reset by the caller.
 * ERROR HV00M where a value is not what the column's type takes; it does not
 * repeat `secret` (secret.h).
 */
extern void tuple_set_result(const TupleBuilder *builder, const PageValue *read,
							 const char *secret, Datum *values, bool *nulls);

/* Fill in the columns of the bucket that starts at `start`. */
extern void tuple_set_bucket(const TupleBuilder *builder, TimestampTz start,
							 Datum *values, bool *nulls);

/*
 * Put the row of one slot into another one, which is virtual and empty, without
 * a copy: it is good as long as the first one keeps it.
 */
extern void tuple_borrow(TupleTableSlot *slot, TupleTableSlot *from);

#endif
