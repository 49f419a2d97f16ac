/*
 * request.c
 *	  What is asked: to and from a node list; to a URL.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "http.h"
#include "request.h"
#include "saturate.h"

/* The members of the list that stands for a request. */
enum RequestMember
{
	REQUEST_GROUP_BY,
	REQUEST_COLUMNS,
	REQUEST_CLAUSES,
	REQUEST_NAMES,
	REQUEST_BACKWARD,
	REQUEST_FEW,
	REQUEST_ANY_WIDTH,
	REQUEST_KEYS,
	REQUEST_RESULTS
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
 * To and from lists.  Clauses may be as many as somebody's program can write,
 * so they are numbers one after the other, in an integer list: a structure's
 * members in the order of its declaration, before those of a list its length.
 * Names stand beside it, and in it their place there.
 */
typedef struct Writer
{
	List	   *numbers;		/* integers */
	List	   *names;			/* of String */
} Writer;

typedef struct Reader
{
	const List *numbers;
	const List *names;
	int			at;				/* the number that is next */
} Reader;

static void
put(Writer *writer, int number)
{
	writer->numbers = lappend_int(writer->numbers, number);
}

static int
get(Reader *reader)
{
	return list_nth_int(reader->numbers, reader->at++);
}

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

static void
put_step(Writer *writer, const TimeStep *step)
{
	put(writer, step->kind);
	put(writer, step->zone);
	/* whole seconds, since an integer has 32 bits */
	put(writer, step->span_us / USECS_PER_SEC);
	put(writer, list_length(writer->names));
	writer->names = lappend(writer->names, makeString(step->unit ? step->unit : ""));
}

static TimeStep *
get_step(Reader *reader)
{
	TimeStep   *step = palloc(sizeof(TimeStep));

	step->kind = get(reader);
	step->zone = get(reader);
	step->span_us = get(reader) * USECS_PER_SEC;
	step->unit = strVal(list_nth(reader->names, get(reader)));
	return step;
}

static void
put_time(Writer *writer, const TimeClause *clause)
{
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	put(writer, clause->kind);
	put(writer, list_length(clause->args));
	foreach(lc, clause->args)
		put_time(writer, lfirst(lc));
	put(writer, clause->subject);
	put(writer, list_length(clause->steps));
	foreach(lc, clause->steps)
		put_step(writer, lfirst(lc));
	put(writer, clause->strategy);
	put(writer, clause->type);
	put(writer, clause->value);
}

static TimeClause *
get_time(Reader *reader)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	clause->kind = get(reader);
	for (int n = get(reader); n > 0; n--)
		clause->args = lappend(clause->args, get_time(reader));
	clause->subject = get(reader);
	for (int n = get(reader); n > 0; n--)
		clause->steps = lappend(clause->steps, get_step(reader));
	clause->strategy = get(reader);
	clause->type = get(reader);
	clause->value = get(reader);
	return clause;
}

static void
put_filter(Writer *writer, const FilterClause *filter)
{
	ListCell   *lc;

	put(writer, filter->attnum);
	put(writer, list_length(filter->items));
	foreach(lc, filter->items)
	{
		const FilterItem *item = lfirst(lc);

		put(writer, item->value);
		put(writer, item->is_array);
	}
}

static FilterClause *
get_filter(Reader *reader)
{
	FilterClause *filter = palloc0(sizeof(FilterClause));

	CHECK_FOR_INTERRUPTS();
	filter->attnum = get(reader);
	for (int n = get(reader); n > 0; n--)
	{
		FilterItem *item = palloc(sizeof(FilterItem));

		item->value = get(reader);
		item->is_array = get(reader) != 0;
		filter->items = lappend(filter->items, item);
	}
	return filter;
}

static Writer
put_clauses(const UsageRequest *request)
{
	Writer		writer = {NIL};
	ListCell   *lc;

	put(&writer, list_length(request->time));
	foreach(lc, request->time)
		put_time(&writer, lfirst(lc));
	put(&writer, list_length(request->filters));
	foreach(lc, request->filters)
		put_filter(&writer, lfirst(lc));
	return writer;
}

static void
get_clauses(UsageRequest *request, Reader *reader)
{
	for (int n = get(reader); n > 0; n--)
		request->time = lappend(request->time, get_time(reader));
	for (int n = get(reader); n > 0; n--)
		request->filters = lappend(request->filters, get_filter(reader));
}

List *
request_to_list(const UsageRequest *request)
{
	Writer		writer = put_clauses(request);

	return list_concat(list_make5(request->group_by, request->columns, writer.numbers,
								  writer.names, number(request->backward)),
					   list_make4(number(request->few), number(request->any_width),
								  request->keys, number(request->results)));
}

UsageRequest *
request_from_list(List *list, List *exprs)
{
	UsageRequest *request = palloc0(sizeof(UsageRequest));
	Reader		reader = {
		.numbers = list_nth(list, REQUEST_CLAUSES),
		.names = list_nth(list, REQUEST_NAMES)
	};

	get_clauses(request, &reader);
	request->group_by = list_nth(list, REQUEST_GROUP_BY);
	request->columns = list_nth(list, REQUEST_COLUMNS);
	request->exprs = exprs;
	request->backward = number_at(list, REQUEST_BACKWARD) != 0;
	request->few = number_at(list, REQUEST_FEW) != 0;
	request->any_width = number_at(list, REQUEST_ANY_WIDTH) != 0;
	request->keys = list_nth(list, REQUEST_KEYS);
	request->results = number_at(list, REQUEST_RESULTS);
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
