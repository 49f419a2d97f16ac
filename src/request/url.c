/*
 * url.c
 *	  What is asked for, as a URL.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "http/http_url.h"
#include "request/url.h"

/* Seconds from 1970-01-01 to 2000-01-01. */
#define EPOCH_OFFSET ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

int64
url_unix_time(TimestampTz instant)
{
	return instant / USECS_PER_SEC + EPOCH_OFFSET;
}

bool
url_from_unix_time(int64 seconds, TimestampTz *instant)
{
	return !pg_sub_s64_overflow(seconds, EPOCH_OFFSET, instant) &&
		!pg_mul_s64_overflow(*instant, USECS_PER_SEC, instant) &&
		IS_VALID_TIMESTAMP(*instant);
}

/*
 * An array in the query (docs/api.md section 2).  A value with a comma must not
 * come here for USAGE_ARRAY_COMMA.
 */
static void
append_array(StringInfo url, UsageArrayFormat format, const char *param, List *values)
{
	ListCell   *lc;

	foreach(lc, values)
	{
		char	   *value = http_escape(lfirst(lc));

		if (format == USAGE_ARRAY_COMMA && lc != list_head(values))
			appendStringInfo(url, ",%s", value);
		else
			appendStringInfo(url, "&%s%s=%s", param,
							 format == USAGE_ARRAY_BRACKETS ? "%5B%5D" : "", value);
	}
}

/* A filter with one value only, as the API has them for booleans, is no array. */
static void
append_filter(StringInfo url, UsageArrayFormat format, const BoundFilter *filter, int part)
{
	if (filter->is_array)
		append_array(url, format, filter->param, list_nth(filter->parts, part));
	else
		appendStringInfo(url, "&%s=%s", filter->param,
						 http_escape(linitial(filter->values)));
}

/* The slice's parts of the filters; the first filter's vary fastest. */
static void
append_filters(StringInfo url, UsageArrayFormat format, const BoundRequest *request, int64 part)
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

char *
url_build(const UsageTable *table, const BoundRequest *request,
			const Slice *slice, const char *cursor)
{
	UsageArrayFormat format = table->options->array_format;
	const TimeRange *window = &slice->window;
	const UsageWidth *width = slice->width;
	int64		buckets = (window->end - window->start) / width->width_us;
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfo(&url, "%s%s?start_time=" INT64_FORMAT "&end_time=" INT64_FORMAT
					 "&bucket_width=%s&limit=%d",
					 table->options->base_url, table->path,
					 url_unix_time(window->start), url_unix_time(window->end),
					 width->name, (int) Min(buckets, width->limit));
	append_array(&url, format, "group_by", request->group_by);
	append_filters(&url, format, request, slice->part);
	if (cursor)
		appendStringInfo(&url, "&page=%s", http_escape(cursor));
	return url.data;
}
