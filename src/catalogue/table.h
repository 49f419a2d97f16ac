/*
 * table.h
 *	  Describes a foreign table: its columns, matched with the catalogue and with
 *	  its options.
 */
#ifndef USAGE_TABLE_H
#define USAGE_TABLE_H

#include "executor/tuptable.h"
#include "nodes/nodes.h"
#include "utils/rel.h"

#include "base/field.h"
#include "catalogue/endpoint.h"
#include "catalogue/option.h"

/* A column of a foreign table; attnum is 0 if it is dropped. */
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
	const char *field;			/* path in the result object, or several (see
								 * UsageColumn); NULL for USAGE_BUCKET and
								 * USAGE_PARENT */
	const char *filter;			/* query parameter, or NULL */
	UsageFilterForm form;		/* of the filter */
	const char *const *accepted;	/* values that it accepts; NULL: any */
	bool		null_test;		/* the filter is for IS NULL */
	bool		sorted;			/* see UsageColumn */
	const char *required;		/* field of the dimension that it needs, or
								 * NULL */
	bool		always_sent;
} UsageTableColumn;

/*
 * A foreign table.  palloc'd in the CurrentMemoryContext of table_describe(),
 * except for what belongs to the catalogue, which lives as long as the
 * backend.
 */
typedef struct UsageTable
{
	Oid			relid;			/* InvalidOid: of table_of_endpoint() */
	Oid			serverid;
	const char *name;			/* of the endpoint, or the path; for messages */
	const char *path;			/* below base_url */
	const UsageEndpoint *endpoint;
	const UsageWidth *width;
	UsageOptions *options;
	int			natts;			/* including dropped columns */
	UsageTableColumn *columns;	/* by attnum - 1; attnum 0 if dropped */
	const UsageTableColumn *parent; /* whose value is in the path, or NULL */
} UsageTable;

/* Columns of a table that lists the parents of another. */
typedef enum UsageParentColumn
{
	TABLE_PARENT_ID = 1,		/* text */
	TABLE_PARENT_RETIRED		/* text, NULL unless it is no longer in use */
} UsageParentColumn;

/*
 * Describe a foreign table.  ERROR if a column is unknown, can't hold its
 * field, has options that can't be combined or needs a dimension that the
 * table does not declare; and those of option_table().
 */
extern UsageTable *table_describe(Relation rel);

/*
 * A table with the UsageParentColumns of all parents of the table's objects,
 * with its options; palloc'd.  NULL: the catalogue does not know what lists
 * them.
 */
extern UsageTable *table_of_parents(const UsageTable *table);

/*
 * A table of no relation, with all columns of an endpoint of the catalogue that
 * has no parent, in their order; palloc'd, but for the options.  And its row
 * type, palloc'd.
 */
extern UsageTable *table_of_endpoint(Oid serverid, UsageOptions *options,
									 const UsageEndpoint *endpoint);
extern TupleDesc table_row_type(const UsageTable *table);

/* The column with that number, or NULL (system column, whole row, dropped). */
extern const UsageTableColumn *table_column(const UsageTable *table, int attnum);

/* The column, if the expression is a Var of one of range table entry `relid`; or NULL. */
extern const UsageTableColumn *table_var(const UsageTable *table, Index relid, const Node *expr);

/* The column that a list is sorted by, or NULL. */
extern const UsageTableColumn *table_sorted_column(const UsageTable *table);

/* The column after `column` (NULL: the first) that is not dropped; NULL: none. */
extern const UsageTableColumn *table_next_column(const UsageTable *table,
												 const UsageTableColumn *column);

/* That edge of the bucket that starts at `start`, as the Datum of its column. */
extern Datum table_edge(const UsageTable *table, UsageEdge edge, TimestampTz start);

/*
 * A virtual slot of the table's columns, palloc'd; and the edges of the bucket
 * that starts at `start` in its columns.  Other columns are NULL.
 */
extern TupleTableSlot *table_make_slot(TupleDesc columns);
extern void table_set_edges(const UsageTable *table, TimestampTz start, TupleTableSlot *slot);

#endif
