/*
 * parameter.h
 *	  A query string as a list of names and values.
 */
#ifndef PARAMETER_H
#define PARAMETER_H

#include <stdbool.h>

typedef struct Parameter
{
	char	   *name;			/* decoded, without brackets */
	char	   *value;			/* decoded */
	bool		brackets;		/* name was followed by [] */
	bool		broken;			/* an escape could not be decoded */
} Parameter;

typedef struct ParameterList
{
	Parameter  *items;
	int			count;
	char	   *text;			/* what the items point into */
} ParameterList;

/* raw may be NULL: no parameters. */
extern void parameters_parse(ParameterList *list, const char *raw);
extern void parameters_free(ParameterList *list);

/* The first value of that name, or NULL. */
extern const char *parameter_value(const ParameterList *list, const char *name);
extern int	parameter_count(const ParameterList *list, const char *name);

#endif
