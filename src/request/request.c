/*
 * request.c
 *	  What may be asked: what planning hands to execution.
 */
#include "postgres.h"


#include "base/compat.h"
#include "request/request.h"

UsageRequest *
request_of_table(const UsageTable *table)
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

