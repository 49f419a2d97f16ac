/*
 * roster.c
 *	  Projects of any organization; the odd one's people, admin keys, limit and alerts.
 *
 * Projects and users are those that usage names, but some users were deleted
 * since, and some projects archived.  The settings add as many more as a test
 * wants.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "organization.h"
#include "plausible_roster.h"
#include "roster.h"
#include "text.h"

#define FOUNDED INT64_C(1700000000)
#define DAY INT64_C(86400)
#define NEVER 0

static const Project first_projects[] = {
	{"proj_web", "Web \"shop\", main", FOUNDED, NEVER, NULL},
	{"proj_data pipeline", "Data pipeline \xf0\x9f\x9a\x80", FOUNDED + 1, NEVER, "ext-1"},
	{"proj_R&D=1", "R&D\\lab", FOUNDED + 2 * DAY, FOUNDED + 700 * DAY, NULL},
	{"proj_größe+50%", "", FOUNDED + 3 * DAY, NEVER, NULL},
	{"proj_ops/eu", "Ops; l'équipe", FOUNDED + 4 * DAY, NEVER, "ext/2"},
	{"proj_Ab12Cd34", "Old bot", FOUNDED + 5 * DAY, FOUNDED + 900 * DAY, NULL},
	{"proj_empty", "Nothing here yet", FOUNDED + 6 * DAY, NEVER, NULL}
};

#define FIRST_PROJECTS (int) (sizeof(first_projects) / sizeof(first_projects[0]))

static const User first_users[] = {
	{"user-alice", "Alice \xf0\x9f\xa6\x8a", "alice@example.com", false, false},
	{"user-bob", "Bob", "bob@example.com", true, false},
	{"user-o'neil", "Shaun \"Shay\" O'Neil", "o'neil@example.com", false, false},
	{"user-zoë", "Zoë", "zoë@example.com", false, false},
	{"user-a+b", "A & B", "a+b@example.com", true, false},
	{"user-back\\slash", "Back\\slash", "back&slash@example.com", false, false},
	{"user-100%", "", "100%@example.com", false, false},
	{"user-Hannah Smith", "Hannah Smith", "hannah.smith@example.com", false, false},
	{"user-ci", "CI, nightly", "", false, true}
};

#define FIRST_USERS (int) (sizeof(first_users) / sizeof(first_users[0]))

void
object_begin(ObjectSet *set)
{
	set->objects = reallocate(set->objects, (set->count + 1) * sizeof(*set->objects));
	memset(set->objects[set->count], 0, sizeof(*set->objects));
	set->count++;
	set->cell = 0;
}

void
object_text(ObjectSet *set, const char *text)
{
	set->objects[set->count - 1][set->cell++] = text ? copy_text(text) : NULL;
}

void
object_number(ObjectSet *set, int64_t number)
{
	char		text[32];

	snprintf(text, sizeof(text), "%lld", (long long) number);
	object_text(set, text);
}

void
object_time(ObjectSet *set, int64_t time)
{
	if (time == NEVER)
		object_text(set, NULL);
	else
		object_number(set, time);
}

void
object_drop_last(ObjectSet *set)
{
	set->count--;
	for (int i = 0; i < MAX_CELLS; i++)
		free(set->objects[set->count][i]);
}

void
objects_free(ObjectSet *set)
{
	while (set->count > 0)
		object_drop_last(set);
	free(set->objects);
	set->objects = NULL;
}

/* How many projects the organization has of itself. */
static int
own_projects(void)
{
	return organization.is_plausible ? PLAUSIBLE_PROJECTS : FIRST_PROJECTS;
}

int
roster_project_count(const Settings *settings)
{
	return own_projects() + (int) settings->projects;
}

/* Every tenth of those that a test has added is archived. */
Project
roster_project(int number)
{
	Project		project = {"", "", 0, NEVER, NULL};
	int			extra = number - own_projects() + 1;

	if (extra < 1)
		return organization.is_plausible ? plausible_project(number) : first_projects[number];
	snprintf(project.id, MAX_ID, "proj_extra_%04d", extra);
	snprintf(project.name, MAX_ID, "Extra \xf0\x9f\xa7\xaa %d", extra);
	project.created_at = FOUNDED + (100 + extra) * DAY;
	if (extra % 10 == 0)
		project.archived_at = FOUNDED + (500 + extra) * DAY;
	return project;
}

