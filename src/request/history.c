/*
 * history.c
 *	  How far back does a table go?
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/option_value.h"
#include "request/history.h"

#define UNIX_EPOCH_US		((UNIX_EPOCH_JDATE - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

TimestampTz
history_start(const UsageOptions *set, TimestampTz now)
{
	Interval   *history = option_parse_interval(set->history);
	Timestamp	start;

	/* a timestamptz taken as a timestamp is UTC's local time */
	start = DatumGetTimestamp(DirectFunctionCall2(timestamp_mi_interval,
												  TimestampGetDatum(now),
												  IntervalPGetDatum(history)));
	start -= (start % USECS_PER_DAY + USECS_PER_DAY) % USECS_PER_DAY;
	return Max(start, UNIX_EPOCH_US);
}

bool
history_is_exceeded(const BoundRequest *request, TimestampTz first)
{
	const TimeRange *asked = &request->asked;

	return (asked->start != DT_NOBEGIN && asked->start < first) || asked->end <= first;
}

/* How many days before `first` are asked for; 0: it can't be told. */
static int64
missing_days(const BoundRequest *request, TimestampTz first)
{
	const TimeRange *asked = &request->asked;

	return asked->start == DT_NOBEGIN ? 0 :
		(Min(asked->end, first) - asked->start + USECS_PER_DAY - 1) / USECS_PER_DAY;
}

void
history_warn(const UsageTable *table, const BoundRequest *request, TimestampTz first, bool *warned)
{
	int64		days = missing_days(request, first);

	if (*warned)
		return;
	*warned = true;
	ereport(WARNING,
			(errmsg("endpoint \"%s\" has nothing before %s", table->name,
					DatumGetCString(DirectFunctionCall1(date_out,
														DateADTGetDatum(first / USECS_PER_DAY)))),
			 days > 0 ? errdetail_plural("The query asks for " INT64_FORMAT " day before that.",
										 "The query asks for " INT64_FORMAT " days before that.",
										 days, days) :
			 errdetail("The query asks for an earlier time."),
			 errhint("Set the option \"history\" of the foreign table to read further back, as far as the API goes.")));
}

bool
history_is_refused(const UsageProvider *provider, long status, const PageError *error,
				   TimestampTz *earliest)
{
	if (status != 400 || !error->code || strcmp(error->code, provider->lookback_code) != 0 ||
		!error->message)
		return false;
	for (const char *p = error->message; *p; p++)
	{
		int			year;
		int			month;
		int			day;

		if (sscanf(p, "%4d-%2d-%2d", &year, &month, &day) == 3 && year > 1999 &&
			month >= 1 && month <= MONTHS_PER_YEAR && day >= 1 && day <= 31)
		{
			*earliest = (TimestampTz) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
				USECS_PER_DAY;
			return true;
		}
	}
	return false;
}
