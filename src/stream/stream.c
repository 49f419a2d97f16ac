/*
 * stream.c
 *	  The rows of a bound request, one at a time.
 *
 * The API sends buckets oldest first.  A stream that is read newest first
 * keeps the buckets of a window until it is complete, and hands them up from
 * the last one on.  So does one whose filters' values are too many for one
 * request: its buckets are complete with the last part of the values.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/encoding.h"
#include "base/secret.h"
#include "request/slice.h"
#include "stream/failure.h"
#include "stream/stream_private.h"

/* No store of a bucket gets less memory than this. */
#define MIN_STORE_KB 64

static const PageShape page_shapes[] = {
	[USAGE_BUCKETS] = PAGE_OF_BUCKETS,
	[USAGE_LIST] = PAGE_OF_RESULTS,
	[USAGE_OBJECT] = PAGE_IS_RESULT
};

static void
open_buckets(Stream *stream, TupleDesc tupdesc)
{
	int			store_kb = work_mem;

	if (slice_keeps_buckets(stream->request))
		store_kb = Max(work_mem / slice_limit(stream->table, stream->request, stream->table->width),
					   MIN_STORE_KB);
	stream->buckets = buckets_open(CreateTupleDescCopy(tupdesc), store_kb,
								   !stream->request->is_list && stream->request->newest_first);
}

Stream *
stream_open(const UsageTable *table, const BoundRequest *request,
			const TupleBuilder *builder, TupleDesc tupdesc,
			const char *api_key, FetchReport *report)
{
	Stream	   *stream = palloc0(sizeof(Stream));
	const PageField *fields;
	int			nfields;

	stream->table = table;
	stream->request = request;
	stream->builder = builder;
	stream->context = CurrentMemoryContext;
	stream->api_key = secret_copy(api_key, strlen(api_key));
	stream->report = report;
	stream->flight = flight_open(table, request, stream->api_key, report);

	fields = tuple_fields(builder, &nfields);
	stream->reader = page_open(&table->options->provider->envelopes[page_shapes[bound_shape(table, request)]],
							   fields, nfields,
							   table->options->max_result_bytes,
							   stream->api_key);
	open_buckets(stream, tupdesc);
	if (request->is_list)
		stream->seen = seen_open();
	stream->parents = bound_filter_of_form(request, USAGE_FILTER_PATH);
	stream->id_field = tuple_id_field(builder);
	stream->error_field = tuple_error_field(builder);
	stream->is_object = bound_shape(table, request) == USAGE_OBJECT;
	stream->sorted = request->ordered ? table_sorted_column(table) : NULL;
	stream->row_context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw row",
												ALLOCSET_SMALL_SIZES);
	stream->values = palloc0(sizeof(Datum) * Max(tupdesc->natts, 1));
	stream->nulls = palloc0(sizeof(bool) * Max(tupdesc->natts, 1));
	return stream;
}

void
stream_close(Stream *stream)
{
	flight_close(stream->flight);
	buckets_close(stream->buckets);
}

/* What the user can do about a page that is broken, or NULL. */
static const char *
broken_hint(Stream *stream)
{
	int			field = page_numeric_field(stream->reader);

	if (page_too_large(stream->reader))
		return _("Raise the option \"max_result_bytes\", or read fewer columns.");
	if (field < 0)
		return stream->table->endpoint == &usage_unknown_endpoints[USAGE_BUCKETS] ?
			_("If the path leads to a list or an object, set the option \"kind\" of the foreign table.") : NULL;
	if (!OidIsValid(stream->table->relid))
		return NULL;
	return psprintf(_("Declare the column \"%s\" of foreign table \"%s\" as numeric."),
					tuple_field_column(stream->builder, field)->name,
					get_rel_name(stream->table->relid));
}

void
stream_fail_broken(Stream *stream, const char *complaint)
{
	fetch_fail(stream_reading(stream), encoding_for_message(complaint));
	failure_broken(stream->table, fetch_outcome(stream_reading(stream)), complaint,
				   broken_hint(stream));
}

/* An ErrorContextCallback. */
static void
add_request_context(void *arg)
{
	Stream	   *stream = arg;

	failure_context(stream->table, fetch_outcome(stream_reading(stream)));
}

/* The id of the parent whose list is being read. */
static const char *
parent_id(const Stream *stream)
{
	int64		part = fetch_remaining(stream_reading(stream))->part;

	return linitial(bound_part_values(stream->request, stream->parents, part));
}

/* An ErrorContextCallback, for an error about that list. */
static void
add_parent_context(void *arg)
{
	Stream	   *stream = arg;
	char	   *id;

	if (!stream->parents || flight_is_over(stream->flight))
		return;
	id = pstrdup(encoding_for_message(parent_id(stream)));
	/* it is what the API sent, as a parent's id */
	secret_mask(id, strlen(id), stream->api_key);
	errcontext("column \"%s\" is \"%s\"", stream->table->parent->name, id);
}

