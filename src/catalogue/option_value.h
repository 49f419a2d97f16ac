/*
 * option_value.h
 *	  What does the text of an option mean?
 *
 * A parser stores what the text means in `result` and returns NULL, or
 * returns a hint that says what would have been valid (palloc'd or constant,
 * translated).  What a text parser stores is the text itself or a palloc'd
 * one.
 */
#ifndef USAGE_OPTION_VALUE_H
#define USAGE_OPTION_VALUE_H

#include "utils/timestamp.h"

/* What narrows a kind of value. */
typedef struct OptionLimits
{
	int			min;			/* of an integer, in its unit */
	int			max;
	int			unit;			/* GUC_UNIT_..., or 0 */
	const char *const *names;	/* valid ones, NULL terminated */
} OptionLimits;

typedef const char *(*OptionParser) (char *text, const OptionLimits *limits, void *result);

/* Into an int. */
extern const char *option_parse_integer(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_name(char *text, const OptionLimits *limits, void *result); /* index in names */

/* Into a bool. */
extern const char *option_parse_boolean(char *text, const OptionLimits *limits, void *result);

/* Into a char pointer. */
extern const char *option_parse_string(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_token(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_file(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_url(char *text, const OptionLimits *limits, void *result);	/* without trailing
																							 * slash */
extern const char *option_parse_history(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_path(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_width(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_field(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_role(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_filter(char *text, const OptionLimits *limits, void *result);

/*
 * The interval that a text stands for, palloc'd, or NULL if it is none or is
 * no history: from one day to a hundred years, no part negative.
 */
extern Interval *option_parse_interval(char *text);

#endif
