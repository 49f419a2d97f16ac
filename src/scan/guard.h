/*
 * guard.h
 *	  What a scan must not do, by setting.
 */
#ifndef USAGE_GUARD_H
#define USAGE_GUARD_H

#include "utils/guc.h"

#include "catalogue/table.h"
#include "request/bound.h"

/* Values of usage_fdw.require_time_clause. */
typedef enum GuardLevel
{
	GUARD_OFF,
	GUARD_WARNING,
	GUARD_ERROR
} GuardLevel;

extern const struct config_enum_entry guard_levels[];

/* usage_fdw.require_time_clause, a GuardLevel */
extern int	usage_require_time_clause;

/*
 * Raise what the setting says, an ERROR 54000 or a WARNING, if the request
 * reads buckets and the query gives their time no lower bound.  *warned says
 * that it has warned before, and is set when it does.
 */
extern void guard_time(const UsageTable *table, const BoundRequest *request, bool *warned);

#endif
