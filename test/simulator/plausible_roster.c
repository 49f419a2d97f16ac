/*
 * plausible_roster.c
 *	  Who and what is in the plausible organization now.
 *
 * What usage names is here, but for those who have left: Farah is no user any
 * more, and a key of hers is still there.
 */
#include <stdio.h>
#include <string.h>

#include "plausible.h"
#include "plausible_roster.h"

#define FOUNDED 820				/* ages, in days */
#define NEVER INT32_MAX

static int64_t
time_or_never(int age, int seconds)
{
	return age == NEVER ? 0 : plausible_time(age, seconds);
}

typedef struct ProjectRow
{
	const char *name;
	int			created;		/* ages */
	int			archived;
	int			limit;			/* dollars a month; 0: none */
	int			alert;			/* likewise */
	const char *account;		/* name of its service account, or NULL */
} ProjectRow;

/* by number, which is one less than the index into the projects of usage */
static const ProjectRow projects[PLAUSIBLE_PROJECTS] = {
	{"Web shop", FOUNDED, NEVER, 2000, 1500, "Shop backend"},
	{"Customer support", FOUNDED - 40, NEVER, 2000, 1600, "Support bot"},
	{"Data platform", FOUNDED - 90, NEVER, 900, 700, "Nightly jobs"},
	{"Research", FOUNDED - 130, NEVER, 800, 600, NULL},
	{"Internal tools", FOUNDED - 200, NEVER, 800, 0, NULL},
	{"Voice pilot", FOUNDED - 310, 150, 0, 0, "Voice pilot"},
	{"Sandbox", FOUNDED - 420, NEVER, 50, 0, NULL}
};

typedef struct Person
{
	const char *id;
	const char *name;
	const char *role;
	int			added;			/* ages */
	int			api_key_used;
	unsigned	projects;		/* bit i: a member of project number i */
} Person;

#define IN(project) (1u << ((project) - 1))

static const Person people[] = {
	{"user-amara", "Amara", "owner", FOUNDED, 0, IN(TOOLS) | IN(WEB) | IN(SANDBOX)},
	{"user-bruno", "Bruno", "reader", FOUNDED - 12, 0, IN(TOOLS) | IN(WEB)},
	{"user-chen", "Chen", "reader", FOUNDED - 45, 0, IN(TOOLS) | IN(SUPPORT)},
	{"user-dilek", "Dilek", "reader", FOUNDED - 131, 0, IN(RESEARCH) | IN(DATA)},
	{"user-elias", "Elias", "reader", FOUNDED - 160, 9, IN(RESEARCH) | IN(SANDBOX)},
	{"user-goran", "Goran", "reader", FOUNDED - 260, NEVER, IN(TOOLS)},
	{"user-hana", "Hana", "reader", FOUNDED - 500, 0, IN(WEB)},
	{"user-imani", "Imani", "owner", FOUNDED - 2, NEVER, 0}
};

#define PEOPLE (int) (sizeof(people) / sizeof(people[0]))

typedef struct KeyRow
{
	int			project;
	const char *id;
	const char *name;
	const char *owner;			/* a user, or NULL: the project's account */
	int			created;		/* ages */
	int			used;
	int			expires;
} KeyRow;

