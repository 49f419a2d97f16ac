/*
 * endpoint.h
 *	  The catalogue: which endpoints, columns, filters, widths and limits exist.
 *
 * The only place that names an endpoint, a column or a filter (provider.h
 * names the other query parameters).  Everything else works on roles and on
 * what is read from here.  A new endpoint is one new entry; the facts come
 * from docs/api.md sections 1 to 4.
 */
#ifndef USAGE_ENDPOINT_H
#define USAGE_ENDPOINT_H

#include "datatype/timestamp.h"

/*
 * What an endpoint answers with.  Only USAGE_BUCKETS has times, widths, a
 * grain and time ranges.
 */
typedef enum UsageShape
{
	USAGE_BUCKETS,				/* buckets of time, with results by dimensions */
	USAGE_LIST,					/* objects */
	USAGE_OBJECT				/* one object, or none */
} UsageShape;

/* The role of a column alone decides what planning may do with it. */
typedef enum UsageRole
{
	USAGE_BUCKET,				/* start, end or day of the bucket */
	USAGE_DIMENSION,			/* NULL unless the request groups by it */
	USAGE_MEASURE,				/* adds up over buckets and over dimensions */
	USAGE_GAUGE,				/* adds up over dimensions, not over time */
	USAGE_LABEL,				/* unit of a measure */
	USAGE_FACET,				/* tells results apart in any request, whatever
								 * it groups by: each result has one */
	USAGE_PARENT,				/* what an object is under: in the path */
	USAGE_ATTRIBUTE,			/* member of an object of a list */
	USAGE_OTHER					/* unknown: a column that the user described */
} UsageRole;

/* Which edge of the bucket a USAGE_BUCKET column is. */
typedef enum UsageEdge
{
	USAGE_NO_EDGE,
	USAGE_START,				/* timestamptz, inclusive */
	USAGE_END,					/* timestamptz, exclusive */
	USAGE_DAY					/* date, the UTC day of the start */
} UsageEdge;

/* What a request has for a column that is restricted to some values. */
typedef enum UsageFilterForm
{
	USAGE_FILTER_ARRAY,			/* the parameter, with all of them */
	USAGE_FILTER_VALUE,			/* the parameter, which takes one */
	USAGE_FILTER_UNSENT,		/* no parameter, where `whole` has it */
	USAGE_FILTER_PATH,			/* one of them in the path */
	USAGE_FILTER_ITEM			/* one of them in item_path: a request for an
								 * object */
} UsageFilterForm;

/*
 * One column of an endpoint.  All strings are constants that live as long as
 * the backend.
 */
typedef struct UsageColumn
{
	const char *name;			/* of the SQL column that import declares */
	Oid			type;			/* TEXTOID, INT8OID, ... */
	UsageRole	role;
	UsageEdge	edge;			/* of a USAGE_BUCKET, else USAGE_NO_EDGE */
	const char *field;			/* path in the result object, or several with
								 * USAGE_FIELD_OR between them, of which the
								 * first that is sent counts; for a dimension
								 * also its name in group_by; NULL for
								 * USAGE_BUCKET and USAGE_PARENT */
	const char *filter;			/* query parameter that filters it, or name in
								 * the path, or NULL */
	const char *const *accepted;	/* values that the filter accepts, NULL
									 * terminated; NULL: any */
	const char *required;		/* field of the dimension that a request must
								 * group by for the API to send this, or NULL */
	bool		always_sent;	/* the API's description requires it */
	bool		imported;		/* import declares it by default */
	UsageFilterForm form;		/* of the filter */
	bool		null_test;		/* the filter is for IS NULL, not for values;
								 * its one accepted value stands for NULL */
	bool		sorted;			/* a list's objects come in its order */
	int			since;			/* revision of the catalogue that has it
								 * first; not set: the first one */
	const char *unit;			/* what a number counts, a plural ("tokens"),
								 * or the name of the column that says it;
								 * NULL: not a number */
	const char *description;	/* a noun phrase in English */
} UsageColumn;

/* Between the alternatives of a field. */
#define USAGE_FIELD_OR '|'

/* A parameter with a value that never changes. */
typedef struct UsageParameter
{
	const char *param;			/* or NULL: there is none */
	const char *value;
} UsageParameter;