static void
add_row(Stream *stream)
{
	MemoryContext old = MemoryContextSwitchTo(stream->row_context);
	ErrorContextCallback whence = {
		.previous = error_context_stack,
		.callback = add_request_context,
		.arg = stream
	};

	error_context_stack = &whence;
	tuple_set_result(stream->builder, page_values(stream->reader), stream->api_key,
					 stream->values, stream->nulls);
	if (stream->parents)
		tuple_set_parent(stream->builder, parent_id(stream), stream->values, stream->nulls);
	if (stream->sorted)
		stream_check_order(stream);
	error_context_stack = whence.previous;
	MemoryContextSwitchTo(old);
	buckets_add(stream->buckets, stream->values, stream->nulls);
	MemoryContextReset(stream->row_context);
}

static FetchState
wait_for_fetch(Stream *stream, TimestampTz deadline, const char **bytes, size_t *length)
{
	ErrorContextCallback whose = {
		.previous = error_context_stack,
		.callback = add_parent_context,
		.arg = stream
	};
	FetchState	state;

	error_context_stack = &whose;
	state = fetch_wait(stream_reading(stream), deadline, bytes, length);
	error_context_stack = whose.previous;
	return state;
}

/*
 * The reader wants bytes: wait for some, or for what becomes of the attempt.
 * False: we may not wait, and there is nothing yet.
 */
static bool
feed(Stream *stream, bool wait)
{
	TimestampTz deadline;
	const char *bytes;
	size_t		length;

	/* not for each result: http_has_room() counts the descriptors in use */
	flight_fill(stream->flight);
	deadline = flight_poll(stream->flight);
	switch (wait_for_fetch(stream, wait ? deadline : DT_NOBEGIN, &bytes, &length))
	{
		case FETCH_WAITING:
			return wait;
		case FETCH_BYTES:
			page_feed(stream->reader, bytes, length);
			break;
		case FETCH_PAGE:
			page_feed(stream->reader, NULL, 0);
			break;
		case FETCH_RESTARTED:
			stream_drop_partial(stream);
			break;
		case FETCH_OVER:
		case FETCH_ABSENT:
			stream_drop_partial(stream);
			stream_end_slice(stream);
			break;
		case FETCH_LOOKBACK:
			stream_drop_partial(stream);
			stream_follow_lookback(stream);
			break;
	}
	return true;
}

/*
 * Read on until there is something to hand up.  False: there is no more, or
 * not without waiting.
 */
static bool
read_on(Stream *stream, bool wait, bool *waiting)
{
	while (!stream->handing_up)
	{
		if (flight_is_over(stream->flight))
			flight_fill(stream->flight);
		if (flight_is_over(stream->flight))
		{
			/*
			 * flight_clip() may have removed the slice that was to complete
			 * these buckets
			 */
			stream->handing_up = buckets_any(stream->buckets);
			return stream->handing_up;
		}
		switch (page_next(stream->reader))
		{
			case PAGE_WANTS_BYTES:
				if (!feed(stream, wait))
				{
					*waiting = true;
					return false;
				}
				break;
			case PAGE_BUCKET:
				break;
			case PAGE_RESULT:
				if (!stream->seen || stream_is_new(stream))
					add_row(stream);
				break;
			case PAGE_BUCKET_END:
				stream_end_bucket(stream);
				break;
			case PAGE_END:
				stream_end_page(stream);
				break;
			case PAGE_BROKEN:
				stream_fail_broken(stream, page_complaint(stream->reader));
		}
	}
	return true;
}

/* The next row of the buckets that are handed up. */
static bool
next_stored(Stream *stream, TupleTableSlot *slot)
{
	TimestampTz start;
	TupleTableSlot *stored = buckets_next(stream->buckets, &start);

	stream->handing_up = stored != NULL;
	if (!stored)
		return false;
	tuple_borrow(slot, stored);
	tuple_set_bucket(stream->builder, start, slot->tts_values, slot->tts_isnull);
	stream->report->rows++;
	return true;
}

static bool
next_row(Stream *stream, TupleTableSlot *slot, bool wait, bool *waiting)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);
	bool		found = false;

	*waiting = false;
	while (!found && read_on(stream, wait, waiting))
		found = next_stored(stream, slot);
	MemoryContextSwitchTo(old);
	return found;
}

bool
stream_next(Stream *stream, TupleTableSlot *slot)
{
	bool		waiting;

	return next_row(stream, slot, true, &waiting);
}

bool
stream_try(Stream *stream, TupleTableSlot *slot, bool *waiting)
{
	return next_row(stream, slot, false, waiting);
}

TimestampTz
stream_due(const Stream *stream)
{
	return flight_due(stream->flight);
}
