/*
 * request.c
 *	  What is asked: to and from a node list; to a URL.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "http.h"
#include "request.h"

/* The members of the list that stands for a request. */
enum RequestMember
{
	REQUEST_GROUP_BY,
	REQUEST_COLUMNS,
	REQUEST_TIME,
	REQUEST_FILTERS,
	REQUEST_BACKWARD,
	REQUEST_FEW,
	REQUEST_ANY_WIDTH,
	REQUEST_KEYS,
	REQUEST_RESULTS,
	REQUEST_TABLE_TIME
};

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

/*
 * To and from lists.  A structure is a list of its members in the order of
 * its declaration; a number is an Integer node, as all of them fit.
 */

static Node *
number(int value)
{
	return (Node *) makeInteger(value);
}

static int
number_at(List *list, int member)
{
	return intVal(list_nth(list, member));
}

static List *
step_to_list(const TimeStep *step)
{
	/* whole seconds, since an Integer has 32 bits */
	return list_make4(number(step->kind), number(step->zone),
					  number(step->span_us / USECS_PER_SEC),
					  makeString(step->unit ? step->unit : ""));
}

static TimeStep *
step_from_list(List *list)
{
	TimeStep   *step = palloc(sizeof(TimeStep));

	step->kind = number_at(list, 0);
	step->zone = number_at(list, 1);
	step->span_us = number_at(list, 2) * USECS_PER_SEC;
	step->unit = strVal(list_nth(list, 3));
	return step;
}

static List *
time_to_list(const TimeClause *clause)
{
	List	   *args = NIL;
	List	   *steps = NIL;
	ListCell   *lc;

	foreach(lc, clause->args)
		args = lappend(args, time_to_list(lfirst(lc)));
	foreach(lc, clause->steps)
		steps = lappend(steps, step_to_list(lfirst(lc)));
	return lappend(lappend(list_make5(number(clause->kind), args,
									  number(clause->subject), steps,
									  number(clause->strategy)),
						   number(clause->type)),
				   number(clause->value));
}

static TimeClause *
time_from_list(List *list)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));
	ListCell   *lc;

	clause->kind = number_at(list, 0);
	foreach(lc, (List *) list_nth(list, 1))
		clause->args = lappend(clause->args, time_from_list(lfirst(lc)));
	clause->subject = number_at(list, 2);
	foreach(lc, (List *) list_nth(list, 3))
		clause->steps = lappend(clause->steps, step_from_list(lfirst(lc)));
	clause->strategy = number_at(list, 4);
	clause->type = number_at(list, 5);
	clause->value = number_at(list, 6);
	return clause;
}

static List *
filter_to_list(const FilterClause *filter)
{
	List	   *items = NIL;
	ListCell   *lc;

	foreach(lc, filter->items)
	{
		FilterItem *item = lfirst(lc);

		items = lappend(items, list_make2(number(item->value), number(item->is_array)));
	}
	return list_make2(number(filter->attnum), items);
}

static FilterClause *
filter_from_list(List *list)
{
	FilterClause *filter = palloc0(sizeof(FilterClause));
	ListCell   *lc;

	filter->attnum = number_at(list, 0);
	foreach(lc, (List *) list_nth(list, 1))
	{
		FilterItem *item = palloc(sizeof(FilterItem));

		item->value = number_at(lfirst(lc), 0);
		item->is_array = number_at(lfirst(lc), 1) != 0;
		filter->items = lappend(filter->items, item);
	}
	return filter;
}

List *
request_to_list(const UsageRequest *request)
{
	List	   *time = NIL;
	List	   *filters = NIL;
	ListCell   *lc;

	foreach(lc, request->time)
		time = lappend(time, time_to_list(lfirst(lc)));
	foreach(lc, request->filters)
		filters = lappend(filters, filter_to_list(lfirst(lc)));
	return list_concat(list_make5(request->group_by, request->columns, time, filters,
								  number(request->backward)),
					   list_make5(number(request->few), number(request->any_width),
								  request->keys, number(request->results),
								  number(request->ntable_time)));
}

UsageRequest *
request_from_list(List *list, List *exprs)
{
	UsageRequest *request = palloc0(sizeof(UsageRequest));
	ListCell   *lc;

	request->group_by = list_nth(list, REQUEST_GROUP_BY);
	request->columns = list_nth(list, REQUEST_COLUMNS);
	foreach(lc, (List *) list_nth(list, REQUEST_TIME))
		request->time = lappend(request->time, time_from_list(lfirst(lc)));
	foreach(lc, (List *) list_nth(list, REQUEST_FILTERS))
		request->filters = lappend(request->filters, filter_from_list(lfirst(lc)));
	request->exprs = exprs;
	request->backward = number_at(list, REQUEST_BACKWARD) != 0;
	request->few = number_at(list, REQUEST_FEW) != 0;
	request->any_width = number_at(list, REQUEST_ANY_WIDTH) != 0;
	request->keys = list_nth(list, REQUEST_KEYS);
	request->results = number_at(list, REQUEST_RESULTS);
	request->ntable_time = number_at(list, REQUEST_TABLE_TIME);
	return request;
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
		request->nparts *= list_length(((BoundFilter *) lfirst(lc))->parts);
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
 * An array in the query (API.md section 2).  A value with a comma must not
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
