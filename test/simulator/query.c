/*
 * query.c
 *	  Validation of a request's parameters.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "query.h"
#include "text.h"

/* What the checks have in common. */
typedef struct Parse
{
	Query	   *query;
	const Settings *settings;
	ParameterList list;
	ApiError   *error;
} Parse;

static const char *const scalar_names[] = {
	"start_time", "end_time", "bucket_width", "limit", "page", "batch", NULL
};

#define LAST_SECOND INT64_C(253402300799)	/* of the year 9999 */

/* group_by, if name is "group_by", else the dimension that name filters */
#define GROUP_BY (-2)
#define NO_DIMENSION (-1)

static int
filtered_dimension(const Parse *parse, const char *name)
{
	const Dimension *dimensions = parse->query->endpoint->dimensions;

	for (int i = 0; dimensions[i].name; i++)
	{
		const Dimension *d = &dimensions[i];
		bool		newest = d->newest || d->newest_filter;

		if (d->filter && strcmp(d->filter, name) == 0 &&
			(parse->settings->newest || !newest))
			return i;
	}
	return NO_DIMENSION;
}

static bool
is_scalar(const char *name)
{
	for (int i = 0; scalar_names[i]; i++)
		if (strcmp(scalar_names[i], name) == 0)
			return true;
	return false;
}

static bool
is_known(const Parse *parse, const char *name)
{
	if (strcmp(name, "group_by") == 0)
		return true;
	if (is_scalar(name) && strcmp(name, "batch") != 0)
		return true;
	return filtered_dimension(parse, name) >= 0;
}

/* Does the array arrive in a form that the server takes? */
static bool
check_array_form(Parse *parse, const Parameter *parameter)
{
	int64_t		format = parse->settings->array_format;
	bool		refused;

	switch (format)
	{
		case ARRAY_REPEAT:
			refused = parameter->brackets;
			break;
		case ARRAY_BRACKETS:
			refused = !parameter->brackets;
			break;
		case ARRAY_COMMA:
			refused = parameter->brackets ||
				parameter_count(&parse->list, parameter->name) > 1;
			break;
		default:
			refused = false;
	}
	if (refused)
		return error_invalid(parse->error, parameter->name, "invalid_type",
							 "Invalid form of the array '%s'.", parameter->name);
	return true;
}

static bool
check_scalar_form(Parse *parse, const Parameter *parameter)
{
	const char *name = parameter->name;

	if (parameter->brackets)
		return error_invalid(parse->error, name, "unknown_parameter",
							 "Unknown parameter: '%s[]'.", name);
	if (parameter_count(&parse->list, name) > 1)
		return error_invalid(parse->error, name, "invalid_type",
							 "Parameter '%s' was given more than once.", name);
	return true;
}

static bool
check_form(Parse *parse, const Parameter *parameter)
{
	const char *name = parameter->name;

	if (parameter->broken)
		return error_invalid(parse->error, name, "invalid_value",
							 "Invalid percent-encoding in '%s'.", name);
	if (!is_known(parse, name))
		return error_invalid(parse->error, name, "unknown_parameter",
							 "Unknown parameter: '%s'.", name);
	return is_scalar(name) ? check_scalar_form(parse, parameter)
		: check_array_form(parse, parameter);
}

static bool
check_forms(Parse *parse)
{
	for (int i = 0; i < parse->list.count; i++)
		if (!check_form(parse, &parse->list.items[i]))
			return false;
	return true;
}

/* An absent parameter leaves value alone. */
static bool
read_integer(Parse *parse, const char *name, int64_t *value)
{
	const char *text = parameter_value(&parse->list, name);

	if (text && !parse_integer(text, value))
		return error_invalid(parse->error, name, "invalid_type",
							 "Invalid type for '%s': expected an integer, but "
							 "got '%.100s' instead.", name, text);
	return true;
}

static bool
read_range(Parse *parse, int64_t now)
{
	Query	   *query = parse->query;

	if (parameter_value(&parse->list, "start_time") == NULL)
		return error_invalid(parse->error, "start_time",
							 "missing_required_parameter",
							 "Missing required parameter: 'start_time'.");
	query->has_end = parameter_value(&parse->list, "end_time") != NULL;
	query->end = now;
	if (!read_integer(parse, "start_time", &query->start) ||
		!read_integer(parse, "end_time", &query->end))
		return false;
	if (query->start < 0 || query->start > LAST_SECOND)
		return error_invalid(parse->error, "start_time", "invalid_value",
							 "'start_time' is out of range.");
	if (query->end > LAST_SECOND)
		return error_invalid(parse->error, "end_time", "invalid_value",
							 "'end_time' is out of range.");
	if (query->has_end && query->end <= query->start)
		return error_invalid(parse->error, "end_time", "invalid_value",
							 "'end_time' must be after 'start_time'.");
	query->position = query->start;
	return true;
}

static bool
read_width(Parse *parse)
{
	const char *text = parameter_value(&parse->list, "bucket_width");
	Buffer		names = {NULL, 0, 0};

	if (text == NULL)
		text = "1d";
	for (const Width *w = parse->query->endpoint->widths; w->name; w++)
	{
		if (strcmp(w->name, text) == 0)
		{
			parse->query->width = w;
			buffer_free(&names);
			return true;
		}
		buffer_printf(&names, "%s'%s'", names.length ? ", " : "", w->name);
	}
	error_invalid(parse->error, "bucket_width", "invalid_value",
				  "Invalid value: '%.100s'. Supported values are: %s.",
				  text, names.data);
	buffer_free(&names);
	return false;
}

