/*
 * organization.c
 *	  The names in the synthetic organization.
 *
 * Many need percent-encoding in a query, CSV quotes or JSON escapes; some are
 * not among the values that the API's filters list.
 */
#include <stddef.h>

#include "organization.h"

const char *const org_projects[] = {
	NULL, "proj_web", "proj_data pipeline", "proj_R&D=1", "proj_größe+50%",
	"proj_ops/eu", "proj_Ab12Cd34", NULL
};

const char *const org_users[] = {
	NULL, "user-alice", "user-bob", "user-o'neil", "user-zoë", "user-a+b",
	"user-back\\slash", "user-100%", "user-Hannah Smith", NULL
};

const char *const org_api_keys[] = {
	NULL, "key_1", "key_2", "key_a,b", "key_4", "key_5/x", "key_six six",
	"key_7&8", "key_\"9\"", "key_10", "key_ü", NULL
};

const char *const org_vector_stores[] = {
	NULL, "vs_docs", "vs_faq", "vs_a b", "vs_1+1", "vs_legal/eu", "vs_50%",
	"vs_a,b", "vs_ohne projekt", NULL
};

const unsigned char org_vector_store_projects[] = {0, 1, 1, 2, 3, 4, 5, 1, 0};

const char *const org_chat_models[] = {
	NULL, "gpt-5.4-2026-03-05", "gpt-6-astra", "gpt-6-luna",
	"gpt-audio-2", "gpt-image-3",
	"ft:gpt-5.4-mini:acme & co/prüf+100%, v2", "o5 \"mini\"", NULL
};

const char *const org_embedding_models[] = {
	NULL, "text-embedding-3-small", "text-embedding-3-large",
	"text-embedding-ada-002-v2", "embed a+b/c", NULL
};

const char *const org_moderation_models[] = {
	NULL, "omni-moderation-latest", "text-moderation-007", NULL
};

const char *const org_image_models[] = {
	NULL, "dall-e-3", "gpt-image-1", "gpt-image-3", "image & größe", NULL
};

const char *const org_speech_models[] = {
	NULL, "tts-1", "tts-1-hd", "gpt-5-tts", NULL
};

const char *const org_transcription_models[] = {
	NULL, "whisper-1", "gpt-5-transcribe", NULL
};

/* an empty string is a value like any other, and not NULL */
const char *const org_service_tiers[] = {
	NULL, "default", "flex", "priority", "scale", "", NULL
};

const char *const org_api_sources[] = {
	NULL, "responses", "chat.completions", "realtime / ws", NULL
};

const char *const org_booleans[] = {NULL, "false", "true", NULL};

const char *const org_image_sources[] = {
	NULL, "image.generation", "image.edit", "image.variation",
	"image.upscale", NULL
};

const char *const org_image_sizes[] = {
	NULL, "1024x1024", "512x512", "256x256", "1024x1792", "1792x1792",
	"2048x2048", NULL
};

const char *const org_context_levels[] = {
	NULL, "medium", "low", "high", "extra high", NULL
};

const char *const org_line_items[] = {
	NULL,
	"gpt-5.4-2026-03-05, input",
	"gpt-5.4-2026-03-05, cached input",
	"gpt-5.4-2026-03-05, output",
	"gpt-6-astra, input_tokens",
	"web search tool calls",
	"Image models",
	"Text tokens",
	"file search storage, größe & 100%",
	"code interpreter \"sessions\"",
	"tts-1+hd, characters",
	NULL
};

const char *const org_quantity_units[] = {
	NULL, "tokens", "1000_tokens", "calls", "images", "gibibyte_hours",
	"duration_hours", "characters", NULL
};

const unsigned char org_line_item_units[] = {0, 1, 1, 1, 2, 3, 4, 0, 5, 6, 7};
