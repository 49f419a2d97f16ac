/*
 * organization.c
 *	  The names that all synthetic organizations have, and which of them is served.
 */
#include <stddef.h>
#include <string.h>

#include "organization.h"

Organization organization;

bool
organization_choose(const char *name)
{
	const Organization *const all[] = {&odd_organization, &plausible_organization};

	for (int i = 0; i < 2; i++)
	{
		if (strcmp(all[i]->name, name) == 0)
		{
			organization = *all[i];
			return true;
		}
	}
	return false;
}

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

const char *const org_quantity_units[] = {
	NULL, "tokens", "1000_tokens", "calls", "images", "gibibyte_hours",
	"duration_hours", "characters", "duration_seconds", "sessions", NULL
};
