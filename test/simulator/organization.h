/*
 * organization.h
 *	  The names in the synthetic organizations: their projects, users, models.
 *
 * Every list starts with NULL, so that index 0 of a dimension is the NULL
 * value, and ends with NULL.
 */
#ifndef ORGANIZATION_H
#define ORGANIZATION_H

#include <stdbool.h>
#include <stdint.h>

typedef const char *const *ValueList;

struct Day;
struct Endpoint;

/* What differs from one organization to another. */
typedef struct Organization
{
	const char *name;			/* for the command line */
	ValueList	projects;
	ValueList	users;
	ValueList	api_keys;
	ValueList	vector_stores;
	ValueList	chat_models;
	ValueList	embedding_models;
	ValueList	moderation_models;
	ValueList	image_models;
	ValueList	speech_models;
	ValueList	transcription_models;
	ValueList	line_items;

	/* the unit of each line item, as an index into org_quantity_units */
	const unsigned char *line_item_units;

	/* make the events of a day, counted from 1970, by time */
	void		(*make_day) (const struct Endpoint *endpoint, int64_t number,
							 struct Day *day);
	bool		is_plausible;
} Organization;

/* The one that is served. */
extern Organization organization;

/* Serve another, before anything is asked of it; false: there is none. */
extern bool organization_choose(const char *name);

/* What all of them have. */
extern const char *const org_service_tiers[];
extern const char *const org_api_sources[];
extern const char *const org_booleans[];
extern const char *const org_image_sources[];
extern const char *const org_image_sizes[];
extern const char *const org_context_levels[];
extern const char *const org_quantity_units[];

/* Indexes into org_quantity_units. */
enum
{
	UNIT_NONE, UNIT_TOKENS, UNIT_1000_TOKENS, UNIT_CALLS, UNIT_IMAGES,
	UNIT_GIBIBYTE_HOURS, UNIT_DURATION_HOURS, UNIT_CHARACTERS,
	UNIT_DURATION_SECONDS, UNIT_SESSIONS
};

/* In odd.c: the one with odd names, which is the preset. */
extern const Organization odd_organization;

enum
{
	CHAT_MODEL_AUDIO = 4,		/* counts audio tokens too */
	CHAT_MODEL_IMAGE = 5		/* counts image tokens too */
};

/* The project of each vector store, as an index into its projects. */
extern const unsigned char odd_vector_store_projects[];

/* In plausible.c: the one whose costs are what its usage costs. */
extern const Organization plausible_organization;

#endif
