/*
 * endpoint_list.c
 *	  The catalogue's columns of lists and objects: names and limits.
 */
#include "postgres.h"

#include "catalogue/endpoint_private.h"

static const char *const project_in_use[] = {"active", NULL};
static const char *const not_archived[] = {"null", NULL};
static const char *const owner_accesses[] = {"active", "inactive", NULL};

#define OF_PROJECT PARENT("project_id", "id of the project, as in projects")

const UsageColumn endpoint_projects[] = {
	ITEM_ID("id of the project"),
	MEMBER("name", TEXTOID, "name of the project"),
	{"status", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "status", "include_archived", project_in_use,
	.form = USAGE_FILTER_UNSENT, .imported = true, .description = "active or archived"},
	SENT_MEMBER("created_at", TIMESTAMPTZOID, "when the project was made"),
	{"archived_at", TIMESTAMPTZOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "archived_at", "include_archived",
		not_archived, .form = USAGE_FILTER_UNSENT, .null_test = true, .imported = true,
	.description = "when the project was archived; NULL: it is in use"},
	MEMBER("external_key_id", TEXTOID, "id of the project's external key"),
	END
};

const UsageColumn endpoint_users[] = {
	ITEM_ID("id of the user"),
	MEMBER("name", TEXTOID, "name of the user"),
	{"email", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "email", "emails", .imported = true,
	.description = "email address of the user"},
	MEMBER("role", TEXTOID, "role in the organization, such as owner or reader"),
	SENT_MEMBER("added_at", TIMESTAMPTZOID, "when the user joined the organization"),
	MEMBER("is_service_account", BOOLOID, "whether the user is a service account"),
	MEMBER("api_key_last_used_at", TIMESTAMPTZOID, "when an API key of the user was last used"),
	END
};

const UsageColumn endpoint_project_users[] = {
	OF_PROJECT,
	SENT_MEMBER("id", TEXTOID, "id of the user, as in users"),
	MEMBER("name", TEXTOID, "name of the user"),
	MEMBER("email", TEXTOID, "email address of the user"),
	SENT_MEMBER("role", TEXTOID, "role in the project, such as owner or member"),
	SENT_MEMBER("added_at", TIMESTAMPTZOID, "when the user joined the project"),
	END
};

const UsageColumn endpoint_service_accounts[] = {
	OF_PROJECT,
	SENT_MEMBER("id", TEXTOID, "id of the service account"),
	SENT_MEMBER("name", TEXTOID, "name of the service account"),
	SENT_MEMBER("role", TEXTOID, "role in the project, such as owner or member"),
	SENT_MEMBER("created_at", TIMESTAMPTZOID, "when the service account was made"),
	END
};

const UsageColumn endpoint_api_keys[] = {
	OF_PROJECT,
	SENT_MEMBER("id", TEXTOID, "id of the API key"),
	SENT_MEMBER("name", TEXTOID, "name of the API key"),
	SENT_MEMBER("redacted_value", TEXTOID, "the API key, with its middle left out"),
	SENT_MEMBER("created_at", TIMESTAMPTZOID, "when the API key was made"),
	MEMBER("last_used_at", TIMESTAMPTZOID, "when the API key was last used; NULL: never"),
	MEMBER("expires_at", TIMESTAMPTZOID, "when the API key expires; NULL: never"),
	{"owner_project_access", TEXTOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "owner_project_access",
		"owner_project_access", owner_accesses, .form = USAGE_FILTER_VALUE, .always_sent = true, .imported = true,
	.description = "whether the owner may still use the project: active or inactive"},
	MEMBER_AT("owner_type", TEXTOID, "owner.type", "user or service_account"),
	MEMBER_AT("owner_id", TEXTOID, "owner.user.id|owner.service_account.id", "id of the user or service account"),
	MEMBER_AT("owner_name", TEXTOID, "owner.user.name|owner.service_account.name",
			  "name of the user or service account"),
	MEMBER_AT("owner_email", TEXTOID, "owner.user.email", "email address of the user"),
	END
};

const UsageColumn endpoint_rate_limits[] = {
	OF_PROJECT,
	SENT_MEMBER("id", TEXTOID, "id of the rate limit"),
	SENT_MEMBER("model", TEXTOID, "model that is limited"),
	SENT_AMOUNT_AT("max_requests_per_1_minute", "max_requests_per_1_minute", "requests", "most requests in a minute"),
	SENT_AMOUNT_AT("max_tokens_per_1_minute", "max_tokens_per_1_minute", "tokens", "most tokens in a minute"),
	AMOUNT("max_requests_per_1_day", "requests", "most requests in a day"),
	AMOUNT("max_images_per_1_minute", "images", "most images in a minute"),
	AMOUNT("max_audio_megabytes_per_1_minute", "megabytes", "most audio in a minute"),
	AMOUNT("batch_1_day_max_input_tokens", "tokens", "most input of batch jobs in a day"),
	END
};

const UsageColumn endpoint_admin_keys[] = {
	SENT_MEMBER("id", TEXTOID, "id of the admin key"),
	MEMBER("name", TEXTOID, "name of the admin key"),
	SENT_MEMBER("redacted_value", TEXTOID, "the admin key, with its middle left out"),
	{"created_at", TIMESTAMPTZOID, USAGE_ATTRIBUTE, USAGE_NO_EDGE, "created_at",
	.always_sent = true, .imported = true, .sorted = true, .description = "when the admin key was made"},
	MEMBER("expires_at", TIMESTAMPTZOID, "when the admin key expires; NULL: never"),
	MEMBER("last_used_at", TIMESTAMPTZOID, "when the admin key was last used; NULL: never"),
	MEMBER_AT("owner_id", TEXTOID, "owner.id", "id of the user whose key it is"),
	MEMBER_AT("owner_name", TEXTOID, "owner.name", "name of the user whose key it is"),
	MEMBER_AT("owner_type", TEXTOID, "owner.type", "kind of the owner, such as user"),
	END
};

#define THRESHOLD \
	SENT_AMOUNT_AT("threshold_cents", "threshold_amount", "cents", "amount, in hundredths of the currency"), \
	SENT_MEMBER("currency", TEXTOID, "currency of the amount"), \
	SENT_MEMBER_AT("period", TEXTOID, "interval", "time that the amount is for, such as a month")
#define ENFORCEMENT \
	SENT_MEMBER_AT("enforcement", TEXTOID, "enforcement.status", "whether the limit is enforced")
#define ALERT SENT_MEMBER("id", TEXTOID, "id of the alert")

const UsageColumn endpoint_limits[] = {THRESHOLD, ENFORCEMENT, END};
const UsageColumn endpoint_project_limits[] = {OF_PROJECT, THRESHOLD, ENFORCEMENT, END};
const UsageColumn endpoint_alerts[] = {ALERT, THRESHOLD, END};
const UsageColumn endpoint_project_alerts[] = {OF_PROJECT, ALERT, THRESHOLD, END};
