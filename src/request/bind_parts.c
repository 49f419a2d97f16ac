/*
 * bind_parts.c
 *	  Lists of values that are longer than a URL should be, in parts.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/saturate.h"
#include "request/bind_private.h"
#include "request/slice.h"

/* Limits of a URL: the values of each filter, and the bytes of all filters. */
#define MAX_FILTER_VALUES 100
#define MAX_FILTER_BYTES 6000

/*
 * The length of http_escape(value), which is not made, as values may be very
 * many.
 */
static size_t
escaped_bytes(const char *value)
{
	size_t		bytes = 0;

	for (const char *c = value; *c; c++)
	{
		bool		is_plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
		(*c >= 'A' && *c <= 'Z') || *c == '-' || *c == '.' || *c == '_' || *c == '~';

		bytes += is_plain ? 1 : strlen("%00");
	}
	return bytes;
}

/* The bytes that a value takes in a URL, with its parameter. */
static size_t
value_bytes(const char *param, const char *value)
{
	return strlen(param) + escaped_bytes(value) + strlen("&=");
}

bool
bind_fits(const char *param, const char *value)
{
	return value_bytes(param, value) <= MAX_FILTER_BYTES;
}

/* A filter on its way to parts. */
typedef struct Split
{
	BoundFilter *filter;
	int		   *bytes;			/* of each value in a URL */
	int			widest;			/* greatest of them */
	int64		total;			/* sum of them */
	int			most;			/* values of a part */
	int			nparts;
} Split;

/* Does each request have one of the filter's values in its path? */
static bool
is_in_path(const BoundFilter *filter)
{
	return filter->form == USAGE_FILTER_PATH || filter->form == USAGE_FILTER_ITEM;
}

static Split *
make_split(BoundFilter *filter)
{
	Split	   *split = palloc0(sizeof(Split));
	ListCell   *lc;

	split->filter = filter;
	split->most = is_in_path(filter) ? 1 : MAX_FILTER_VALUES;
	split->bytes = palloc(sizeof(int) * list_length(filter->values));
	foreach(lc, filter->values)
	{
		int			bytes = value_bytes(filter->param, lfirst(lc));

		split->bytes[foreach_current_index(lc)] = bytes;
		split->widest = Max(split->widest, bytes);
		split->total += bytes;
	}
	return split;
}

/* The index of the first value after a part that begins at `from`. */
static int
part_end(const Split *split, int from, int room_bytes)
{
	int			count = list_length(split->filter->values);
	int			bytes = split->bytes[from];
	int			end = from + 1;

	while (end < count && end - from < split->most && bytes + split->bytes[end] <= room_bytes)
		bytes += split->bytes[end++];
	return end;
}

static void
count_parts(Split *split, int room_bytes)
{
	int			count = list_length(split->filter->values);

	CHECK_FOR_INTERRUPTS();
	split->nparts = 0;
	for (int i = 0; i < count; i = part_end(split, i, room_bytes))
		split->nparts++;
}

/* Cut the filter's values into its parts. */
static void
make_parts(Split *split, int room_bytes)
{
	BoundFilter *filter = split->filter;
	int			end;

	filter->parts = NIL;
	for (int i = 0; i < list_length(filter->values); i = end)
	{
		List	   *part = NIL;

		end = part_end(split, i, room_bytes);
		for (int n = i; n < end; n++)
			part = lappend(part, list_nth(filter->values, n));
		filter->parts = lappend(filter->parts, part);
	}
}

/* The bytes of a URL for each of the filters. */
static int
filter_room(const List *splits)
{
	return MAX_FILTER_BYTES / Max(list_length(splits), 1);
}

/* Count the parts of each filter, and their combinations (bound->nparts). */
static void
count_all_parts(BoundRequest *bound, List *splits)
{
	ListCell   *lc;

	bound->nparts = 1;
	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		count_parts(split, filter_room(splits));
		bound->nparts = saturate_mul(bound->nparts, split->nparts);
	}
}

/*
 * Can no row come with two of the parts?  None can where the request groups by
 * the column, or it is one of an object: each row then has one value of it.
 */
static bool
is_disjoint(BindContext *cx, const Split *split)
{
	return split->nparts == 1 || cx->table->endpoint->shape != USAGE_BUCKETS ||
		list_member_int(cx->request->group_by, split->filter->attnum);
}

/* Are the slices no more than are allowed, and than memory should hold? */
static bool
are_few_enough(BindContext *cx, const BoundRequest *bound)
{
	int			most = Min(cx->table->options->max_requests, BIND_MAX_SPLIT_SLICES);

	return bound->nparts == 1 ||
		(bound->nparts <= most && slice_count(cx->table, bound) <= most);
}

/*
 * Choose a filter to leave out, or NULL if all can be sent: one whose parts
 * could bring a row twice; the one with the longest value where URLs would be
 * too long even with one value of each filter; the one with the most parts
 * where there would be too many requests.  What is in the path is never left
 * out.
 */
static Split *
choose_excess(BindContext *cx, const BoundRequest *bound, List *splits)
{
	Split	   *widest = linitial(splits);
	Split	   *longest = linitial(splits);
	int64		bytes = 0;
	ListCell   *lc;

	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		if (!is_disjoint(cx, split))
			return split;
		bytes += Min(split->total, Max(split->widest, filter_room(splits)));
		if (split->widest > widest->widest)
			widest = split;
		if (split->nparts > longest->nparts)
			longest = split;
	}
	if (bytes > MAX_FILTER_BYTES && !is_in_path(widest->filter))
		return widest;
	return are_few_enough(cx, bound) || is_in_path(longest->filter) ? NULL : longest;
}

void
bind_parts(BindContext *cx, BoundRequest *bound)
{
	List	   *splits = NIL;
	Split	   *excess;
	ListCell   *lc;

	foreach(lc, bound->filters)
		splits = lappend(splits, make_split(lfirst(lc)));
	count_all_parts(bound, splits);
	while (splits != NIL && (excess = choose_excess(cx, bound, splits)))
	{
		splits = list_delete_ptr(splits, excess);
		count_all_parts(bound, splits);
	}
	bound->filters = NIL;
	foreach(lc, splits)
	{
		Split	   *split = lfirst(lc);

		make_parts(split, filter_room(splits));
		bound->filters = lappend(bound->filters, split->filter);
		pfree(split->bytes);
	}
	bound_count_parts(bound);
}