static const KeyRow keys[] = {
	{WEB, "key_web_production", "Production", NULL, 690, 0, NEVER},
	{WEB, "key_web_catalogue", "Catalogue", "user-hana", 480, 0, NEVER},
	{WEB, "key_web_staging", "Staging", "user-bruno", 640, 74, NEVER},
	{SUPPORT, "key_support_bot", "Bot", NULL, 700, 0, NEVER},
	{SUPPORT, "key_support_triage", "Triage", NULL, 215, 0, -150},
	{SUPPORT, "key_support_demo", "Demo for the board", "user-chen", 330, 322, NEVER},
	{DATA, "key_data_nightly", "Nightly", NULL, 710, 0, NEVER},
	{DATA, "key_data_search", "Search", NULL, 410, 0, NEVER},
	{DATA, "key_data_backfill", "Backfill", "user-dilek", 130, 118, NEVER},
	{RESEARCH, "key_research_lab", "Lab", "user-dilek", 660, 0, NEVER},
	{RESEARCH, "key_research_spare", "Spare", "user-elias", 300, NEVER, NEVER},
	{TOOLS, "key_tools_code", "Code assistant", "user-amara", 600, 0, -60},
	{TOOLS, "key_tools_farah", "Farah's laptop", "user-farah", 520, 45, NEVER},
	{VOICE_PILOT, "key_voice", "Pilot", NULL, 500, 150, NEVER},
	{SANDBOX, "key_sandbox", "Try-outs", "user-amara", 390, NEVER, NEVER}
};

#define KEYS (int) (sizeof(keys) / sizeof(keys[0]))

Project
plausible_project(int number)
{
	Project		project = {"", "", 0, 0, NULL};

	snprintf(project.id, MAX_ID, "%s", organization.projects[number + 1]);
	snprintf(project.name, MAX_ID, "%s", projects[number].name);
	project.created_at = plausible_time(projects[number].created, 36000);
	project.archived_at = time_or_never(projects[number].archived, 57600);
	return project;
}

void
plausible_users(ObjectSet *set, const Settings *settings, int unused)
{
	(void) settings;
	(void) unused;
	for (int i = 0; i < PEOPLE; i++)
	{
		char		email[MAX_ID];

		snprintf(email, sizeof(email), "%s@example.com", people[i].id + strlen("user-"));
		object_begin(set);
		object_text(set, people[i].id);
		object_text(set, people[i].name);
		object_text(set, email);
		object_text(set, people[i].role);
		object_time(set, plausible_time(people[i].added, 34200 + 60 * i));
		object_text(set, "false");
		object_time(set, time_or_never(people[i].api_key_used, 0));
	}
}

void
plausible_members(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	for (int i = 0; i < PEOPLE; i++)
	{
		char		email[MAX_ID];

		if (project >= PLAUSIBLE_PROJECTS || !(people[i].projects & 1u << project))
			continue;
		snprintf(email, sizeof(email), "%s@example.com", people[i].id + strlen("user-"));
		object_begin(set);
		object_text(set, people[i].id);
		object_text(set, people[i].name);
		object_text(set, email);
		object_text(set, i == 0 || i == 3 ? "owner" : "member");
		object_time(set, plausible_time(people[i].added - 1, 34200 + 60 * i));
	}
}

static const char *
account_of(int project)
{
	return project < PLAUSIBLE_PROJECTS ? projects[project].account : NULL;
}

static void
account_id(int project, char *id)
{
	snprintf(id, MAX_ID, "svc_acct_%s", organization.projects[project + 1] + strlen("proj_"));
}

void
plausible_service_accounts(ObjectSet *set, const Settings *settings, int project)
{
	char		id[MAX_ID];

	(void) settings;
	if (account_of(project) == NULL)
		return;
	account_id(project, id);
	object_begin(set);
	object_text(set, id);
	object_text(set, account_of(project));
	object_text(set, "member");
	object_time(set, plausible_time(projects[project].created - 1, 39600));
}

static const Person *
find_person(const char *id)
{
	for (int i = 0; i < PEOPLE; i++)
		if (strcmp(people[i].id, id) == 0)
			return &people[i];
	return NULL;
}

/* The four columns of the owner; who has left has a name and address still. */
static void
add_owner(ObjectSet *set, const KeyRow *key)
{
	const Person *person = key->owner ? find_person(key->owner) : NULL;
	char		text[MAX_ID];

	if (key->owner == NULL)
	{
		account_id(key->project - 1, text);
		object_text(set, "service_account");
		object_text(set, text);
		object_text(set, account_of(key->project - 1));
		object_text(set, NULL);
		return;
	}
	object_text(set, "user");
	object_text(set, key->owner);
	object_text(set, person ? person->name : "Farah");
	snprintf(text, sizeof(text), "%s@example.com", key->owner + strlen("user-"));
	object_text(set, text);
}

