/*
 * permit.h
 *	  Permits to begin something: no more than so many a minute, in the order in
 *	  which they were asked for.
 *
 * A sliding window: the begins of the last 62 seconds are counted in cells of a
 * tenth of a second, and a permit is there while they are fewer than the limit.  A
 * cell counts until all of its time is out of the window, so that never more than
 * the limit begin in any 62 seconds, wherever they start.  The minute is longer than a
 * minute because who counts is at the other end: of two requests the first may
 * take longer to get there, as it makes a connection.  Unlike a bucket of tokens that
 * fills again, this takes nothing away from the limit for allowing a burst: a few
 * requests begin at once, whatever the limit; only who is beyond it waits, for what
 * began a minute ago.  The memory does not depend on the limit, which may
 * change at any time.
 *
 * Who has to wait stands in a queue, and is granted what is left over by those before
 * him.  Nobody reserves a time to come: a place is kept by asking again, and
 * lapses without.  So what is cancelled, given up or killed needs no
 * cleaning up and costs no permit, and a permit is counted when it is used.
 *
 * Nothing here locks, allocates, raises errors or reads a clock: a queue lies
 * in shared memory, and its users are rate.h's.
 */
#ifndef USAGE_PERMIT_H
#define USAGE_PERMIT_H

#define PERMIT_CELL_US		INT64CONST(100000)
#define PERMIT_WINDOW_US	INT64CONST(62000000)

/* Who waits should ask again after this at the latest. */
#define PERMIT_LOOK_US		INT64CONST(1000000)

/* Who did not ask for so long has lost his place. */
#define PERMIT_LAPSE_US		INT64CONST(2500000)

/* No hold is longer than this. */
#define PERMIT_HOLD_US		INT64CONST(60000000)

/* The cells of a window, and the one that is not over yet. */
#define PERMIT_CELLS		((int) (PERMIT_WINDOW_US / PERMIT_CELL_US) + 1)

/*
 * So many can wait in order.  Those beyond come after them, when there is room in
 * the queue.
 */
#define PERMIT_WAITERS		256

/*
 * A place in the order of those who wait: when it was first asked for, more or
 * less, and different for each.  0: none.
 */
typedef int64 PermitTicket;

typedef struct PermitWaiter
{
	PermitTicket ticket;		/* or 0 */
	int64		asked_us;		/* when he last asked */
} PermitWaiter;

/* All zero is a queue that nobody has used.  Times are of one clock. */
typedef struct PermitQueue
{
	int64		asked_us;		/* when it was last used */
	int64		held_until_us;	/* no permits before */
	int64		newest;			/* number of the cell that is not over */
	PermitTicket last_ticket;
	int			cells[PERMIT_CELLS];	/* begins, by number modulo
										 * PERMIT_CELLS */
	PermitWaiter waiters[PERMIT_WAITERS];	/* in no order */
} PermitQueue;

/*
 * Ask for a permit, where `limit` are allowed a minute.  0: it is granted, what
 * it is for begins now, and *ticket is 0.  Else how many microseconds to wait
 * before asking again, with the place in the queue that *ticket now is.
 */
extern int64 permit_take(PermitQueue *queue, int limit, int64 now_us, PermitTicket *ticket);

/* Give a place up, if *ticket is one. */
extern void permit_leave(PermitQueue *queue, PermitTicket *ticket);

/* No permits for so long, but PERMIT_HOLD_US at most; an earlier hold that ends later stays. */
extern void permit_hold(PermitQueue *queue, int64 now_us, int64 wait_us);

/* Does the queue say no more than one that nobody has used? */
extern bool permit_is_idle(const PermitQueue *queue, int64 now_us);

#endif
