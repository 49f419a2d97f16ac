/*
 * roster_project.c
 *	  What is in one project of the odd organization: members, service accounts,
 *	  keys, limits, alerts.
 *
 * The keys are those that usage names, spread over the first projects, and
 * some of their owners have left.
 */
#include <stdio.h>
#include <string.h>

#include "organization.h"
#include "random.h"
#include "roster.h"

#define FOUNDED INT64_C(1700000000)
#define DAY INT64_C(86400)
#define NEVER 0
#define EMPTY_PROJECT 6			/* there is nothing in it */
#define USAGE_KEYS 10			/* in organization.api_keys */
#define USAGE_PROJECTS 6		/* that have them */

/* A number below `bound` that depends on the project and another number only. */
static int
pick(int project, int number, int bound)
{
	return (int) (hash_add(hash_add(77, project), number) % (uint64_t) bound);
}

void
roster_members(ObjectSet *set, const Settings *settings, int project)
{
	User		user;

	for (int i = 0; roster_user(settings, i, &user); i++)
	{
		if (user.deleted || project == EMPTY_PROJECT || pick(project, i, 3) == 0)
			continue;
		object_begin(set);
		object_text(set, user.id);
		object_text(set, user.name[0] ? user.name : NULL);
		object_text(set, user.email[0] ? user.email : NULL);
		object_text(set, pick(project, i, 5) == 1 ? "owner" : "member");
		object_time(set, FOUNDED + (30 + i) * DAY);
	}
}

static void
service_account_id(int project, int number, char *id)
{
	snprintf(id, MAX_ID, "svc_acct_%d-%d", project, number);
}

void
roster_service_accounts(ObjectSet *set, const Settings *settings, int project)
{
	static const char *const roles[] = {"member", "owner", "none"};

	(void) settings;
	for (int i = 0; project != EMPTY_PROJECT && i < 1 + project % 3; i++)
	{
		char		id[MAX_ID];

		service_account_id(project, i, id);
		object_begin(set);
		object_text(set, id);
		object_text(set, i == 0 ? "Deploy \xe2\x9a\x99, \"nightly\"" : "Batch");
		object_text(set, roles[i % 3]);
		object_time(set, FOUNDED + (40 + i) * DAY);
	}
}

/* The owner: every third key has a service account, the others a user. */
static void
add_owner(ObjectSet *set, const Settings *settings, int project, int number, bool *active)
{
	char		id[MAX_ID];
	User		user;

	*active = true;
	if (number % 3 == 1)
	{
		service_account_id(project, 0, id);
		object_text(set, "service_account");
		object_text(set, id);
		object_text(set, "Deploy \xe2\x9a\x99, \"nightly\"");
		object_text(set, NULL);
		return;
	}
	roster_user(settings, pick(project, number, 8), &user);
	*active = !user.deleted;
	object_text(set, "user");
	object_text(set, user.id);
	object_text(set, user.name);
	object_text(set, user.email);
}

/* Some are in use, others have not been for long. */
static int64_t
last_used(int number)
{
	return FOUNDED + (number % 2 ? 860 + number % 100 : 1095 + number % 6) * DAY;
}

static void
add_key(ObjectSet *set, const Settings *settings, int project, int number, const char *id)
{
	ObjectSet	owner = {NULL, 0, 0};
	char		name[MAX_ID];
	bool		active;

	object_begin(&owner);
	add_owner(&owner, settings, project, number, &active);
	snprintf(name, sizeof(name), "Key %d's \"name\"", number);
	object_begin(set);
	object_text(set, id);
	object_text(set, name);
	object_text(set, "sk-abc...d,f");
	object_time(set, FOUNDED + (50 + number) * DAY);
	object_time(set, number % 4 == 3 ? NEVER : last_used(number));
	object_time(set, number % 5 == 4 ? FOUNDED + (3000 + number) * DAY : NEVER);
	object_text(set, active ? "active" : "inactive");
	for (int i = 0; i < 4; i++)
		object_text(set, owner.objects[0][i]);
	objects_free(&owner);
}

void
roster_keys(ObjectSet *set, const Settings *settings, int project)
{
	char		id[MAX_ID];

	for (int i = 0; i < USAGE_KEYS; i++)
		if (i % USAGE_PROJECTS == project)
			add_key(set, settings, project, i, organization.api_keys[i + 1]);
	for (int i = 0; project != EMPTY_PROJECT && i < 3 + (project == 0 ? settings->keys : 0); i++)
	{
		snprintf(id, sizeof(id), "key_%d_%d", project + 1, i + 1);
		add_key(set, settings, project, i + 2, id);
	}
}

void
roster_rate_limits(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	for (int i = 1; project != EMPTY_PROJECT && organization.chat_models[i]; i++)
	{
		char		id[MAX_ID];

		snprintf(id, sizeof(id), "rl_%s", organization.chat_models[i]);
		object_begin(set);
		object_text(set, id);
		object_text(set, organization.chat_models[i]);
		object_number(set, 500 + 10 * project);
		object_number(set, 30000 + i);
		object_time(set, i % 2 ? 10000 : NEVER);
		object_time(set, i == CHAT_MODEL_IMAGE ? 7 : NEVER);
		object_time(set, i == CHAT_MODEL_AUDIO ? 100 : NEVER);
		object_time(set, i % 3 ? 1500000000 : NEVER);
	}
}

void
roster_project_alerts(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	for (int i = 0; project != EMPTY_PROJECT && i < (2 * project + 1) % 4; i++)
	{
		char		id[MAX_ID];

		snprintf(id, sizeof(id), "alert_%d_%d", project, i);
		object_begin(set);
		object_text(set, id);
		object_number(set, 1000 * (i + 1));
		object_text(set, "USD");
		object_text(set, "month");
	}
}

/* Every other project has one. */
void
roster_project_limit(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	if (project % 2 == 1)
		return;
	object_begin(set);
	object_number(set, project == 0 ? 300000 : 60000 + project);
	object_text(set, "USD");
	object_text(set, "month");
	object_text(set, project == 0 ? "exceeded" : "inactive");
}
