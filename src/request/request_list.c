/*
 * request_list.c
 *	  What may be asked, to and from a node list.
 *
 * A query that was written by a program may have many thousands of clauses.
 * So they are not nodes but a flat list of integers: the members of a
 * structure in the order of its declaration, a list preceded by its length.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/makefuncs.h"

#include "base/compat.h"
#include "request/request.h"

/* The members of the list that stands for a request. */
enum RequestMember
{
	REQUEST_GROUP_BY,
	REQUEST_COLUMNS,
	REQUEST_CLAUSES,
	REQUEST_NEWEST_FIRST,
	REQUEST_LIMIT_HINT,
	REQUEST_ANY_WIDTH,
	REQUEST_GROUP_TIMES,
	REQUEST_RESULTS,
	REQUEST_TABLE_TIME,
	REQUEST_OWN_TIME,
	REQUEST_ORDERED
};

typedef struct Reader
{
	const List *numbers;
	int			at;				/* index of the next number */
} Reader;

static void
put(List **numbers, int number)
{
	*numbers = lappend_int(*numbers, number);
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
put_time(List **numbers, const TimeClause *clause)
{
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	put(numbers, clause->kind);
	put(numbers, list_length(clause->args));
	foreach(lc, clause->args)
		put_time(numbers, lfirst(lc));
	put(numbers, clause->subject);
	put(numbers, clause->strategy);
	put(numbers, clause->type);
	put(numbers, clause->value);
	put(numbers, clause->work);
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
	clause->strategy = get(reader);
	clause->type = get(reader);
	clause->value = get(reader);
	clause->work = get(reader);
	return clause;
}

static void
put_filter(List **numbers, const FilterClause *filter)
{
	ListCell   *lc;

	put(numbers, filter->attnum);
	put(numbers, list_length(filter->items));
	foreach(lc, filter->items)
	{
		const FilterItem *item = lfirst(lc);

		put(numbers, item->value);
		put(numbers, item->is_array);
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

static List *
put_clauses(const UsageRequest *request)
{
	List	   *numbers = NIL;
	ListCell   *lc;

	put(&numbers, list_length(request->time));
	foreach(lc, request->time)
		put_time(&numbers, lfirst(lc));
	put(&numbers, list_length(request->filters));
	foreach(lc, request->filters)
		put_filter(&numbers, lfirst(lc));
	return numbers;
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
	List	   *list = list_concat(list_make5(request->group_by, request->columns,
											  put_clauses(request),
											  number(request->newest_first),
											  number(request->limit_hint)),
								   list_make5(number(request->any_width), request->group_times,
											  number(request->results),
											  number(request->ntable_time),
											  number(request->nown_time)));

	return lappend(list, number(request->ordered));
}

UsageRequest *
request_from_list(List *list, List *exprs)
{
	UsageRequest *request = palloc0(sizeof(UsageRequest));
	Reader		reader = {
		.numbers = list_nth(list, REQUEST_CLAUSES)
	};

	get_clauses(request, &reader);
	request->group_by = list_nth(list, REQUEST_GROUP_BY);
	request->columns = list_nth(list, REQUEST_COLUMNS);
	request->exprs = exprs;
	request->newest_first = number_at(list, REQUEST_NEWEST_FIRST) != 0;
	request->limit_hint = number_at(list, REQUEST_LIMIT_HINT) != 0;
	request->any_width = number_at(list, REQUEST_ANY_WIDTH) != 0;
	request->group_times = list_nth(list, REQUEST_GROUP_TIMES);
	request->results = number_at(list, REQUEST_RESULTS);
	request->ntable_time = number_at(list, REQUEST_TABLE_TIME);
	request->nown_time = number_at(list, REQUEST_OWN_TIME);
	request->ordered = number_at(list, REQUEST_ORDERED) != 0;
	return request;
}
