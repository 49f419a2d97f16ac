/*
 * list.c
 *	  The lists as a table.  Written from the description of the API (docs/api.md
 *	  section 6), not from the client's catalogue, so that a mistake there shows.
 */
#include <string.h>

#include "list.h"
#include "organization.h"
#include "plausible_roster.h"
#include "text.h"

#define TEXT(name) {name, CELL_TEXT, name}
#define NUMBER(name) {name, CELL_LITERAL, name}
#define END {NULL, 0, NULL}

static const ListColumn project_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("status"), NUMBER("created_at"), NUMBER("archived_at"),
	TEXT("external_key_id"), END
};
static const ListColumn user_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("email"), TEXT("role"), NUMBER("added_at"),
	NUMBER("is_service_account"), NUMBER("api_key_last_used_at"), END
};
static const ListColumn member_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("email"), TEXT("role"), NUMBER("added_at"), END
};
static const ListColumn account_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("role"), NUMBER("created_at"), END
};
static const ListColumn key_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("redacted_value"), NUMBER("created_at"),
	NUMBER("last_used_at"), NUMBER("expires_at"), TEXT("owner_project_access"),
	{"owner_type", CELL_TEXT, "owner.type"},
	{"owner_id", CELL_TEXT, "owner.%s.id"},
	{"owner_name", CELL_TEXT, "owner.%s.name"},
	{"owner_email", CELL_TEXT, "owner.%s.email"},
	END
};
static const ListColumn rate_columns[] = {
	TEXT("id"), TEXT("model"), NUMBER("max_requests_per_1_minute"),
	NUMBER("max_tokens_per_1_minute"), NUMBER("max_requests_per_1_day"),
	NUMBER("max_images_per_1_minute"), NUMBER("max_audio_megabytes_per_1_minute"),
	NUMBER("batch_1_day_max_input_tokens"), END
};
static const ListColumn admin_key_columns[] = {
	TEXT("id"), TEXT("name"), TEXT("redacted_value"), NUMBER("created_at"),
	NUMBER("expires_at"), NUMBER("last_used_at"),
	{"owner_id", CELL_TEXT, "owner.id"},
	{"owner_name", CELL_TEXT, "owner.name"},
	{"owner_type", CELL_TEXT, "owner.type"},
	END
};

#define AMOUNT {"threshold_cents", CELL_LITERAL, "threshold_amount"}, \
	TEXT("currency"), {"period", CELL_TEXT, "interval"}

static const ListColumn alert_columns[] = {TEXT("id"), AMOUNT, END};
static const ListColumn limit_columns[] = {
	AMOUNT, {"enforcement", CELL_TEXT, "enforcement.status"}, END
};

#define PROJECT_PATH "/organization/projects/{}"

const List	lists[] = {
	{"projects", "/organization/projects", PROJECT_PATH, "organization.project",
	project_columns, {roster_projects, roster_projects},
	LIST_INCLUDE_ARCHIVED, false},
	{"users", "/organization/users", "/organization/users/{}", "organization.user",
	user_columns, {roster_users, plausible_users},
	LIST_EMAILS, false},
	{"project_users", PROJECT_PATH "/users", NULL, "organization.project.user",
	member_columns, {roster_members, plausible_members},
	0, false},
	{"project_service_accounts", PROJECT_PATH "/service_accounts", NULL,
		"organization.project.service_account",
	account_columns, {roster_service_accounts, plausible_service_accounts},
	0, false},
	{"project_api_keys", PROJECT_PATH "/api_keys", NULL, "organization.project.api_key",
	key_columns, {roster_keys, plausible_keys},
	LIST_OWNER_ACCESS, false},
	{"project_rate_limits", PROJECT_PATH "/rate_limits", NULL, "project.rate_limit",
	rate_columns, {roster_rate_limits, plausible_rate_limits},
	0, false},
	{"admin_api_keys", "/organization/admin_api_keys", NULL, "organization.admin_api_key",
	admin_key_columns, {roster_admin_keys, plausible_admin_keys},
	LIST_ORDER, false},
	{"spend_alerts", "/organization/spend_alerts", NULL, "organization.spend_alert",
	alert_columns, {roster_alerts, plausible_alerts},
	0, false},
	{"project_spend_alerts", PROJECT_PATH "/spend_alerts", NULL, "project.spend_alert",
	alert_columns, {roster_project_alerts, plausible_project_alerts},
	0, false},
	{"spend_limits", "/organization/spend_limit", NULL, "organization.spend_limit",
	limit_columns, {roster_limit, plausible_limit},
	0, true},
	{"project_spend_limits", PROJECT_PATH "/spend_limit", NULL, "project.spend_limit",
	limit_columns, {roster_project_limit, plausible_project_limit},
	0, true},
	{.name = NULL}
};

void
list_fill(const List *list, ObjectSet *set, const Settings *settings, int project)
{
	list->fill[organization.is_plausible](set, settings, project);
}

const List *
list_by_name(const char *name)
{
	for (const List *list = lists; list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

/* Is the path the pattern, with one segment where that has {}? */
static bool
matches(const char *pattern, const char *path, ListRoute *route)
{
	const char *hole = pattern ? strstr(pattern, "{}") : NULL;
	size_t		before;
	size_t		length;

	if (pattern == NULL)
		return false;
	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	before = hole - pattern;
	if (strncmp(pattern, path, before) != 0)
		return false;
	length = strcspn(path + before, "/");
	if (length == 0 || length >= sizeof(route->id) ||
		strcmp(hole + strlen("{}"), path + before + length) != 0)
		return false;
	memcpy(route->id, path + before, length);
	route->id[length] = '\0';

	/* a plus is a plus in a path, and a space only in a query */
	return strchr(route->id, '+') == NULL && decode_percent(route->id);
}

ListRoute
list_route(const char *path)
{
	ListRoute	route = {NULL, false, ""};

	for (const List *list = lists; list->name && route.list == NULL; list++)
	{
		route.is_item = matches(list->item_path, path, &route);
		if (route.is_item || matches(list->path, path, &route))
			route.list = list;
	}
	return route;
}
