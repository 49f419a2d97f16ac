/*
 * request.c
 *	  What is asked, and as a URL.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "http/http_url.h"
#include "request/request.h"

/* Seconds from 1970-01-01 to 2000-01-01. */
#define EPOCH_OFFSET ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

UsageRequest *
request_make(const UsageTable *table)
{
	UsageRequest *request = palloc0(sizeof(UsageRequest));
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_DIMENSION)
			request->group_by = lappend_int(request->group_by, column->attnum);
	return request;
}

UsageRequest *
request_copy(const UsageRequest *request)
{
	UsageRequest *copy = palloc(sizeof(UsageRequest));

	*copy = *request;
	copy->time = list_copy(request->time);
	copy->filters = list_copy(request->filters);
	copy->exprs = list_copy(request->exprs);
	return copy;
}

int
request_add_expr(UsageRequest *request, Node *expr)
{
	request->exprs = lappend(request->exprs, expr);
	return list_length(request->exprs) - 1;
}

int64
request_unix_time(TimestampTz instant)
{
	return instant / USECS_PER_SEC + EPOCH_OFFSET;
}

bool
request_from_unix_time(int64 seconds, TimestampTz *instant)
{
	return !pg_sub_s64_overflow(seconds, EPOCH_OFFSET, instant) &&
		!pg_mul_s64_overflow(*instant, USECS_PER_SEC, instant) &&
		IS_VALID_TIMESTAMP(*instant);
}

void
request_take(BoundRequest *request, TimeRanges *ranges, const UsageWidth *width)
{
	WidthStretch *stretch = palloc(sizeof(WidthStretch));

	stretch->width = width;
	stretch->ranges = ranges;
	request->ranges = ranges;
	request->stretches = list_make1(stretch);
}

void
request_count_parts(BoundRequest *request)
{
	ListCell   *lc;

	request->nparts = 1;
	foreach(lc, request->filters)
		request->nparts = saturating_mul(request->nparts,
										 list_length(((BoundFilter *) lfirst(lc))->parts));
}

List *
request_copy_stretches(const List *stretches)
{
	List	   *copies = NIL;
	ListCell   *lc;

	foreach(lc, stretches)
	{
		WidthStretch *copy = palloc(sizeof(WidthStretch));

		*copy = *(WidthStretch *) lfirst(lc);
		copy->ranges = timerange_copy(copy->ranges);
		copies = lappend(copies, copy);
	}
	return copies;
}

bool
request_same_stretches(const List *a, const List *b)
{
	ListCell   *la;
	ListCell   *lb;

	if (list_length(a) != list_length(b))
		return false;
	forboth(la, a, lb, b)
	{
		const WidthStretch *left = lfirst(la);
		const WidthStretch *right = lfirst(lb);

		if (left->width != right->width || !timerange_equal(left->ranges, right->ranges))
			return false;
	}
	return true;
}

bool
request_has_width(const BoundRequest *request, const UsageWidth *width)
{
	ListCell   *lc;

	foreach(lc, request->stretches)
	{
		WidthStretch *stretch = lfirst(lc);

		if (stretch->width == width && stretch->ranges->count > 0)
			return true;
	}
	return false;
}

bool
request_asks_before(const BoundRequest *request, TimestampTz first)
{
	const TimeRange *asked = &request->asked;

	return (asked->start != DT_NOBEGIN && asked->start < first) || asked->end <= first;
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
request_url(const UsageTable *table, const BoundRequest *request,
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
					 request_unix_time(window->start), request_unix_time(window->end),
					 width->name, (int) Min(buckets, width->limit));
	append_array(&url, format, "group_by", request->group_by);
	append_filters(&url, format, request, slice->part);
	if (cursor)
		appendStringInfo(&url, "&page=%s", http_escape(cursor));
	return url.data;
}
