/*
 * endpoint_private.h
 *	  How columns of the catalogue are written, for the files of endpoint alone.
 *
 * Each has a description, last: a noun phrase without a full stop, which stands
 * in comments on columns.  What else is to be set follows it, such as .since.  A
 * unit is a plural, or the name of the endpoint's column that says it.  Members
 * that are not initialized are NULL or false.
 */
#ifndef USAGE_ENDPOINT_PRIVATE_H
#define USAGE_ENDPOINT_PRIVATE_H

#include "catalog/pg_type_d.h"

#include "catalogue/endpoint.h"

#define BUCKET \
	{"start_time", TIMESTAMPTZOID, USAGE_BUCKET, USAGE_START, .always_sent = true, .imported = true, \
	.description = "start of the bucket, inclusive"}, \
	{"end_time", TIMESTAMPTZOID, USAGE_BUCKET, USAGE_END, .always_sent = true, .imported = true, \
	.description = "end of the bucket, exclusive"}, \
	{"day", DATEOID, USAGE_BUCKET, USAGE_DAY, .always_sent = true, .imported = true, \
	.description = "UTC day that the bucket is of"}

/* A text dimension: any value; listed values; imported only on request. */
#define DIM(name, filter, ...) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = true, .description = __VA_ARGS__}
#define LISTED_DIM(name, filter, values, ...) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, values, .imported = true, .description = __VA_ARGS__}
#define EXTRA_DIM(name, filter, ...) \
	{name, TEXTOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = false, .description = __VA_ARGS__}
#define BOOL_DIM(name, filter, ...) \
	{name, BOOLOID, USAGE_DIMENSION, USAGE_NO_EDGE, name, filter, .imported = true, .description = __VA_ARGS__}

/* A count: always sent; sent only where it applies. */
#define SENT_COUNT(name, of, ...) \
	{name, INT8OID, USAGE_MEASURE, USAGE_NO_EDGE, name, .always_sent = true, .imported = true, \
	.unit = of, .description = __VA_ARGS__}
#define COUNT(name, of, ...) \
	{name, INT8OID, USAGE_MEASURE, USAGE_NO_EDGE, name, .imported = true, .unit = of, .description = __VA_ARGS__}
#define GAUGE(name, of, ...) \
	{name, INT8OID, USAGE_GAUGE, USAGE_NO_EDGE, name, .always_sent = true, .imported = true, \
	.unit = of, .description = __VA_ARGS__}

/* A number or label: its name may differ from its field, or need a dimension. */
#define NUMBER(name, field, required_dim, of, ...) \
	{name, NUMERICOID, USAGE_MEASURE, USAGE_NO_EDGE, field, .required = required_dim, .imported = true, \
	.unit = of, .description = __VA_ARGS__}
#define LABEL(name, field, required_dim, ...) \
	{name, TEXTOID, USAGE_LABEL, USAGE_NO_EDGE, field, .required = required_dim, .imported = true, \
	.description = __VA_ARGS__}
#define FACET(name, field, ...) \
	{name, TEXTOID, USAGE_FACET, USAGE_NO_EDGE, field, .imported = true, .description = __VA_ARGS__}

/*
 * A member of a list's object, sent always or not; of another name; a number;
 * and what the object is under.
 */
#define SENT_MEMBER(name, type, ...) \
	SENT_MEMBER_AT(name, type, name, __VA_ARGS__)
#define MEMBER(name, type, ...) \
	MEMBER_AT(name, type, name, __VA_ARGS__)
#define SENT_MEMBER_AT(name, type, field, ...) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, field, .always_sent = true, .imported = true, .description = __VA_ARGS__}
#define MEMBER_AT(name, type, field, ...) \
	{name, type, USAGE_ATTRIBUTE, USAGE_NO_EDGE, field, .imported = true, .description = __VA_ARGS__}
#define SENT_AMOUNT_AT(name, field, of, ...) \
	{name, INT8OID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, field, .always_sent = true, .imported = true, \
	.unit = of, .description = __VA_ARGS__}
#define AMOUNT(name, of, ...) \
	{name, INT8OID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, name, .imported = true, .unit = of, .description = __VA_ARGS__}
#define PARENT(name, ...) \
	{name, TEXTOID, USAGE_PARENT, USAGE_NO_EDGE, NULL, name, .form = USAGE_FILTER_PATH, \
	.always_sent = true, .imported = true, .description = __VA_ARGS__}

/* The id of an object that can be asked for by itself. */
#define ITEM_ID(...) \
	{"id", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "id", "id", .form = USAGE_FILTER_ITEM, \
	.always_sent = true, .imported = true, .description = __VA_ARGS__}

#define END {NULL}

/* Columns of lists and objects; each ends with a NULL name. */
extern const UsageColumn endpoint_projects[];
extern const UsageColumn endpoint_users[];
extern const UsageColumn endpoint_project_users[];
extern const UsageColumn endpoint_service_accounts[];
extern const UsageColumn endpoint_api_keys[];
extern const UsageColumn endpoint_rate_limits[];
extern const UsageColumn endpoint_admin_keys[];
extern const UsageColumn endpoint_limits[];
extern const UsageColumn endpoint_project_limits[];
extern const UsageColumn endpoint_alerts[];
extern const UsageColumn endpoint_project_alerts[];

#endif
