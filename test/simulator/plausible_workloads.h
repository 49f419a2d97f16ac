/*
 * plausible_workloads.h
 *	  Who in the plausible organization uses what, when and how much.
 */
#ifndef PLAUSIBLE_WORKLOADS_H
#define PLAUSIBLE_WORKLOADS_H

#include "schema.h"

/* How a day's work spreads over its hours, and how the days of a week differ. */
typedef struct Rhythm
{
	unsigned char hours[24];	/* UTC, relative to each other */
	unsigned char weekdays[7];	/* from Monday, in percent */
} Rhythm;

typedef enum WorkKind
{
	WORK_CHAT,					/* tokens of completions and decisions */
	WORK_COUNTED,				/* so many of something, and requests */
	WORK_CALLS,					/* calls alone */
	WORK_SEARCHES				/* of the web: more of them than requests */
} WorkKind;

#define ALWAYS 100000			/* a first age: since ever */
#define STILL (-100000)			/* a last age: it goes on */

typedef struct Workload
{
	const char *endpoint;
	WorkKind	kind;
	uint8_t		dimension[MAX_DIMENSIONS];
	const Rhythm *rhythm;
	int			requests;		/* on a Wednesday, about, when the simulator starts */
	int			size;			/* input tokens, or what is counted, a request */
	int			output;			/* tokens a request */
	int			cached_percent; /* of the input tokens */
	int			written_percent;	/* of the others: to the cache */
	double		growth;			/* over the last year: 1.5 is by half */
	int			first_age;		/* days before the start; ALWAYS */
	int			last_age;		/* likewise; STILL */
} Workload;

/* Ends with a NULL endpoint. */
extern const Workload plausible_workloads[];

#define STORE_HOURS 6			/* from one reading of a store to the next */

/* A vector store. */
typedef struct Store
{
	uint8_t		store;
	uint8_t		project;
	int64_t		quarter_gibibytes;	/* when the simulator starts */
	double		growth;			/* as a workload's */
} Store;

/* Ends with a zero. */
extern const Store plausible_stores[];

/* How big it is: whole quarters of a GiB. */
extern int64_t plausible_store_bytes(const Store *store, int64_t day_number);

#endif
