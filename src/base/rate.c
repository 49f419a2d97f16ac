/*
 * rate.c
 *	  How many requests a minute go to a server, counted over all sessions.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/rate.h"
#include "base/rate_private.h"

static void
lock(RateTable *table)
{
	if (table->is_shared)
		LWLockAcquire(&table->lock, LW_EXCLUSIVE);
}

static void
unlock(RateTable *table)
{
	if (table->is_shared)
		LWLockRelease(&table->lock);
}

static bool
is_free(const RateServer *server, int64 now_us)
{
	return server->server == InvalidOid || permit_is_idle(&server->queue, now_us);
}

/*
 * This database's server of that oid; one that nobody has used for a minute
 * makes room for it.  NULL: there is none.
 */
static RateServer *
find_server(RateTable *table, Oid oid, int64 now_us)
{
	RateServer *unused = NULL;

	for (int i = 0; i < RATE_SERVERS; i++)
	{
		RateServer *server = &table->servers[i];

		if (server->server == oid && server->database == MyDatabaseId)
			return server;
		if (!unused && is_free(server, now_us))
			unused = server;
	}
	if (unused)
	{
		memset(unused, 0, sizeof(RateServer));
		unused->database = MyDatabaseId;
		unused->server = oid;
	}
	return unused;
}

/*
 * Lock the table, and find the server.  The clock is read with the lock, so that
 * it never goes back.
 */
static RateServer *
enter(RateTable *table, Oid server, int64 *now_us)
{
	lock(table);
	*now_us = clock_us();
	return find_server(table, server, *now_us);
}

/*
 * To let it through uncounted would break the promise, and to wait might be for
 * ever.
 */
pg_noreturn static void
fail_full(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("too many servers with the option \"max_requests_per_minute\" are in use"),
			 errdetail("Requests of %d servers can be counted at the same time.", RATE_SERVERS),
			 errhint("Try again in a minute, or use fewer servers.")));
}

int64
rate_take(Oid server, int limit, PermitTicket *ticket)
{
	RateTable  *table = rate_table();
	RateServer *found;
	int64		now_us;
	int64		wait_us = 0;

	found = enter(table, server, &now_us);
	if (found)
		wait_us = permit_take(&found->queue, limit, now_us, ticket);
	unlock(table);
	if (!found)
		fail_full();
	return wait_us;
}

void
rate_leave(Oid server, PermitTicket *ticket)
{
	RateTable  *table = rate_table();
	int64		now_us;
	RateServer *found = enter(table, server, &now_us);

	if (found)
		permit_leave(&found->queue, ticket);
	unlock(table);
	*ticket = 0;
}

void
rate_hold(Oid server, int64 wait_us)
{
	RateTable  *table = rate_table();
	int64		now_us;
	RateServer *found = enter(table, server, &now_us);

	if (found)
		permit_hold(&found->queue, now_us, wait_us);
	unlock(table);
	if (!found)
		fail_full();
}
