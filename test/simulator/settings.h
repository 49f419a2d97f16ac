/*
 * settings.h
 *	  What a test can change about the API while it runs.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

#define CLOCK_REAL (-1)

typedef enum ArrayFormat
{
	ARRAY_ANY,					/* repeated or with brackets; commas are data */
	ARRAY_REPEAT,
	ARRAY_BRACKETS,
	ARRAY_COMMA					/* one value, split at commas */
} ArrayFormat;

/* What the lists of an archived project answer with. */
typedef enum ArchivedAnswer
{
	ARCHIVED_400,
	ARCHIVED_404,
	ARCHIVED_ROWS
} ArchivedAnswer;

typedef enum AmountFormat
{
	AMOUNT_NUMBER,
	AMOUNT_DECIMAL128,
	AMOUNT_EXPONENT
} AmountFormat;

typedef enum KeyOrder
{
	ORDER_DOCUMENTED,
	ORDER_SORTED,
	ORDER_REVERSE
} KeyOrder;

typedef struct Settings
{
	/* time */
	int64_t		now;			/* Unix seconds, or CLOCK_REAL */
	int64_t		late;			/* seconds in which events trickle in */
	int64_t		lookback_days;	/* 0: no bound */
	int64_t		clip_future;	/* an end in the future counts as now */

	/* what happened */
	int64_t		mixed_units;	/* costs: a line item may have two units */
	int64_t		two_currencies; /* costs: every other project pays in EUR */

	/* latency */
	int64_t		delay_ms;
	int64_t		jitter_ms;

	/* what is accepted */
	int64_t		array_format;
	int64_t		newest;			/* what only the newest SDK knows exists */
	int64_t		page_limit;		/* buckets, whatever limit says; 0: no bound */
	int64_t		max_url;		/* bytes; 0: no bound */
	int64_t		requests_per_minute;	/* 0: no bound */
	char		costs_refuse[128];	/* group_by values, by comma */

	/* what is sent */
	int64_t		gzip;
	int64_t		result_envelope;
	int64_t		amount;
	int64_t		extra_keys;
	int64_t		key_order;
	int64_t		batch_string;
	int64_t		pretty;
	int64_t		omit_null;
	int64_t		costs_empty_tail;
	int64_t		cache;
	char		absent[512];	/* fields never sent, by comma */

	/* who is there */
	int64_t		projects;		/* more than the organization's own */
	int64_t		users;			/* likewise */
	int64_t		keys;			/* likewise, of the first project */
	int64_t		archived;		/* ArchivedAnswer */
	int64_t		spend_limit;	/* the organization's is set */
	char		gone[512];		/* ids of objects that are not there any more */
	char		forbidden_project[128]; /* its id: its lists answer 403 */

	char		api_key[128];
} Settings;

/* The values of a fresh start; flags of the command line change them. */
extern Settings settings_initial;

extern void settings_default(Settings *settings);

/* False with a message if there is no such setting or value. */
extern bool settings_change(Settings *settings, const char *name,
							const char *value, Buffer *message);

/* All but the key, a line each. */
extern void settings_list(const Settings *settings, Buffer *out);

extern int64_t settings_now(const Settings *settings);

#endif
