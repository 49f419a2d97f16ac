/*
 * stream_page.c
 *	  The ends of buckets, pages and slices.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/history.h"
#include "request/slice.h"
#include "stream/failure.h"
#include "stream/stream_private.h"

void
stream_end_slice(Stream *stream)
{
	flight_next(stream->flight);
	stream->handing_up = buckets_any(stream->buckets) &&
		(stream->request->is_list || flight_begins_window(stream->flight));
	/* other parents may have objects of the same id */
	if (stream->parents)
		seen_reset(stream->seen);
	page_restart(stream->reader);
	stream->page_items = 0;
	if (!stream->request->limit_hint)
		flight_fill(stream->flight);
}

void
stream_follow_lookback(Stream *stream)
{
	TimestampTz earliest = fetch_earliest(stream_reading(stream));

	if (history_is_exceeded(stream->request, earliest))
		history_warn(stream->table, stream->request, earliest, &stream->report->history_warned);
	stream->report->earliest = earliest;
	flight_clip(stream->flight, earliest);
	/* the other parts of these buckets can't be read any more */
	if (stream->request->nparts > 1)
		buckets_drop_before(stream->buckets, earliest);
}

void
stream_drop_partial(Stream *stream)
{
	if (stream->seen)
		seen_drop_partial(stream->seen);
	buckets_drop_partial(stream->buckets);
	stream->page_items = 0;
	page_restart(stream->reader);
}

/* Is it a bucket that we asked for, the next one or a later one? */
static void
check_bucket(Stream *stream, TimestampTz start, TimestampTz end)
{
	const Slice *remaining = fetch_remaining(stream_reading(stream));
	const UsageWidth *width = remaining->width;

	if (start < remaining->window.start || start >= remaining->window.end)
		stream_fail_broken(stream, psprintf("A bucket that starts at %s is outside the time asked for, or was sent before.",
											timestamptz_to_str(start)));
	if (timerange_floor(start, width->width_us) != start ||
		end <= start || end > start + width->width_us)
		stream_fail_broken(stream, psprintf("A bucket that starts at %s is not one of width \"%s\".",
											timestamptz_to_str(start), width->name));
}

void
stream_end_bucket(Stream *stream)
{
	const UsageProvider *provider = stream->table->options->provider;
	TimestampTz start;
	TimestampTz end;

	if (!provider->read_time(page_bucket_start(stream->reader), &start) ||
		!provider->read_time(page_bucket_end(stream->reader), &end))
		stream_fail_broken(stream, "A bucket's time is out of range.");
	check_bucket(stream, start, end);
	fetch_progress(stream_reading(stream), start + fetch_remaining(stream_reading(stream))->width->width_us);
	stream->page_items++;
	buckets_complete(stream->buckets, start);
	stream->handing_up = !slice_keeps_buckets(stream->request) && buckets_any(stream->buckets);
}

/*
 * There is another page: ask for it.  `what` is the page's, for a complaint.
 */
static void
next_page(Stream *stream, const char *what)
{
	const char *cursor = page_cursor(stream->reader);

	if (!cursor)
		stream_fail_broken(stream, "There is more, but no cursor to ask for it.");
	if (stream->page_items == 0)
		stream_fail_broken(stream, psprintf("There is more, but the page has no %s.", what));
	if (stream->request->is_list)
		flight_add_page(stream->flight);
	if (!fetch_next_page(stream_reading(stream), cursor))
		stream_fail_broken(stream, "The cursor to the next page has been sent before.");
	page_restart(stream->reader);
	stream->page_items = 0;
}

/* The objects of a complete page of a list may be handed up. */
static void
complete_objects(Stream *stream)
{
	Fetch	   *fetch = stream_reading(stream);

	if (seen_complete(stream->seen))
		fetch_progress(fetch, fetch_remaining(fetch)->window.start);
	/* a bucket of its own, after those of all pages before */
	buckets_complete(stream->buckets, stream->report->pages);
	stream->handing_up = buckets_any(stream->buckets);
}

void
stream_end_page(Stream *stream)
{
	bool		is_list = stream->request->is_list;

	stream->report->pages++;
	if (is_list)
		complete_objects(stream);
	if (fetch_is_done(stream_reading(stream)) || !page_has_more(stream->reader))
		stream_end_slice(stream);
	else
		next_page(stream, is_list ? "object" : "bucket");
}

/*
 * Any object can be the answer to a request for one, so a gateway's error with status
 * 200 would be a row of NULLs, or be filtered out.
 */
static void
check_object(Stream *stream)
{
	const PageValue *values = page_values(stream->reader);
	const UsageProvider *provider = stream->table->options->provider;

	if (stream->id_field >= 0 && values[stream->id_field].isnull)
		stream_fail_broken(stream, psprintf("The object has no \"%s\".", provider->id));
	if (stream->error_field >= 0 && !values[stream->error_field].isnull)
		stream_fail_broken(stream, psprintf("The object is an \"%s\".", provider->error.container));
}

/* An object without an id can't be told from others: it is always a new one. */
bool
stream_is_new(Stream *stream)
{
	const PageValue *id;

	stream->page_items++;
	if (stream->is_object)
		check_object(stream);
	if (stream->id_field < 0)
		return true;
	id = &page_values(stream->reader)[stream->id_field];
	if (id->isnull)
		flight_forbid_restart(stream->flight);
	return id->isnull || seen_add(stream->seen, id->text);
}

/*
 * The plan may rely on the order.  Objects may come again after a restart; those
 * were dropped before.
 */
void
stream_check_order(Stream *stream)
{
	int			attr = stream->sorted->attnum - 1;
	TimestampTz value = DatumGetTimestampTz(stream->values[attr]);
	bool		newest_first = stream->request->newest_first;

	if (stream->nulls[attr])
		return;
	if (stream->has_last && (newest_first ? value > stream->last : value < stream->last))
		stream_fail_broken(stream, psprintf("The objects are not in the order of \"%s\".",
											stream->sorted->field));
	stream->last = value;
	stream->has_last = true;
}
