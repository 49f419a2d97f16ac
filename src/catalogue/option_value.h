/*
 * option_value.h
 *	  Parsers for the values of options.
 *
 * A parser stores the value of the text in `result` and returns NULL, or
 * returns a translated hint with the valid values, palloc'd or constant.  A
 * parser into a char pointer stores the text itself or a palloc'd string.
 */
#ifndef USAGE_OPTION_VALUE_H
#define USAGE_OPTION_VALUE_H

#include "utils/timestamp.h"

/* What a parser accepts. */
typedef struct OptionLimits
{
	int			min;			/* of an integer, in `unit` */
	int			max;
	int			unit;			/* GUC_UNIT_..., or 0 */
	const char *const *names;	/* valid values, NULL terminated */
} OptionLimits;

typedef const char *(*OptionParser) (char *text, const OptionLimits *limits, void *result);

/* Into an int. */
extern const char *option_parse_integer(char *text, const OptionLimits *limits, void *result);
extern const char *option_parse_name(char *text, const OptionLimits *limits, void *result); /* index in names */
extern const char *option_parse_names(char *text, const OptionLimits *limits, void *result);	/* 1 << index of each of
																								 * several, by commas */

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
 * The text as an interval, palloc'd; NULL if it is not one, or not valid as a
 * history: from one day to a hundred years, without negative parts.
 */
extern Interval *option_parse_interval(char *text);

#endif
