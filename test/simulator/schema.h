/*
 * schema.h
 *	  What the API has: endpoints, their parameters and their results.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "organization.h"
#include "random.h"

#define MAX_DIMENSIONS 8		/* a group's key is 8 bytes, one for each */
#define CURRENCY 7				/* the one that no endpoint has: 0 is usd, 1 eur */
#define MAX_MEASURES 18
#define NO_VALUE INT64_MIN		/* a measure that an event does not have */
#define DAY_SECONDS 86400

typedef struct Event
{
	int64_t		time;			/* Unix seconds, a whole minute */
	uint32_t	fate;			/* when it shows up under the setting late */
	uint8_t		unit;			/* costs: index into org_quantity_units */
	uint8_t		dimension[MAX_DIMENSIONS];	/* index into values; 0 is NULL */
	int64_t		measure[MAX_MEASURES];	/* NO_VALUE is NULL */
} Event;

typedef struct Width
{
	const char *name;
	int			seconds;
	int			default_limit;	/* in buckets */
	int			max_limit;
} Width;

typedef struct Dimension
{
	const char *name;
	const ValueList *values;	/* the list of the organization that is served */
	int			null_share;		/* of 256 events */
	const char *filter;			/* parameter, or NULL */
	const char *const *listed;	/* the only values that filter takes, or NULL */
	bool		newest;			/* only the newest SDK has it */
	bool		newest_filter;	/* only the newest SDK has the filter */
	bool		boolean;
	bool		hidden;			/* in events, but the API never shows it */
} Dimension;

typedef enum MeasureKind
{
	MEASURE_COUNT,
	MEASURE_AMOUNT,				/* in 10^-9 of the currency; sent as an object */
	MEASURE_QUANTITY			/* in 10^-9; only sent when grouped by line_item */
} MeasureKind;

typedef struct Measure
{
	const char *name;
	MeasureKind kind;
	bool		newest;
} Measure;

typedef struct Endpoint
{
	const char *name;			/* last component of the path */
	const char *path;			/* after the version */
	const char *object;			/* of a result */
	const Width *widths;		/* ends with a NULL name */
	const Dimension *dimensions;	/* ends with a NULL name */
	const Measure *measures;	/* ends with a NULL name */
	void		(*fill) (Random *random, Event *event);	/* sets measures */
	bool		newest;			/* only the newest SDK has it */
	bool		level;			/* events are readings of a level */
	bool		empty_tail;		/* may hand out a page past the last bucket */
} Endpoint;

/* What an event's index into the values of its i'th dimension stands for. */
static inline const char *
dimension_value(const Dimension *dimension, int index)
{
	return (*dimension->values)[index];
}

extern const Endpoint endpoints[];	/* ends with a NULL name */

extern const Endpoint *endpoint_by_name(const char *name);
extern const Endpoint *endpoint_by_path(const char *path);
extern int	endpoint_index(const Endpoint *endpoint);
extern int	endpoint_dimension(const Endpoint *endpoint, const char *name);

#endif
