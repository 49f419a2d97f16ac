/*
 * table_private.h
 *	  How a column is made of what the catalogue knows, for the files of table
 *	  alone.
 */
#ifndef USAGE_TABLE_PRIVATE_H
#define USAGE_TABLE_PRIVATE_H

#include "catalogue/table.h"

/* Copy what the catalogue knows of a column. */
extern void table_apply_known(UsageTableColumn *column, const UsageColumn *known);

/*
 * The kind to read a column's field as, so that a column of this base type
 * holds every value that the API may send.
 */
extern FieldKind table_column_kind(Oid base);

#endif
