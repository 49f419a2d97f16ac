/*
 * organization.h
 *	  The names in the synthetic organization: its projects, users, models.
 *
 * Every list starts with NULL, so that index 0 of a dimension is the NULL
 * value, and ends with NULL.
 */
#ifndef ORGANIZATION_H
#define ORGANIZATION_H

typedef const char *const *ValueList;

extern const char *const org_projects[];
extern const char *const org_users[];
extern const char *const org_api_keys[];
extern const char *const org_vector_stores[];
extern const char *const org_chat_models[];
extern const char *const org_embedding_models[];
extern const char *const org_moderation_models[];
extern const char *const org_image_models[];
extern const char *const org_speech_models[];
extern const char *const org_transcription_models[];
extern const char *const org_service_tiers[];
extern const char *const org_api_sources[];
extern const char *const org_booleans[];
extern const char *const org_image_sources[];
extern const char *const org_image_sizes[];
extern const char *const org_context_levels[];
extern const char *const org_line_items[];
extern const char *const org_quantity_units[];

enum
{
	CHAT_MODEL_AUDIO = 4,		/* counts audio tokens too */
	CHAT_MODEL_IMAGE = 5		/* counts image tokens too */
};

/* The unit of each line item, as an index into org_quantity_units. */
extern const unsigned char org_line_item_units[];

/* The project of each vector store, as an index into org_projects. */
extern const unsigned char org_vector_store_projects[];

#endif
