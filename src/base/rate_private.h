/*
 * rate_private.h
 *	  Where the counts of servers lie, for the files of rate alone.
 */
#ifndef USAGE_RATE_PRIVATE_H
#define USAGE_RATE_PRIVATE_H

#include "storage/lwlock.h"

#include "base/permit.h"

/* Servers with a limit that are used within a minute, in all databases. */
#define RATE_SERVERS 64

/* A server that is counted; its oid is InvalidOid if there is none. */
typedef struct RateServer
{
	Oid			database;
	Oid			server;
	PermitQueue queue;
} RateServer;

typedef struct RateTable
{
	bool		is_shared;
	LWLock		lock;			/* protects the servers, if it is shared */
	RateServer	servers[RATE_SERVERS];
} RateTable;

/*
 * The table of all sessions, or this one's own; lives as long as the backend.
 * ERROR if there is no memory for it.  In rate_shared.c.
 */
extern RateTable *rate_table(void);

#endif
