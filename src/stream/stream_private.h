/*
 * stream_private.h
 *	  What a stream is made of, for the files of stream alone.
 */
#ifndef USAGE_STREAM_PRIVATE_H
#define USAGE_STREAM_PRIVATE_H

#include "base/compat.h"
#include "page/page.h"
#include "request/bound.h"
#include "stream/buckets.h"
#include "stream/flight.h"
#include "stream/seen.h"
#include "stream/stream.h"

struct Stream
{
	const UsageTable *table;
	const BoundRequest *request;
	const TupleBuilder *builder;
	const char *api_key;
	FetchReport *report;
	MemoryContext context;		/* holds the stream */
	Flight	   *flight;			/* its slices */

	/* the page being read */
	PageReader *reader;
	int			page_items;		/* complete buckets of it so far, or objects */

	MemoryContext row_context;	/* of the values of the row that is being read */
	Datum	   *values;
	bool	   *nulls;

	/* of a list */
	Seen	   *seen;			/* objects that were handed up */
	const BoundFilter *parents; /* whose lists are read, or NULL */
	int			id_field;		/* in page_values(), or -1 */
	int			error_field;	/* the same */
	bool		is_object;		/* it is asked for one object alone */
	const UsageTableColumn *sorted; /* column that the rows come in the order
									 * of, or NULL */
	TimestampTz last;			/* its last value, if there was one */
	bool		has_last;

	/* what was read */
	Buckets    *buckets;
	bool		handing_up;		/* rows of complete buckets, before reading on */
};

/* The slice that is being read. */
static inline Fetch *
stream_reading(const Stream *stream)
{
	return flight_reading(stream->flight);
}

/* Raise ERROR HV00M: the answer being read is broken. */
pg_noreturn extern void stream_fail_broken(Stream *stream, const char *complaint);

/* in stream_page.c */

/* The bucket being read is complete. */
extern void stream_end_bucket(Stream *stream);

/* The page is complete: on to the next one, or to the next slice. */
extern void stream_end_page(Stream *stream);

/* The slice being read is complete. */
extern void stream_end_slice(Stream *stream);

/* Drop what was read since the last complete bucket, or page of a list. */
extern void stream_drop_partial(Stream *stream);

/*
 * The API keeps about a year of data, and may drop its first day while we
 * read: ask from the next one on.
 */
extern void stream_follow_lookback(Stream *stream);

/* Check that the row that was read is not out of order; only where `sorted`. */
extern void stream_check_order(Stream *stream);

/* Is the object of the result that was read one that did not come before? */
extern bool stream_is_new(Stream *stream);

#endif
