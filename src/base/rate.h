/*
 * rate.h
 *	  How many requests a minute go to a server, counted over all sessions.
 *
 * What is counted is one foreign server of one database.  The count lies in shared
 * memory: from PostgreSQL 17 on in a segment that is made when it is needed,
 * before that where the library is in shared_preload_libraries; else each
 * session counts by itself.  permit.h says how it is counted, and who is next.
 */
#ifndef USAGE_RATE_H
#define USAGE_RATE_H

#include "base/permit.h"

/* To be called by _PG_init(): asks for shared memory, where it must be asked for. */
extern void rate_init(void);

/* Do sessions count together? */
extern bool rate_is_shared(void);

/*
 * Ask for a permit for one request to a server of this database, where so many
 * are allowed a minute.  0: it is granted, and counted.  Else how many
 * microseconds to wait before asking again with the same ticket, which is 0 at
 * first.  ERROR 53400 if more servers were used within a minute than there is
 * room for.
 */
extern int64 rate_take(Oid server, int limit, PermitTicket *ticket);

/* Do not want it any more.  The ticket may also be forgotten: others wait some seconds for it then. */
extern void rate_leave(Oid server, PermitTicket *ticket);

/*
 * No requests of any session to that server for so long, a minute at most, as
 * it has asked for that.  ERROR as of rate_take().
 */
extern void rate_hold(Oid server, int64 wait_us);

#endif
