/*
 * value.h
 *	  What does the text of an option mean?
 *
 * A parser stores what the text means in `result` and returns NULL, or
 * returns a hint that says what would have been valid (palloc'd or constant,
 * translated).  What a text parser stores is the text itself or a palloc'd
 * one.
 */
#ifndef USAGE_VALUE_H
#define USAGE_VALUE_H

#include "utils/timestamp.h"

/* What narrows a kind of value. */
typedef struct ValueBounds
{
	int			min;			/* of an integer, in its unit */
	int			max;
	int			unit;			/* GUC_UNIT_..., or 0 */
	const char *const *names;	/* valid ones, NULL terminated */
} ValueBounds;

typedef const char *(*ValueParser) (char *text, const ValueBounds *bounds, void *result);

/* Into an int. */
extern const char *value_integer(char *text, const ValueBounds *bounds, void *result);
extern const char *value_name(char *text, const ValueBounds *bounds, void *result);	/* index in names */

/* Into a bool. */
extern const char *value_boolean(char *text, const ValueBounds *bounds, void *result);

/* Into a char pointer. */
extern const char *value_string(char *text, const ValueBounds *bounds, void *result);
extern const char *value_token(char *text, const ValueBounds *bounds, void *result);
extern const char *value_file(char *text, const ValueBounds *bounds, void *result);
extern const char *value_url(char *text, const ValueBounds *bounds, void *result);	/* without trailing slash */
extern const char *value_history(char *text, const ValueBounds *bounds, void *result);
extern const char *value_path(char *text, const ValueBounds *bounds, void *result);
extern const char *value_width(char *text, const ValueBounds *bounds, void *result);
extern const char *value_field(char *text, const ValueBounds *bounds, void *result);
extern const char *value_role(char *text, const ValueBounds *bounds, void *result);
extern const char *value_filter(char *text, const ValueBounds *bounds, void *result);

/*
 * The interval that a text stands for, palloc'd, or NULL if it is none or is
 * no history: from one day to a hundred years, no part negative.
 */
extern Interval *value_interval(char *text);

#endif
