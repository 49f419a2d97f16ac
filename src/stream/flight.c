/*
 * flight.c
 *	  The slices of a stream on their way: which, how many at once.
 *
 * The slices are a queue in reading order.  Those in flight are fetched at the
 * same time; the first of them is read, the others' bytes pile up, within bounds,
 * until it is their turn.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/saturate.h"
#include "http/http.h"
#include "request/header.h"
#include "request/slice.h"
#include "stream/flight.h"

/* A fetch may be ahead of its reader by this in any case. */
#define MIN_AHEAD_BYTES (64 * 1024)

struct Flight
{
	const UsageTable *table;
	const BoundRequest *request;
	FetchSource source;			/* what the fetches share */

	Slice	   *slices;			/* in reading order */
	int64		nslices;
	int64		next_slice;		/* index of the first one not in flight */
	int64		more_pages;		/* of lists, beyond one for each slice */
	List	   *fetches;		/* of Fetch; the first is being read */
	int			max_fetches;	/* at most so many at once */
	int			growing_to;		/* max_fetches doubles up to this */
};

/*
 * Where the scan is likely to be stopped early (limit_hint), this is checked
 * as it goes: how many requests all rows would take says little about how many
 * it will make.
 */
static void
check_max_requests(const UsageTable *table, int64 requests)
{
	if (requests > table->options->max_requests)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("reading endpoint \"%s\" would take " INT64_FORMAT " requests, more than the %d allowed",
						table->name, requests, table->options->max_requests),
				 table->endpoint->shape == USAGE_BUCKETS ?
				 errhint("Narrow the time range, or raise the option \"max_requests\".") :
				 table->parent ?
				 errhint("Restrict the column \"%s\" to fewer values, or raise the option \"max_requests\".",
						 table->parent->name) :
				 errhint("Raise the option \"max_requests\".")));
}

Flight *
flight_open(const UsageTable *table, const BoundRequest *request, const char *api_key,
			FetchReport *report)
{
	Flight	   *flight = palloc0(sizeof(Flight));
	int			max_fetches = table->options->max_concurrent_requests;
	int64		count = slice_count(table, request);

	flight->table = table;
	flight->request = request;
	flight->source.table = table;
	flight->source.request = request;
	flight->source.api_key = api_key;
	flight->source.headers = header_list(table, api_key);
	flight->source.report = report;
	flight->source.buffer_bytes = Max(table->options->fetch_ahead_bytes / max_fetches,
									  MIN_AHEAD_BYTES);

	if (!request->limit_hint)
		check_max_requests(table, saturate_add(count, request->parent_requests));
	flight->slices = slice_all(table, request);
	flight->nslices = count;
	flight->max_fetches = max_fetches;
	if (request->limit_hint)
		flight->max_fetches = request->is_list ? 1 : Min(request->nparts, max_fetches);
	flight->growing_to = max_fetches;
	return flight;
}

void
flight_close(Flight *flight)
{
	ListCell   *lc;

	foreach(lc, flight->fetches)
		fetch_close(lfirst(lc));
	flight->fetches = NIL;
}

bool
flight_is_over(const Flight *flight)
{
	return flight->fetches == NIL;
}

Fetch *
flight_reading(const Flight *flight)
{
	return linitial(flight->fetches);
}

/*
 * Would the next slice read ahead of a reader who may stop early?  The parts of
 * a window are needed together, those of the next one perhaps not at all.
 */
static bool
is_premature(const Flight *flight)
{
	return flight->request->limit_hint && flight->request->nparts > 1 &&
		!flight->request->is_list && flight->fetches != NIL && flight->slices[flight->next_slice].part == 0;
}

void
flight_fill(Flight *flight)
{
	while (list_length(flight->fetches) < flight->max_fetches &&
		   flight->next_slice < flight->nslices && !is_premature(flight) &&
		   (flight->fetches == NIL || http_has_room()))
	{
		Fetch	   *fetch;

		if (flight->next_slice == flight->table->options->max_requests)
			check_max_requests(flight->table, flight->nslices);
		fetch = fetch_open(&flight->source, &flight->slices[flight->next_slice++]);
		flight->fetches = lappend(flight->fetches, fetch);
	}
}

/* After a 429, fetch half as many at once for the rest of the stream. */
static void
heed_throttle(Flight *flight)
{
	if (!flight->source.throttled)
		return;
	flight->source.throttled = false;
	flight->max_fetches = flight->growing_to = Max(flight->max_fetches / 2, 1);
}

TimestampTz
flight_poll(Flight *flight)
{
	TimestampTz deadline = DT_NOEND;
	ListCell   *lc;

	heed_throttle(flight);
	for_each_from(lc, flight->fetches, 1)
	{
		TimestampTz due = fetch_poll(lfirst(lc),
									 foreach_current_index(lc) < flight->max_fetches);

		deadline = Min(deadline, due);
	}
	heed_throttle(flight);
	return deadline;
}

void
flight_next(Flight *flight)
{
	fetch_close(flight_reading(flight));
	flight->fetches = list_delete_first(flight->fetches);
	flight->max_fetches = Min(flight->max_fetches * 2, flight->growing_to);
}

void
flight_add_page(Flight *flight)
{
	int64		slices = flight->request->limit_hint ? flight->next_slice : flight->nslices;

	flight->more_pages++;
	check_max_requests(flight->table,
					   slices + flight->more_pages + flight->request->parent_requests);
}

void
flight_forbid_restart(Flight *flight)
{
	flight->source.no_restart = true;
}

bool
flight_begins_window(const Flight *flight)
{
	if (flight->fetches != NIL)
		return fetch_remaining(flight_reading(flight))->part == 0;
	return flight->next_slice == flight->nslices || flight->slices[flight->next_slice].part == 0;
}

/* Clip the slices that are not in flight. */
static void
clip_queue(Flight *flight, TimestampTz earliest)
{
	int64		kept = flight->next_slice;

	for (int64 i = flight->next_slice; i < flight->nslices; i++)
	{
		Slice		slice = flight->slices[i];

		slice.window.start = Max(slice.window.start,
								 timerange_ceil(earliest, slice.width->width_us));
		if (slice.window.start < slice.window.end)
			flight->slices[kept++] = slice;
	}
	flight->nslices = kept;
}

void
flight_clip(Flight *flight, TimestampTz earliest)
{
	List	   *left = NIL;
	ListCell   *lc;

	clip_queue(flight, earliest);
	foreach(lc, flight->fetches)
	{
		Fetch	   *fetch = lfirst(lc);
		const Slice *remaining = fetch_remaining(fetch);
		TimestampTz start = timerange_ceil(earliest, remaining->width->width_us);

		if (remaining->window.start < start)
			fetch_clip(fetch, start);
		if (fetch_is_done(fetch))
			fetch_close(fetch);
		else
			left = lappend(left, fetch);
	}
	list_free(flight->fetches);
	flight->fetches = left;
}

TimestampTz
flight_due(const Flight *flight)
{
	TimestampTz due = DT_NOEND;
	ListCell   *lc;

	foreach(lc, flight->fetches)
	{
		int			index = foreach_current_index(lc);
		TimestampTz fetch_time = fetch_due(lfirst(lc), index == 0, index < flight->max_fetches);

		due = Min(due, fetch_time);
	}
	return due;
}
