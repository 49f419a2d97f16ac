/*
 * parameter.c
 *	  A query string as a list of names and values.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "parameter.h"
#include "text.h"

static void
strip_brackets(Parameter *parameter)
{
	size_t		length = strlen(parameter->name);

	if (length > 2 && strcmp(parameter->name + length - 2, "[]") == 0)
	{
		parameter->name[length - 2] = '\0';
		parameter->brackets = true;
	}
}

static void
add_parameter(ParameterList *list, char *text)
{
	Parameter  *parameter;
	char	   *equals = strchr(text, '=');

	list->items = reallocate(list->items,
							 (list->count + 1) * sizeof(Parameter));
	parameter = &list->items[list->count++];
	memset(parameter, 0, sizeof(*parameter));
	parameter->name = text;
	parameter->value = equals ? equals + 1 : text + strlen(text);
	if (equals)
		*equals = '\0';
	parameter->broken = !decode_percent(parameter->name);
	if (!decode_percent(parameter->value))
		parameter->broken = true;
	strip_brackets(parameter);
}

void
parameters_parse(ParameterList *list, const char *raw)
{
	char	   *rest;
	char	   *item;

	memset(list, 0, sizeof(*list));
	list->text = rest = copy_text(raw ? raw : "");
	while ((item = strsep(&rest, "&")))
		if (*item)
			add_parameter(list, item);
}

void
parameters_free(ParameterList *list)
{
	free(list->items);
	free(list->text);
	memset(list, 0, sizeof(*list));
}

const char *
parameter_value(const ParameterList *list, const char *name)
{
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return list->items[i].value;
	return NULL;
}

int
parameter_count(const ParameterList *list, const char *name)
{
	int			count = 0;

	for (int i = 0; i < list->count; i++)
		count += strcmp(list->items[i].name, name) == 0;
	return count;
}
