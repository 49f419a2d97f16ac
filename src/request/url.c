/*
 * url.c
 *	  The URL of a request of the API.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "http/http_url.h"
#include "request/url.h"

/*
 * Append an array (docs/api.md section 2).  With PROVIDER_ARRAY_COMMA no value
 * may have a comma; bind_filter.c sees to that.
 */
static void
append_array(StringInfo url, ProviderArrayFormat format, const char *param, List *values)
{
	ListCell   *lc;

	foreach(lc, values)
	{
		char	   *value = http_escape(lfirst(lc));

		if (format == PROVIDER_ARRAY_COMMA && lc != list_head(values))
			appendStringInfo(url, ",%s", value);
		else
			appendStringInfo(url, "&%s%s=%s", param,
							 format == PROVIDER_ARRAY_BRACKETS ? "%5B%5D" : "", value);
	}
}

/* Append a filter, with those of its values that are in the part. */
static void
append_filter(StringInfo url, ProviderArrayFormat format, const BoundFilter *filter, List *values)
{
	switch (filter->form)
	{
		case USAGE_FILTER_ARRAY:
			append_array(url, format, filter->param, values);
			break;
		case USAGE_FILTER_VALUE:
			appendStringInfo(url, "&%s=%s", filter->param, http_escape(linitial(values)));
			break;
		case USAGE_FILTER_UNSENT:
		case USAGE_FILTER_PATH:
		case USAGE_FILTER_ITEM:
			break;
	}
}

static void
append_filters(StringInfo url, ProviderArrayFormat format, const BoundRequest *request, int64 part)
{
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		append_filter(url, format, filter, bound_part_values(request, filter, part));
	}
}

static void
append_parameter(StringInfo url, const UsageParameter *parameter)
{
	if (parameter->param)
		appendStringInfo(url, "&%s=%s", parameter->param, parameter->value);
}

/* Append the parameter without which the API leaves something out. */
static void
append_whole(StringInfo url, const UsageParameter *whole, const BoundRequest *request)
{
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		if (whole->param && strcmp(((BoundFilter *) lfirst(lc))->param, whole->param) == 0)
			return;
	}
	append_parameter(url, whole);
}

/* Append the path, with the part's value in place of the name in braces. */
static void
append_path(StringInfo url, const UsageTable *table, const BoundRequest *request, int64 part)
{
	const BoundFilter *item = bound_filter_of_form(request, USAGE_FILTER_ITEM);
	const BoundFilter *filter = item ? item : bound_filter_of_form(request, USAGE_FILTER_PATH);
	const char *path = item ? table->endpoint->item_path : table->path;

	if (!filter)
	{
		appendStringInfoString(url, path);
		return;
	}
	appendBinaryStringInfo(url, path, strchr(path, '{') - path);
	appendStringInfoString(url, http_escape(linitial(bound_part_values(request, filter, part))));
	appendStringInfoString(url, strchr(path, '}') + 1);
}

/* Append the slice's time range, width, and buckets per page. */
static void
append_window(StringInfo url, const UsageProvider *provider, const Slice *slice)
{
	const ProviderParameters *names = &provider->parameters;
	const TimeRange *window = &slice->window;
	const UsageWidth *width = slice->width;
	int64		buckets = (window->end - window->start) / width->width_us;

	appendStringInfo(url, "?%s=", names->start_time);
	provider->append_time(url, window->start);
	appendStringInfo(url, "&%s=", names->end_time);
	provider->append_time(url, window->end);
	appendStringInfo(url, "&%s=%s&%s=%d", names->bucket_width, width->name,
					 names->limit, (int) Min(buckets, width->limit));
}

char *
url_build(const UsageTable *table, const BoundRequest *request,
		  const Slice *slice, const char *cursor)
{
	ProviderArrayFormat format = table->options->array_format;
	const UsageProvider *provider = table->options->provider;
	UsageShape	shape = bound_shape(table, request);
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfoString(&url, table->options->base_url);
	append_path(&url, table, request, slice->part);
	if (shape == USAGE_OBJECT)
		return url.data;
	if (shape == USAGE_BUCKETS)
		append_window(&url, provider, slice);
	else
	{
		appendStringInfo(&url, "?%s=%d", provider->parameters.limit, slice->width->limit);
		append_whole(&url, &table->endpoint->whole, request);
		if (request->newest_first)
			append_parameter(&url, &table->endpoint->newest_first);
	}
	append_array(&url, format, provider->parameters.group_by, request->group_by);
	append_filters(&url, format, request, slice->part);
	if (cursor)
		appendStringInfo(&url, "&%s=%s", shape == USAGE_BUCKETS ? provider->parameters.cursor :
						 provider->parameters.list_cursor, http_escape(cursor));
	return url.data;
}
