/*
 * rows.h
 *	  The rows of an SQL function that returns a set of records.
 *
 * All rows are made by the first call: what they show may change between two
 * calls, which a target list makes with other work in between.
 */
#ifndef USAGE_ROWS_H
#define USAGE_ROWS_H

#include "fmgr.h"
#include "nodes/pg_list.h"

/* The rows that are being made. */
typedef struct Rows Rows;

/* Adds all rows, by rows_add(). */
typedef void (*RowsMaker) (FunctionCallInfo fcinfo, Rows *rows);

/*
 * To be returned by such a function: makes all rows in its first call, and
 * returns the next of them.  columns: how many the library makes; a function
 * that an older script declares has only the first of these; ERROR if it has
 * more.  What `make` allocates lives until the last row is
 * returned.
 */
extern Datum rows_return(FunctionCallInfo fcinfo, int columns, RowsMaker make);

/* Add a row; the arrays have an element for each column, and are copied. */
extern void rows_add(Rows *rows, Datum *values, bool *nulls);

/* Set a column to a text, or to NULL. */
extern void rows_set_text(Datum *value, bool *isnull, const char *text);

#endif
