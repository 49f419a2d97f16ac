/*
 * tuple_private.h
 *	  What a builder of rows is made of, for the files of tuple alone.
 */
#ifndef USAGE_TUPLE_PRIVATE_H
#define USAGE_TUPLE_PRIVATE_H

#include "fmgr.h"

#include "stream/tuple.h"

/* How to make a Datum of a value that was read. */
typedef enum TupleConversion
{
	TUPLE_DIRECT,				/* what was read is of the type */
	TUPLE_NUMERIC,				/* numeric without typmod: exact and trimmed */
	TUPLE_TIME,					/* a time as the provider writes it, or else
								 * through the input function */
	TUPLE_INPUT					/* through the type's input function */
} TupleConversion;

typedef struct TupleColumn
{
	const UsageTableColumn *column;
	TupleConversion conversion;
	bool		is_domain;		/* may refuse NULL */
	FmgrInfo	input;
	Oid			io_param;
	int			field;			/* its first one; it may have alternatives */
	int			nfields;
} TupleColumn;

struct TupleBuilder
{
	const UsageTable *table;
	int			ncolumns;		/* columns of results */
	int			nplain;			/* those with one field, at the start: each
								 * has the field of its own index */
	TupleColumn *columns;
	PageField  *fields;
	int			nfields;
	int			id_field;		/* of a list's objects, or -1 */
	int			error_field;	/* of one object, or -1 */
	const UsageTableColumn *parent; /* or NULL: it is not wanted */
	int			nbuckets;		/* columns of the bucket */
	const UsageTableColumn **buckets;
};

#endif
