/*
 * table.h
 *	  What is this foreign table?  Its columns, matched with the catalogue and
 *	  with what its options say.
 */
#ifndef USAGE_TABLE_H
#define USAGE_TABLE_H

#include "nodes/nodes.h"
#include "utils/rel.h"

#include "base/field.h"
#include "catalogue/endpoint.h"
#include "catalogue/option.h"

/* A live column of a foreign table. */
typedef struct UsageTableColumn
{
	AttrNumber	attnum;
	const char *name;			/* as declared */
	Oid			type;			/* as declared, may be a domain */
	int32		typmod;
	FieldKind	kind;			/* what to read its field as */

	/* from the catalogue or the column's options */
	UsageRole	role;
	UsageEdge	edge;			/* for USAGE_BUCKET */
	const char *field;			/* path in the result object; NULL for
								 * USAGE_BUCKET */
	const char *filter;			/* query parameter, or NULL */
	const char *const *accepted;	/* values that it accepts; NULL: any */
	const char *required;		/* field of the dimension that it needs */
	bool		always_sent;
} UsageTableColumn;

/*
 * A foreign table.  palloc'd in the context that table_describe() was called
 * in; catalogue strings live as long as the backend.
 */
typedef struct UsageTable
{
	Oid			relid;
	Oid			serverid;
	const char *name;			/* of the endpoint, or the path, for people */
	const char *path;			/* below base_url */
	const UsageEndpoint *endpoint;
	const UsageWidth *width;
	UsageOptions *options;
	int			natts;			/* including dropped columns */
	UsageTableColumn *columns;	/* by attnum - 1; attnum 0 if dropped */
} UsageTable;

/*
 * Describe a foreign table.  ERROR where a column is not known, can't hold its
 * field, or needs a dimension that the table does not declare.
 */
extern UsageTable *table_describe(Relation rel);

/* The column with that number, or NULL (system column, whole row, dropped). */
extern const UsageTableColumn *table_column(const UsageTable *table, int attnum);

/* The column that the expression is, if it is a Var of that range table entry; or NULL. */
extern const UsageTableColumn *table_var(const UsageTable *table, Index relid, const Node *expr);

/* Iterate over live columns: the one after `column`, NULL for the first. */
extern const UsageTableColumn *table_next_column(const UsageTable *table,
												 const UsageTableColumn *column);

/* That edge of the bucket that starts at `start`, as the Datum of its column. */
extern Datum table_edge(const UsageTable *table, UsageEdge edge, TimestampTz start);

#endif