int
roster_find_project(const Settings *settings, const char *id)
{
	for (int i = 0; i < roster_project_count(settings); i++)
	{
		Project		project = roster_project(i);

		if (strcmp(project.id, id) == 0)
			return list_has(settings->gone, id) ? -1 : i;
	}
	return -1;
}

static const char *
text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

void
roster_projects(ObjectSet *set, const Settings *settings, int unused)
{
	(void) unused;
	for (int i = 0; i < roster_project_count(settings); i++)
	{
		Project		project = roster_project(i);

		object_begin(set);
		object_text(set, project.id);
		object_text(set, text_or_null(project.name));
		object_text(set, project.archived_at ? "archived" : "active");
		object_time(set, project.created_at);
		object_time(set, project.archived_at);
		object_text(set, project.external_key_id);
	}
}

bool
roster_user(const Settings *settings, int number, User *user)
{
	int			extra = number - FIRST_USERS + 1;

	if (number < 0 || extra > settings->users)
		return false;
	if (number < FIRST_USERS)
	{
		*user = first_users[number];
		return true;
	}
	memset(user, 0, sizeof(*user));
	snprintf(user->id, MAX_ID, "user-extra-%04d", extra);
	snprintf(user->name, MAX_ID, "Extra %d", extra);
	snprintf(user->email, MAX_ID, "extra%04d@example.com", extra);
	return true;
}

void
roster_users(ObjectSet *set, const Settings *settings, int unused)
{
	User		user;

	(void) unused;
	for (int i = 0; roster_user(settings, i, &user); i++)
	{
		if (user.deleted)
			continue;
		object_begin(set);
		object_text(set, user.id);
		object_text(set, text_or_null(user.name));
		object_text(set, text_or_null(user.email));
		object_text(set, i % 4 == 3 ? NULL : i == 0 ? "owner" : "reader");
		object_time(set, FOUNDED + (10 + i) * DAY + i);
		object_text(set, user.is_service_account ? "true" : i % 3 == 2 ? NULL : "false");
		object_time(set, i % 3 == 1 ? NEVER : FOUNDED + (800 + i) * DAY);
	}
}

void
roster_admin_keys(ObjectSet *set, const Settings *settings, int unused)
{
	static const char *const names[] = {
		"Main \xf0\x9f\x94\x91", NULL, "Finance, \"monthly\"", "CI", "Old"
	};

	(void) settings;
	(void) unused;
	for (int i = 0; i < 5; i++)
	{
		char		id[MAX_ID];

		snprintf(id, sizeof(id), "key_admin_%d", i + 1);
		object_begin(set);
		object_text(set, id);
		object_text(set, names[i]);
		object_text(set, i == 4 ? "sk-admin...*&%" : "sk-admin...def");
		object_time(set, FOUNDED + (20 + i) * DAY);
		object_time(set, i % 2 ? FOUNDED + (2000 + i) * DAY : NEVER);
		object_time(set, i == 1 ? NEVER : FOUNDED + (850 + i) * DAY);
		object_text(set, i == 3 ? "sa_456" : i == 2 ? "user-bob" : "user-alice");
		object_text(set, i == 3 ? "CI account" : i == 2 ? "Bob" : "Alice \xf0\x9f\xa6\x8a");
		object_text(set, i == 3 ? "service_account" : "user");
	}
}

static void
add_alert(ObjectSet *set, const char *id, int64_t cents)
{
	object_begin(set);
	object_text(set, id);
	object_number(set, cents);
	object_text(set, "USD");
	object_text(set, "month");
}

void
roster_alerts(ObjectSet *set, const Settings *settings, int unused)
{
	(void) settings;
	(void) unused;
	add_alert(set, "alert_half", 50000);
	add_alert(set, "alert_most", 90000);
	add_alert(set, "alert_huge", INT64_C(9007199254740993));
}

void
roster_limit(ObjectSet *set, const Settings *settings, int unused)
{
	(void) unused;
	if (!settings->spend_limit)
		return;
	object_begin(set);
	object_number(set, 1000000);
	object_text(set, "USD");
	object_text(set, "month");
	object_text(set, "enforcing");
}
