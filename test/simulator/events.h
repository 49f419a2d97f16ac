/*
 * events.h
 *	  What happened in the organization, minute by minute.
 *
 * The events of a minute depend on nothing but the plan, the endpoint and the
 * minute: moving the clock only moves the edge of what can be seen.  Times are Unix seconds; an event's is the start of its minute.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "day.h"

/* What events are made by; set it before anything else is called. */
typedef struct EventsPlan
{
	uint64_t	seed;
	int			days;			/* how far back events go */
	int			density;		/* about so many a day and endpoint */
	int64_t		first_clock;	/* what the clock said when the program started */
} EventsPlan;

extern EventsPlan events_plan;

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

/* Visit what can be seen of [from, to), oldest first.  Thread-safe. */
extern void events_visit(const Endpoint *endpoint, const View *view,
						 int64_t from, int64_t to,
						 EventVisitor visit, void *context);

/* A day's events, all of them, counted from 1970.  Thread-safe; they stay. */
extern const Day *events_day(const Endpoint *endpoint, int64_t number);

/* What is random about a moment, or another number, for one of many purposes. */
extern Random events_random(int stream, int64_t moment);

/* The first moment that has events, as of now. */
extern int64_t events_begin(int64_t now);

/* Release all memory. */
extern void events_free(void);

#endif
