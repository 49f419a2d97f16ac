/*
 * roster.h
 *	  Who and what is in the synthetic organization now: its projects, people,
 *	  keys, limits and alerts, as the lists of the API show them.
 *
 * Every value is a text, as CSV shows it; NULL is null.  What a list's values
 * are called and how JSON writes them is in list.h.
 */
#ifndef ROSTER_H
#define ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "settings.h"

#define MAX_CELLS 12
#define MAX_ID 128

/* A project.  Number 0 is the first one; there is always one. */
typedef struct Project
{
	char		id[MAX_ID];
	char		name[MAX_ID];	/* empty: null */
	int64_t		created_at;		/* Unix seconds, as all times here */
	int64_t		archived_at;	/* 0: it is not archived */
	const char *external_key_id;	/* or NULL */
} Project;

/* Objects of one list, in the API's order. */
typedef struct ObjectSet
{
	char	   *(*objects)[MAX_CELLS];
	size_t		count;
	int			cell;			/* the next one of the last object */
} ObjectSet;

extern void object_begin(ObjectSet *set);
extern void object_text(ObjectSet *set, const char *text);	/* NULL: null */
extern void object_number(ObjectSet *set, int64_t number);
extern void object_time(ObjectSet *set, int64_t time);	/* 0: null */
extern void object_drop_last(ObjectSet *set);
extern void objects_free(ObjectSet *set);

/* Fill the set with what is in the organization, or in one project of it. */
typedef void (*Roster) (ObjectSet *set, const Settings *settings, int project);

extern int	roster_project_count(const Settings *settings);
extern Project roster_project(int number);

/* The number of the project with that id, or -1. */
extern int	roster_find_project(const Settings *settings, const char *id);

/* in roster.c: the projects of any organization, and the lists of the odd one */
extern void roster_projects(ObjectSet *set, const Settings *settings, int project);
extern void roster_users(ObjectSet *set, const Settings *settings, int project);
extern void roster_admin_keys(ObjectSet *set, const Settings *settings, int project);
extern void roster_alerts(ObjectSet *set, const Settings *settings, int project);
extern void roster_limit(ObjectSet *set, const Settings *settings, int project);

/* A user of the organization by number, for members and owners; false: none. */
typedef struct User
{
	char		id[MAX_ID];
	char		name[MAX_ID];	/* empty: null */
	char		email[MAX_ID];	/* empty: null */
	bool		deleted;		/* keys and usage may still name it */
	bool		is_service_account;
} User;

extern bool roster_user(const Settings *settings, int number, User *user);

/* in roster_project.c; project is its number */
extern void roster_members(ObjectSet *set, const Settings *settings, int project);
extern void roster_service_accounts(ObjectSet *set, const Settings *settings, int project);
extern void roster_keys(ObjectSet *set, const Settings *settings, int project);
extern void roster_rate_limits(ObjectSet *set, const Settings *settings, int project);
extern void roster_project_alerts(ObjectSet *set, const Settings *settings, int project);
extern void roster_project_limit(ObjectSet *set, const Settings *settings, int project);

#endif
