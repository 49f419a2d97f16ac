/*
 * permit_test.c
 *	  Permits against what is known of each begin: never more than the limit in a
 *	  minute, nobody waits without need, and who came first begins first.
 */
#include "postgres.h"

#include "base/permit.h"
#include "shim.h"

#define MINUTE_US	INT64CONST(60000000)
#define ROUNDS		60
#define CLIENTS		60
#define MAX_BEGINS	20000

/* What has begun, ascending. */
static int64 begins[MAX_BEGINS];
static int	nbegins;

/* Who wants permits, one after the other. */
typedef struct Client
{
	PermitTicket ticket;
	int64		wakes_us;		/* when it acts next */
	int64		since_us;		/* when it first asked for the one it waits
								 * for */
	bool		prompt;			/* it asks again when it was told to */
} Client;

static Client clients[CLIENTS];

static int64
random_us(int64 below_us)
{
	return (int64) shim_below(1000000) * below_us / 1000000;
}

/* How many begins are later than that? */
static int
begins_after(int64 time_us)
{
	int			count = 0;

	while (count < nbegins && begins[nbegins - 1 - count] > time_us)
		count++;
	return count;
}

/* Does it take what those need who have been waiting for longer, and ask when they should? */
static bool
overtakes(const Client *client, int limit)
{
	int			needed = 0;

	for (int i = 0; i < CLIENTS; i++)
		needed += clients[i].ticket != 0 && clients[i].prompt && clients[i].since_us < client->since_us;
	return begins_after(client->wakes_us - PERMIT_WINDOW_US) + needed >= limit;
}

static Client *
next_client(void)
{
	Client	   *next = &clients[0];

	for (int i = 1; i < CLIENTS; i++)
		if (clients[i].wakes_us < next->wakes_us)
			next = &clients[i];
	return next;
}

/* It stops waiting, and says so or not. */
static void
give_up(PermitQueue *queue, Client *client)
{
	if (shim_below(2))
		permit_leave(queue, &client->ticket);
	client->ticket = 0;
	client->wakes_us += random_us(MINUTE_US);
}

/*
 * So many clients for ten minutes, of whom some vanish or are late.  Counts
 * what should never be.
 */
static void
run(PermitQueue *queue, int limit, int nclients, int *overtaken, int *needless)
{
	memset(clients, 0, sizeof(clients));
	nbegins = 0;
	for (int i = 0; i < CLIENTS; i++)
		clients[i].wakes_us = i < nclients ? MINUTE_US + random_us(3 * MINUTE_US) : PG_INT64_MAX;
	for (;;)
	{
		Client	   *client = next_client();
		int64		now = client->wakes_us;
		int64		wait_us;

		if (now > 11 * MINUTE_US || nbegins == MAX_BEGINS)
			return;
		if (client->ticket != 0 && shim_below(40) == 0)
		{
			give_up(queue, client);
			continue;
		}
		if (client->ticket == 0)
		{
			client->since_us = now;
			client->prompt = shim_below(8) != 0;
		}
		wait_us = permit_take(queue, limit, now, &client->ticket);
		if (wait_us == 0)
		{
			*overtaken += overtakes(client, limit);
			begins[nbegins++] = now;
			client->wakes_us += random_us(shim_below(4) ? 50000 : 20 * MINUTE_US / limit);
			continue;
		}
		*needless += nclients == 1 && begins_after(now - PERMIT_WINDOW_US - 2 * PERMIT_CELL_US) < limit;
		client->wakes_us += wait_us + (client->prompt ? 0 : random_us(2 * PERMIT_LAPSE_US));
	}
}

static int
most_in_a_minute(int limit)
{
	int			crowded = 0;

	for (int i = limit; i < nbegins; i++)
		crowded += begins[i] - begins[i - limit] <= PERMIT_WINDOW_US;
	return crowded;
}

static void
test_crowds(void)
{
	static const int limits[] = {1, 2, 7, 60, 500};
	int			crowded = 0;
	int			overtaken = 0;
	int			needless = 0;
	int			total = 0;

	for (int round = 0; round < ROUNDS; round++)
	{
		int			limit = limits[round % lengthof(limits)];
		PermitQueue queue = {0};

		run(&queue, limit, round % 3 == 0 ? 1 : 1 + shim_below(CLIENTS), &overtaken, &needless);
		crowded += most_in_a_minute(limit);
		total += nbegins;
	}
	shim_ok(crowded == 0, "never more than the limit in a minute");
	shim_ok(overtaken == 0, "nobody is overtaken");
	shim_ok(needless == 0, "nobody waits who is alone and below the limit");
	shim_ok(total > 10000, "much has begun");
}

/* Ask until it is granted, for an hour at most; the time when it was. */
static int64
wait_for_permit(PermitQueue *queue, int limit, int64 now)
{
	PermitTicket ticket = 0;
	int64		end = now + 60 * MINUTE_US;
	int64		wait_us;

	while (now < end && (wait_us = permit_take(queue, limit, now, &ticket)) > 0)
		now += wait_us;
	return now;
}

