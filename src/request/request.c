/*
 * request.c
 *	  What may be asked: what planning hands to execution.
 */
#include "postgres.h"

#include "nodes/primnodes.h"
#include "utils/array.h"

#include "base/compat.h"
#include "request/request.h"

/* Of an array that is not known yet. */
#define UNKNOWN_ELEMENTS 10

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

int
request_count_elements(const Node *array)
{
	const Const *constant = (const Const *) array;
	ArrayType  *value;

	if (IsA(array, ArrayExpr))
		return Max(list_length(((const ArrayExpr *) array)->elements), 1);
	if (!IsA(array, Const))
		return UNKNOWN_ELEMENTS;
	if (constant->constisnull)
		return 1;
	value = DatumGetArrayTypeP(constant->constvalue);
	return Max(ArrayGetNItems(ARR_NDIM(value), ARR_DIMS(value)), 1);
}
