/*
 * rate_shared.c
 *	  Where the counts of servers lie: in shared memory, if there is any to be
 *	  had.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include SHARED_SEGMENT_HEADER
#include "base/rate.h"
#include "base/rate_private.h"

#define SHARED_NAME "usage_fdw"

/* Known once it is needed, or since the server started. */
static RateTable *table;

/* A lock's tranche is a name for all that wait for it, also in other backends. */
static void
make_shared(SEGMENT_PARAMETERS(memory))
{
	RateTable  *made = memory;

	memset(made, 0, sizeof(RateTable));
	made->is_shared = true;
	LWLockInitialize(&made->lock, NewLockTranche(SHARED_NAME));
}

#ifdef HAS_SHARED_SEGMENTS

void
rate_init(void)
{
}

/* A single-user server has no others to count with. */
bool
rate_is_shared(void)
{
	return IsUnderPostmaster;
}

static RateTable *
find_shared(void)
{
	bool		found;
	RateTable  *shared = GetSharedSegment(SHARED_NAME, sizeof(RateTable), make_shared, &found);

	NameLockTranche(shared->lock.tranche, SHARED_NAME);
	return shared;
}

#else

static shmem_startup_hook_type previous_startup;

static void
request(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(RateTable)));
}

#ifdef HAS_SHMEM_REQUEST_HOOK
static shmem_request_hook_type previous_request;

static void
on_request(void)
{
	if (previous_request)
		previous_request();
	request();
}
#endif

/* Called once more when the server starts again after a crash. */
static void
on_startup(void)
{
	bool		found;

	if (previous_startup)
		previous_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	table = ShmemInitStruct(SHARED_NAME, sizeof(RateTable), &found);
	if (!found)
		make_shared(table);
	LWLockRelease(AddinShmemInitLock);
	NameLockTranche(table->lock.tranche, SHARED_NAME);
}

void
rate_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
#ifdef HAS_SHMEM_REQUEST_HOOK
	previous_request = shmem_request_hook;
	shmem_request_hook = on_request;
#else
	request();
#endif
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = on_startup;
}

/* The hook has run, or not. */
bool
rate_is_shared(void)
{
	return table != NULL && table->is_shared;
}

static RateTable *
find_shared(void)
{
	return table;
}

#endif

RateTable *
rate_table(void)
{
	if (!table && rate_is_shared())
		table = find_shared();
	if (!table)
		table = MemoryContextAllocZero(TopMemoryContext, sizeof(RateTable));
	return table;
}