static bool
read_limit(Parse *parse)
{
	Query	   *query = parse->query;
	int			max = query->width->max_limit;

	query->limit = query->width->default_limit;
	if (!read_integer(parse, "limit", &query->limit))
		return false;
	if (query->limit > max)
		return error_invalid(parse->error, "limit", "integer_above_max_value",
							 "Invalid 'limit': integer above maximum value. "
							 "Expected a value <= %d, but got %lld instead.",
							 max, (long long) query->limit);
	if (query->limit < 1)
		return error_invalid(parse->error, "limit", "integer_below_min_value",
							 "Invalid 'limit': integer below minimum value. "
							 "Expected a value >= 1, but got %lld instead.",
							 (long long) query->limit);
	return true;
}

static bool
refuse_group(Parse *parse, const char *value)
{
	return error_invalid(parse->error, "group_by", "invalid_value",
						 "Invalid value for 'group_by': '%.200s' is not "
						 "supported for this endpoint.", value);
}

static bool
add_group(Parse *parse, const char *value)
{
	const Endpoint *endpoint = parse->query->endpoint;
	int			i = endpoint_dimension(endpoint, value);

	if (i < 0 || endpoint->dimensions[i].hidden)
		return refuse_group(parse, value);
	if (endpoint->dimensions[i].newest && !parse->settings->newest)
		return refuse_group(parse, value);
	if (strcmp(endpoint->name, "costs") == 0 &&
		list_has(parse->settings->costs_refuse, value))
		return refuse_group(parse, value);
	parse->query->group_mask |= 1u << i;
	return true;
}

static bool
is_listed(const char *const *listed, const char *value)
{
	for (int i = 0; listed[i]; i++)
		if (strcmp(listed[i], value) == 0)
			return true;
	return false;
}

/* A value that no event has is a filter like any other. */
static bool
add_filter(Parse *parse, int i, const char *value)
{
	Query	   *query = parse->query;
	const Dimension *d = &query->endpoint->dimensions[i];
	bool		refused = d->listed && !is_listed(d->listed, value);

	if (d->boolean)
		refused = strcmp(value, "true") != 0 && strcmp(value, "false") != 0;
	if (refused)
		return error_invalid(parse->error, d->filter, "invalid_value",
							 "Invalid value for '%s': '%.200s'.",
							 d->filter, value);
	query->filter_mask |= 1u << i;
	for (int v = 1; dimension_value(d, v); v++)
		if (strcmp(dimension_value(d, v), value) == 0)
			query->allowed[i][v] = true;

	/* the order of values in the request doesn't matter */
	query->fingerprint += hash_bytes(i + 1, value, strlen(value));
	return true;
}

static bool
add_element(Parse *parse, int dimension, const char *value)
{
	return dimension == GROUP_BY ? add_group(parse, value)
		: add_filter(parse, dimension, value);
}

static bool
add_elements(Parse *parse, int dimension, char *value)
{
	char	   *element;

	if (parse->settings->array_format != ARRAY_COMMA)
		return add_element(parse, dimension, value);
	while ((element = strsep(&value, ",")))
		if (!add_element(parse, dimension, element))
			return false;
	return true;
}

static bool
read_arrays(Parse *parse)
{
	for (int i = 0; i < parse->list.count; i++)
	{
		const Parameter *p = &parse->list.items[i];
		int			dimension = filtered_dimension(parse, p->name);

		if (strcmp(p->name, "group_by") == 0)
			dimension = GROUP_BY;
		if (dimension != NO_DIMENSION &&
			!add_elements(parse, dimension, p->value))
			return false;
	}
	return true;
}

static bool
check_lookback(Parse *parse, int64_t now)
{
	int64_t		earliest = now - parse->settings->lookback_days * DAY_SECONDS;
	time_t		date;
	struct tm	tm;
	char		text[32];

	earliest -= earliest % DAY_SECONDS;
	if (parse->settings->lookback_days == 0 ||
		parse->query->start >= earliest)
		return true;
	date = earliest;
	strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&date, &tm));
	return error_lookback(parse->error, text);
}

/* Everything that must stay the same from page to page. */
static void
take_fingerprint(Query *query)
{
	uint64_t	hash = hash_add(query->fingerprint,
								endpoint_index(query->endpoint));

	hash = hash_add(hash, query->start);
	hash = hash_add(hash, query->has_end ? query->end : -1);
	hash = hash_add(hash, query->width->seconds);
	hash = hash_add(hash, query->limit);
	hash = hash_add(hash, query->group_mask);
	query->fingerprint = hash_add(hash, query->filter_mask);
}

static bool
read_page(Parse *parse)
{
	Query	   *query = parse->query;
	const char *page = parameter_value(&parse->list, "page");

	take_fingerprint(query);
	if (page == NULL)
		return true;
	query->page = copy_text(page);
	if (!cursor_read(query, page))
		return error_invalid(parse->error, "page", "invalid_value",
							 "Invalid value for 'page': the cursor does not "
							 "belong to this request.");
	return true;
}

static bool
read_all(Parse *parse, int64_t now)
{
	return check_forms(parse) &&
		read_range(parse, now) &&
		read_width(parse) &&
		read_limit(parse) &&
		read_arrays(parse) &&
		check_lookback(parse, now) &&
		read_page(parse);
}

bool
query_parse(Query *query, const Endpoint *endpoint, const char *raw,
			const Settings *settings, int64_t now, ApiError *error)
{
	Parse		parse = {.query = query, .settings = settings, .error = error};
	bool		valid;

	memset(query, 0, sizeof(*query));
	query->endpoint = endpoint;
	parameters_parse(&parse.list, raw);
	valid = read_all(&parse, now);
	parameters_free(&parse.list);
	if (valid && settings->clip_future && query->end > now)
		query->end = now;
	return valid;
}

void
query_free(Query *query)
{
	free(query->page);
	query->page = NULL;
}
