/*
 * plausible_roster.h
 *	  Who and what is in the plausible organization now: its lists, as in roster.h.
 */
#ifndef PLAUSIBLE_ROSTER_H
#define PLAUSIBLE_ROSTER_H

#include "roster.h"

#define PLAUSIBLE_PROJECTS 7

/* A project by number, from 0. */
extern Project plausible_project(int number);

extern void plausible_users(ObjectSet *set, const Settings *settings, int project);
extern void plausible_members(ObjectSet *set, const Settings *settings, int project);
extern void plausible_service_accounts(ObjectSet *set, const Settings *settings, int project);
extern void plausible_keys(ObjectSet *set, const Settings *settings, int project);
extern void plausible_rate_limits(ObjectSet *set, const Settings *settings, int project);
extern void plausible_admin_keys(ObjectSet *set, const Settings *settings, int project);
extern void plausible_alerts(ObjectSet *set, const Settings *settings, int project);
extern void plausible_limit(ObjectSet *set, const Settings *settings, int project);
extern void plausible_project_alerts(ObjectSet *set, const Settings *settings, int project);
extern void plausible_project_limit(ObjectSet *set, const Settings *settings, int project);

#endif
