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

/* The API takes a boolean filter as one value, not as an array. */
static void
append_filter(StringInfo url, ProviderArrayFormat format, const BoundFilter *filter, int part)
{
	if (filter->is_array)
		append_array(url, format, filter->param, list_nth(filter->parts, part));
	else
		appendStringInfo(url, "&%s=%s", filter->param,
						 http_escape(linitial(filter->values)));
}

/* The slice's parts of the filters; the first filter's vary fastest. */
static void
append_filters(StringInfo url, ProviderArrayFormat format, const BoundRequest *request, int64 part)
{
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		const BoundFilter *filter = lfirst(lc);
		int			count = list_length(filter->parts);

		append_filter(url, format, filter, part % count);
		part /= count;
	}
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
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfo(&url, "%s%s", table->options->base_url, table->path);
	if (table->endpoint->shape == USAGE_BUCKETS)
		append_window(&url, provider, slice);
	else
		appendStringInfo(&url, "?%s=%d", provider->parameters.limit, slice->width->limit);
	append_array(&url, format, provider->parameters.group_by, request->group_by);
	append_filters(&url, format, request, slice->part);
	if (cursor)
		appendStringInfo(&url, "&%s=%s", provider->parameters.cursor, http_escape(cursor));
	return url.data;
}
