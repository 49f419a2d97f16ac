/*
 * group.h
 *	  Events summed up: the groups of one bucket.
 */
#ifndef GROUP_H
#define GROUP_H

#include "events.h"
#include "query.h"

typedef struct Group
{
	uint8_t		dimension[MAX_DIMENSIONS];	/* 0 where not grouped by */
	uint8_t		unit;			/* costs: unit of all events, else 0 */
	bool		mixed;			/* costs: events differ in unit */
	int64_t		measure[MAX_MEASURES];	/* NO_VALUE if no event has it */
} Group;

/* A GroupSet of zeroes is empty and valid. */
typedef struct GroupSet
{
	Group	   *groups;
	size_t		count;
	size_t		capacity;
	uint32_t   *slots;			/* open addressing; number of group plus one */
	size_t		slot_count;
} GroupSet;

/* Replace the set's groups by those of query's events in [from, to). */
extern void group_collect(GroupSet *set, const Query *query,
						  const View *view, int64_t from, int64_t to);

/*
 * Replace them by up to count made-up ones, fewer if what query groups by
 * and filters has fewer combinations.
 */
extern void group_make_up(GroupSet *set, const Query *query, int count,
						  int64_t from);
extern void group_free(GroupSet *set);

#endif