static void
test_pace(void)
{
	PermitQueue queue = {0};
	int64		start = 5 * MINUTE_US;
	int64		now = start;
	int			at_once = 0;

	for (int i = 0; i < 600; i++)
	{
		now = wait_for_permit(&queue, 60, now);
		at_once += now == start;
	}
	shim_ok(at_once == 60, "as many as the limit begin at once");
	shim_ok(now - start >= 9 * PERMIT_WINDOW_US &&
			now - start <= 9 * (PERMIT_WINDOW_US + 2 * PERMIT_CELL_US), "the others as soon as may be");
	now += MINUTE_US / 2;
	shim_ok(wait_for_permit(&queue, 61, now) == now, "a higher limit counts at once");
	shim_ok(wait_for_permit(&queue, 30, now) >= now + PERMIT_WINDOW_US / 2 - PERMIT_CELL_US, "so does a lower one");
}

static void
test_holds(void)
{
	PermitQueue queue = {0};
	int64		now = 5 * MINUTE_US;

	permit_hold(&queue, now, 7000000);
	permit_hold(&queue, now, 3000000);
	shim_ok(wait_for_permit(&queue, 60, now) == now + 7000000, "a hold lasts as long as the longest");
	now += 7000000;
	shim_ok(wait_for_permit(&queue, 60, now) == now, "and no longer");
	permit_hold(&queue, now, PG_INT64_MAX / 2);
	shim_ok(wait_for_permit(&queue, 60, now) == now + PERMIT_HOLD_US, "but for a minute at most");
}

/* Who has gone without a word is waited for, for a while. */
static void
test_lapse(void)
{
	PermitQueue queue = {0};
	int64		now = 5 * MINUTE_US;
	PermitTicket gone = 0;
	PermitTicket left = 0;

	permit_take(&queue, 1, now, &gone);
	gone = left = 0;
	permit_take(&queue, 1, now, &left);
	permit_take(&queue, 1, now, &gone);
	shim_ok(left < gone && left != 0, "places have an order");
	permit_leave(&queue, &left);
	shim_ok(left == 0, "a place is given up");
	now += PERMIT_WINDOW_US + PERMIT_CELL_US;
	shim_ok(wait_for_permit(&queue, 1, now) == now, "a lapsed place holds nobody up");
}

/* More wait than have places. */
static void
test_many(void)
{
	static PermitTicket tickets[2 * PERMIT_WAITERS];
	PermitQueue queue = {0};
	int64		start = 5 * MINUTE_US;
	int64		now = start;
	int			waiting = lengthof(tickets);
	int			overtaken = 0;
	int			most = 0;

	while (waiting > 0 && now - start < 10 * MINUTE_US)
	{
		int			granted = 0;

		/* after the first time those who came last ask first */
		for (int i = 0; i < lengthof(tickets); i++)
		{
			PermitTicket *ticket = &tickets[now == start ? i : lengthof(tickets) - 1 - i];

			if (*ticket >= 0 && permit_take(&queue, 100, now, ticket) == 0)
			{
				*ticket = -1;
				granted++;
				waiting--;
			}
		}
		for (int i = 1; i < 100 + PERMIT_WAITERS; i++)
			overtaken += tickets[i] < 0 && tickets[i - 1] > 0;
		most = Max(most, granted);
		now += PERMIT_LOOK_US / 2;
	}
	shim_ok(waiting == 0, "all get their turn where not all have a place");
	shim_ok(most == 100, "and as many at once as the limit");
	shim_ok(overtaken == 0, "who has a place is not overtaken");
}

static void
test_clock(void)
{
	PermitQueue queue = {0};
	PermitQueue set_back = {0};
	PermitQueue fresh = {0};
	int64		now = 1000 * MINUTE_US;

	for (int i = 0; i < 10; i++)
		wait_for_permit(&queue, 10, now);
	set_back = queue;
	permit_hold(&queue, now, PERMIT_HOLD_US);
	now -= 500 * MINUTE_US;
	shim_ok(wait_for_permit(&queue, 10, now) <= now + PERMIT_WINDOW_US + PERMIT_CELL_US,
			"a clock that goes back stops nobody for longer than a minute");
	shim_ok(wait_for_permit(&set_back, 10, now) >= now + PERMIT_WINDOW_US, "and does not forget what had begun");
	now += 3000 * MINUTE_US;
	shim_ok(permit_is_idle(&queue, now) && wait_for_permit(&queue, 10, now) == now,
			"one that goes on forgets it");
	shim_ok(!permit_is_idle(&queue, now + PERMIT_WINDOW_US), "what began a minute ago is no idle queue");
	shim_ok(permit_is_idle(&fresh, now), "one that nobody has used is");
}

int
main(void)
{
	test_crowds();
	test_pace();
	test_holds();
	test_lapse();
	test_many();
	test_clock();
	return shim_done();
}