/* A width of buckets. */
typedef struct UsageWidth
{
	const char *name;			/* as the API writes it */
	int64		width_us;		/* microseconds, as timestamptz counts */
	int			limit;			/* most buckets on one page */
} UsageWidth;

typedef struct UsageEndpoint
{
	const char *name;			/* also of the foreign table that import makes */
	const char *path;			/* below base_url, with a leading slash; may
								 * have the name of a column with the role
								 * USAGE_PARENT in braces */
	const UsageWidth *widths;	/* narrowest first, ends with a NULL name; or
								 * usage_no_width */
	const UsageColumn *columns; /* ends with a NULL name */
	UsageShape	shape;
	UsageParameter whole;		/* without it the API leaves something out; a
								 * filter with that parameter takes its place */
	UsageParameter newest_first;	/* turns the order of `sorted` around */
	const char *sample;			/* the kind of endpoints that this one stands
								 * for where access to the API is tried; NULL:
								 * it is not tried */
	const char *item_path;		/* of one object of a list, with its id in
								 * braces; NULL: there is none */
	const char *description;	/* what a table of it is, a noun phrase in
								 * English */
} UsageEndpoint;

/* The list whose objects other lists are under. */
typedef struct UsageParent
{
	const char *name;			/* in braces in a path */
	const char *endpoint;		/* of the catalogue */
	const char *retired;		/* its field that is not null where an object
								 * is no longer in use */
} UsageParent;

/*
 * The one width of an endpoint without buckets.  Its answer counts as one
 * bucket, of one microsecond, so that code that counts buckets needs no
 * special case.
 */
extern const UsageWidth usage_no_width[];

/* All endpoints, in the order of the documentation; ends with a NULL name. */
extern const UsageEndpoint usage_endpoints[];

/*
 * The endpoints, by shape, of tables with the option `path`, which the
 * catalogue does not know.  Where there are buckets, it has their edges and the
 * usual widths.  Name and path are NULL.
 */
extern const UsageEndpoint usage_unknown_endpoints[];

/* All parents; ends with a NULL name. */
extern const UsageParent usage_parents[];

/* The parent of that name, or NULL. */
extern const UsageParent *endpoint_parent(const char *name);

/*
 * The name in braces in a path, palloc'd; NULL: there is none.
 */
extern char *endpoint_path_name(const char *path);

/* The endpoint of that name, or NULL. */
extern const UsageEndpoint *endpoint_find(const char *name);

/*
 * The endpoint whose name, an underscore and digits make up this name, as those
 * that Citus gives to shards; or NULL.
 */
extern const UsageEndpoint *endpoint_find_numbered(const char *name);

/* The endpoint's column of that name, or of that field; or NULL. */
extern const UsageColumn *endpoint_column(const UsageEndpoint *endpoint, const char *name);
extern const UsageColumn *endpoint_field(const UsageEndpoint *endpoint, const char *field);

/* The endpoint's width of that name ("1d"), or NULL; without buckets its only one. */
extern const UsageWidth *endpoint_width(const UsageEndpoint *endpoint, const char *name);

/* The endpoint's widest width. */
extern const UsageWidth *endpoint_widest(const UsageEndpoint *endpoint);

/*
 * The revision of the catalogue that has the column first, from 1 on, and that
 * of the endpoint's newest column.
 */
extern int	endpoint_since(const UsageColumn *column);
extern int	endpoint_revision(const UsageEndpoint *endpoint);

/* A role's name in column options and usage_fdw_columns(), and back (false: none). */
extern const char *endpoint_role_name(UsageRole role);
extern bool endpoint_role(const char *name, UsageRole *role);

/*
 * Names of shapes in options: NULL terminated, in the order of the enum.
 */
extern const char *const endpoint_shape_names[];

/* Is the value one of `accepted` (NULL terminated; NULL: any)? */
extern bool endpoint_accepts(const char *const *accepted, const char *value);

/* Lists for hints, separated by commas, palloc'd. */
extern char *endpoint_names(void);
extern char *endpoint_role_names(void);
extern char *endpoint_column_names(const UsageEndpoint *endpoint);
extern char *endpoint_width_names(const UsageEndpoint *endpoint);

#endif
