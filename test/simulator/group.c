/*
 * group.c
 *	  Events summed up by the dimensions that a query groups by.
 *
 * A level (vector_stores) is a series of readings of things that the API does
 * not show, the stores: the level of a group is the sum, over the things in
 * it, of the last reading in the bucket.
 */
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "group.h"
#include "random.h"

typedef struct Collector
{
	GroupSet   *set;
	const Query *query;
	unsigned	mask;			/* dimensions that tell groups apart */
	bool		replace;		/* a later event replaces an earlier one */
} Collector;

static uint64_t
group_hash(const uint8_t *dimension)
{
	uint64_t	key;

	memcpy(&key, dimension, sizeof(key));
	return hash_mix(key + UINT64_C(0x9e3779b97f4a7c15));
}

static uint32_t *
find_slot(GroupSet *set, const uint8_t *dimension)
{
	size_t		i = group_hash(dimension) & (set->slot_count - 1);

	while (set->slots[i] != 0 &&
		   memcmp(set->groups[set->slots[i] - 1].dimension, dimension,
				  MAX_DIMENSIONS) != 0)
		i = (i + 1) & (set->slot_count - 1);
	return &set->slots[i];
}

static void
grow(GroupSet *set)
{
	set->capacity = set->capacity ? 2 * set->capacity : 64;
	set->groups = reallocate(set->groups, set->capacity * sizeof(Group));
	set->slot_count = 2 * set->capacity;
	free(set->slots);
	set->slots = allocate(set->slot_count * sizeof(uint32_t));
	for (size_t i = 0; i < set->count; i++)
		*find_slot(set, set->groups[i].dimension) = i + 1;
}

static Group *
add_group(GroupSet *set, const Group *group)
{
	if (set->count == set->capacity)
		grow(set);
	set->groups[set->count] = *group;
	*find_slot(set, group->dimension) = set->count + 1;
	return &set->groups[set->count++];
}

static void
clear(GroupSet *set)
{
	set->count = 0;
	if (set->slots)
		memset(set->slots, 0, set->slot_count * sizeof(uint32_t));
}

static void
add_measures(Group *group, const int64_t *measure)
{
	for (int i = 0; i < MAX_MEASURES; i++)
	{
		if (measure[i] == NO_VALUE)
			continue;
		if (group->measure[i] == NO_VALUE)
			group->measure[i] = 0;
		group->measure[i] += measure[i];
	}
}

static void
merge(Group *group, const Group *other, bool replace)
{
	if (group->unit != other->unit)
		group->mixed = true;
	if (replace)
		memcpy(group->measure, other->measure, sizeof(group->measure));
	else
		add_measures(group, other->measure);
}

static void
mask_dimensions(Group *group, unsigned mask)
{
	for (int i = 0; i < MAX_DIMENSIONS; i++)
		if (!(mask & 1u << i))
			group->dimension[i] = 0;
}

static void
collect_group(const Collector *collector, Group *group)
{
	GroupSet   *set = collector->set;
	uint32_t	known;

	mask_dimensions(group, collector->mask);
	known = set->slot_count ? *find_slot(set, group->dimension) : 0;
	if (known)
		merge(&set->groups[known - 1], group, collector->replace);
	else
		add_group(set, group);
}

static bool
passes(const Query *query, const uint8_t *dimension)
{
	for (int i = 0; query->filter_mask >> i; i++)
		if (query->filter_mask & 1u << i && !query->allowed[i][dimension[i]])
			return false;
	return true;
}

static void
collect_event(const Event *event, void *context)
{
	const Collector *collector = context;
	Group		group = {.unit = event->unit};

	if (!passes(collector->query, event->dimension))
		return;
	memcpy(group.dimension, event->dimension, sizeof(group.dimension));
	memcpy(group.measure, event->measure, sizeof(group.measure));
	collect_group(collector, &group);
}

static unsigned
hidden_mask(const Endpoint *endpoint)
{
	unsigned	mask = 0;

	for (int i = 0; endpoint->dimensions[i].name; i++)
		if (endpoint->dimensions[i].hidden)
			mask |= 1u << i;
	return mask;
}

/* From groups that tell hidden things apart to those asked for. */
static void
fold(GroupSet *set, const Query *query)
{
	GroupSet	folded = {NULL, 0, 0, NULL, 0};
	Collector	collector = {&folded, query, query->group_mask, false};

	for (size_t i = 0; i < set->count; i++)
		collect_group(&collector, &set->groups[i]);
	group_free(set);
	*set = folded;
}

/* Results come in no useful order, but always in the same one. */
static int
compare_groups(const void *a, const void *b)
{
	uint64_t	x = group_hash(((const Group *) a)->dimension);
	uint64_t	y = group_hash(((const Group *) b)->dimension);

	return x < y ? -1 : x > y;
}

void
group_collect(GroupSet *set, const Query *query, const View *view,
			  int64_t from, int64_t to)
{
	bool		level = query->endpoint->level;
	Collector	collector = {set, query, query->group_mask | 1u << CURRENCY, level};

	if (level)
		collector.mask |= hidden_mask(query->endpoint);
	clear(set);
	events_visit(query->endpoint, view, from, to, collect_event, &collector);
	if (level)
		fold(set, query);
	if (set->count > 1)
		qsort(set->groups, set->count, sizeof(Group), compare_groups);
}

/* The number'th combination of values; false after the last. */
static bool
combination(const Query *query, int number, Group *group)
{
	for (int i = 0; query->endpoint->dimensions[i].name; i++)
	{
		int			values = 1;

		if (!(query->group_mask & 1u << i))
			continue;
		while (dimension_value(&query->endpoint->dimensions[i], values))
			values++;
		group->dimension[i] = number % values;
		number /= values;
	}
	return number == 0;
}

static void
make_up_measures(const Query *query, Random *random, Group *group)
{
	Event		event;

	memset(&event, 0, sizeof(event));
	memcpy(event.dimension, group->dimension, sizeof(event.dimension));
	query->endpoint->fill(random, &event);
	memcpy(group->measure, event.measure, sizeof(group->measure));
	group->unit = event.unit;
}

void
group_make_up(GroupSet *set, const Query *query, int count, int64_t from)
{
	Random		random = {from};

	clear(set);
	for (int i = 0; count > 0; i++)
	{
		Group		group = {.unit = 0};

		if (!combination(query, i, &group))
			return;
		if (!passes(query, group.dimension))
			continue;
		make_up_measures(query, &random, &group);
		add_group(set, &group);
		count--;
	}
}

void
group_free(GroupSet *set)
{
	free(set->groups);
	free(set->slots);
	memset(set, 0, sizeof(*set));
}
