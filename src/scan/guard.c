/*
 * guard.c
 *	  What a scan must not do, by setting.
 *
 * Only when a scan starts is it known what its conditions on time ask for: a
 * bound may be a parameter, and a clause that is tried may have none.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "scan/guard.h"

const struct config_enum_entry guard_levels[] = {
	{"off", GUARD_OFF, false},
	{"warning", GUARD_WARNING, false},
	{"error", GUARD_ERROR, false},
	{NULL, 0, false}
};

int			usage_require_time_clause = GUARD_OFF;

void
guard_time(const UsageTable *table, const BoundRequest *request, bool *warned)
{
	if (usage_require_time_clause == GUARD_OFF || *warned || !request->lacks_start ||
		request->ranges->count == 0)
		return;
	*warned = true;
	ereport(usage_require_time_clause == GUARD_ERROR ? ERROR : WARNING,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("foreign table \"%s\" is read without a lower bound of time",
					get_rel_name(table->relid)),
			 errdetail("The setting \"usage_fdw.require_time_clause\" asks for one."),
			 errhint("Add a condition such as: day >= current_date - 30.")));
}
