/*
 * permit.c
 *	  Permits to begin something: no more than so many a minute.
 */
#include "postgres.h"

#include "base/permit.h"

static int *
cell_of(PermitQueue *queue, int64 number)
{
	return &queue->cells[number % PERMIT_CELLS];
}

static int
count_begins(const PermitQueue *queue)
{
	int			count = 0;

	for (int i = 0; i < PERMIT_CELLS; i++)
		count += queue->cells[i];
	return count;
}

/*
 * The clock went back, which it should never do.  That must not stop everybody
 * until it is where it was: all begins are taken for just now, and those who
 * wait queue up anew.
 */
static void
begin_anew(PermitQueue *queue, int64 number)
{
	int			count = count_begins(queue);

	memset(queue->cells, 0, sizeof(queue->cells));
	memset(queue->waiters, 0, sizeof(queue->waiters));
	*cell_of(queue, number) = count;
	queue->newest = number;
}

/* Make the cell of this moment the newest one, and forget what is out of the window. */
static void
advance(PermitQueue *queue, int64 now_us)
{
	int64		number = now_us / PERMIT_CELL_US;

	if (number < queue->newest)
		begin_anew(queue, number);
	if (number - queue->newest >= PERMIT_CELLS)
	{
		memset(queue->cells, 0, sizeof(queue->cells));
		queue->newest = number;
	}
	while (queue->newest < number)
		*cell_of(queue, ++queue->newest) = 0;
	queue->held_until_us = Min(queue->held_until_us, now_us + PERMIT_HOLD_US);
	queue->asked_us = now_us;
}

/* How many are waiting before that ticket?  Those who have gone lose their places. */
static int
count_before(PermitQueue *queue, PermitTicket ticket, int64 now_us)
{
	int			count = 0;

	for (int i = 0; i < PERMIT_WAITERS; i++)
	{
		PermitWaiter *waiter = &queue->waiters[i];

		if (waiter->ticket == 0)
			continue;
		if (now_us - waiter->asked_us > PERMIT_LAPSE_US)
			waiter->ticket = 0;
		else if (waiter->ticket < ticket)
			count++;
	}
	return count;
}

/* The waiter of that ticket, or a free place if there is none, or NULL. */
static PermitWaiter *
find_waiter(PermitQueue *queue, PermitTicket ticket)
{
	PermitWaiter *found = NULL;

	for (int i = 0; i < PERMIT_WAITERS; i++)
	{
		if (queue->waiters[i].ticket == ticket)
			return &queue->waiters[i];
		if (queue->waiters[i].ticket == 0)
			found = &queue->waiters[i];
	}
	return found;
}

/* How long until as many begins as there are too many are out of the window? */
static int64
wait_for_room(PermitQueue *queue, int excess, int64 now_us)
{
	if (excess <= 0)
		return 0;
	for (int64 number = queue->newest - PERMIT_CELLS + 1; number <= queue->newest; number++)
	{
		if (number >= 0)
			excess -= *cell_of(queue, number);
		if (excess <= 0)
			return (number + PERMIT_CELLS) * PERMIT_CELL_US - now_us;
	}
	return PERMIT_LOOK_US;		/* what is waited for has not even begun */
}

int64
permit_take(PermitQueue *queue, int limit, int64 now_us, PermitTicket *ticket)
{
	PermitWaiter *waiter;
	int64		wait_us;

	advance(queue, now_us);
	if (*ticket == 0)
		*ticket = queue->last_ticket = Max(queue->last_ticket + 1, now_us);
	wait_us = wait_for_room(queue, count_begins(queue) + count_before(queue, *ticket, now_us) + 1 - limit,
							now_us);
	wait_us = Max(wait_us, queue->held_until_us - now_us);
	if (wait_us <= 0)
	{
		permit_leave(queue, ticket);
		(*cell_of(queue, queue->newest))++;
		return 0;
	}
	waiter = find_waiter(queue, *ticket);
	if (waiter)
		*waiter = (PermitWaiter) {*ticket, now_us};
	return Min(wait_us, PERMIT_LOOK_US);
}

void
permit_leave(PermitQueue *queue, PermitTicket *ticket)
{
	PermitWaiter *waiter = *ticket != 0 ? find_waiter(queue, *ticket) : NULL;

	if (waiter)
		waiter->ticket = 0;
	*ticket = 0;
}

void
permit_hold(PermitQueue *queue, int64 now_us, int64 wait_us)
{
	advance(queue, now_us);
	queue->held_until_us = Max(queue->held_until_us, now_us + Min(wait_us, PERMIT_HOLD_US));
}

bool
permit_is_idle(const PermitQueue *queue, int64 now_us)
{
	return now_us < queue->asked_us - PERMIT_WINDOW_US ||
		now_us - queue->asked_us > PERMIT_WINDOW_US + PERMIT_CELL_US;
}
