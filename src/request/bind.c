/*
 * bind.c
 *	  What does a request ask for now?
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "request/bind_private.h"

/* The fields to group by, each once, as two columns may read the same. */
static List *
fields_to_group_by(const UsageRequest *request, const UsageTable *table)
{
	List	   *fields = NIL;
	ListCell   *lc;
	ListCell   *other;

	foreach(lc, request->group_by)
	{
		const char *field = table_column(table, lfirst_int(lc))->field;
		bool		seen = false;

		foreach(other, fields)
			seen = seen || strcmp(lfirst(other), field) == 0;
		if (!seen)
			fields = lappend(fields, (char *) field);
	}
	return fields;
}

/* An endpoint without buckets is read as if it were one bucket. */
static void
ask_for_all(const UsageTable *table, BoundRequest *bound)
{
	bound_set_time(bound, timerange_between(0, table->width->width_us), table->width);
	bound->history_start = DT_NOBEGIN;
	bound->asked = (TimeRange) {DT_NOBEGIN, DT_NOEND};
}

BoundRequest *
bind_request(const UsageRequest *request, const UsageTable *table,
			 const BindSource *source, TimestampTz now)
{
	BindContext cx = {
		.request = request,
		.table = table,
		.source = source,
		.now = now
	};
	BoundRequest *bound = palloc0(sizeof(BoundRequest));

	bound->group_by = fields_to_group_by(request, table);
	bound->newest_first = request->newest_first;
	bound->limit_hint = request->limit_hint;
	bound->ordered = request->ordered;
	bound->is_list = table->endpoint->shape != USAGE_BUCKETS;
	if (!bound->is_list)
		bind_time(&cx, bound);
	else
		ask_for_all(table, bound);
	if (!bind_filters(&cx, bound))
		bound_set_time(bound, timerange_none(), table->width);
	bind_parts(&cx, bound);
	bind_try(&cx, bound);
	bind_before(&cx, bound);
	return bound;
}

BoundRequest *
bind_table(const UsageTable *table)
{
	BindSource	nothing = {NULL};	/* as there is no expression */

	return bind_request(request_of_table(table), table, &nothing, GetCurrentTimestamp());
}