void
plausible_keys(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	for (int i = 0; i < KEYS; i++)
	{
		const KeyRow *key = &keys[i];
		bool		left = key->owner && find_person(key->owner) == NULL;

		if (key->project != project + 1)
			continue;
		object_begin(set);
		object_text(set, key->id);
		object_text(set, key->name);
		object_text(set, "sk-proj-...4fA");
		object_time(set, plausible_time(key->created, 40000 + 7 * i));
		object_time(set, time_or_never(key->used, 0));
		object_time(set, time_or_never(key->expires, 0));
		object_text(set, left ? "inactive" : "active");
		add_owner(set, key);
	}
}

void
plausible_rate_limits(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	for (int i = 1; project != SANDBOX - 1 && organization.chat_models[i]; i++)
	{
		bool		is_small = i == GPT_5_4_MINI || i == GPT_6_LUNA;
		char		id[MAX_ID];

		snprintf(id, sizeof(id), "rl_%s", organization.chat_models[i]);
		object_begin(set);
		object_text(set, id);
		object_text(set, organization.chat_models[i]);
		object_number(set, is_small ? 10000 : 5000);
		object_number(set, is_small ? 10000000 : 1000000);
		object_text(set, NULL);
		object_text(set, NULL);
		object_text(set, NULL);
		object_number(set, is_small ? INT64_C(1000000000) : INT64_C(100000000));
	}
}

void
plausible_admin_keys(ObjectSet *set, const Settings *settings, int unused)
{
	(void) settings;
	(void) unused;
	for (int i = 0; i < 2; i++)
	{
		object_begin(set);
		object_text(set, i == 0 ? "key_admin_reports" : "key_admin_terraform");
		object_text(set, i == 0 ? "Reports" : "Terraform");
		object_text(set, "sk-admin-...9Qz");
		object_time(set, plausible_time(i == 0 ? 290 : 610, 32000));
		object_time(set, i == 0 ? plausible_time(-75, 0) : 0);
		object_time(set, plausible_time(i == 0 ? 0 : 31, 0));
		object_text(set, i == 0 ? "user-imani" : "user-amara");
		object_text(set, i == 0 ? "Imani" : "Amara");
		object_text(set, "user");
	}
}

/* The columns of a limit or an alert that come after its id. */
static void
add_amount(ObjectSet *set, int dollars)
{
	object_number(set, INT64_C(100) * dollars);
	object_text(set, "USD");
	object_text(set, "month");
}

static void
add_alert(ObjectSet *set, const char *id, int dollars)
{
	object_begin(set);
	object_text(set, id);
	add_amount(set, dollars);
}

void
plausible_alerts(ObjectSet *set, const Settings *settings, int unused)
{
	(void) settings;
	(void) unused;
	add_alert(set, "alert_half", 2500);
	add_alert(set, "alert_most", 4000);
}

void
plausible_limit(ObjectSet *set, const Settings *settings, int unused)
{
	(void) unused;
	if (!settings->spend_limit)
		return;
	object_begin(set);
	add_amount(set, 5000);
	object_text(set, "enforcing");
}

void
plausible_project_alerts(ObjectSet *set, const Settings *settings, int project)
{
	char		id[MAX_ID];

	(void) settings;
	if (project >= PLAUSIBLE_PROJECTS || projects[project].alert == 0)
		return;
	snprintf(id, sizeof(id), "alert_%s", organization.projects[project + 1] + strlen("proj_"));
	add_alert(set, id, projects[project].alert);
}

void
plausible_project_limit(ObjectSet *set, const Settings *settings, int project)
{
	(void) settings;
	if (project >= PLAUSIBLE_PROJECTS || projects[project].limit == 0)
		return;
	object_begin(set);
	add_amount(set, projects[project].limit);
	object_text(set, "enforcing");
}
