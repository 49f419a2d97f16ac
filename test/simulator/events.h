/*
 * events.h
 *	  What happened in the organization, minute by minute.
 *
 * The events of a minute depend on nothing but the seed, the density, the
 * endpoint and the minute: moving the clock only moves the edge of what can
 * be seen.  Times are Unix seconds; an event's is the start of its minute.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "schema.h"

typedef struct Restatement
{
	const Endpoint *endpoint;
	int64_t		from;			/* inclusive */
	int64_t		to;				/* exclusive */
	int64_t		factor;
} Restatement;

/* What can be seen of the events at a moment. */
typedef struct View
{
	int64_t		now;			/* events are before this */
	int64_t		late;			/* within so many seconds they trickle in */
	bool		mixed_units;	/* some events of a line item differ in unit */
	bool		two_currencies; /* costs of every other project are in EUR */
	const Restatement *restatements;
	int			restatement_count;
} View;

typedef void (*EventVisitor) (const Event *event, void *context);

/* Call once, before any other: density is events a day and endpoint. */
extern void events_configure(uint64_t seed, int days, int density);

/* Visit what can be seen of [from, to), oldest first.  Thread-safe. */
extern void events_visit(const Endpoint *endpoint, const View *view,
						 int64_t from, int64_t to,
						 EventVisitor visit, void *context);

/* The first moment that has events, as of now. */
extern int64_t events_begin(int64_t now);

/* Release all memory. */
extern void events_free(void);

#endif
