/*
 * row_cache.c
 *	  Rows kept for later, in the order they came in.
 *
 * As long as they fit into get_hash_memory_limit(), rows are in memory, and
 * those with the same key are a list.  When they don't fit, and where there
 * are no keys, they are in a tuplestore, and whoever looks for some of them reads
 * them all.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "scan/row_cache.h"
#include "stream/tuple.h"

/* A row in memory. */
typedef struct KeptRow
{
	MinimalTuple tuple;
	struct KeptRow *next;		/* of all */
	struct KeptRow *alike;		/* the next one with the same key */
} KeptRow;

typedef struct KeptRows
{
	KeptRow    *first;
	KeptRow    *last;
} KeptRows;

/* The rows with a key. */
typedef struct KeptKey
{
	const char *key;
	char		status;			/* simplehash's */
	KeptRows	rows;
} KeptKey;

#define SH_PREFIX keys
#define SH_ELEMENT_TYPE KeptKey
#define SH_KEY_TYPE const char *
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct RowCache
{
	MemoryContext context;		/* holds the cache */
	TupleTableSlot *stored;		/* the row that was read last */
	const char *sought;

	/* rows in memory */
	MemoryContext memory;		/* holds rows and keys */
	keys_hash  *keys;			/* NULL: the rows are in the store */
	KeptRows	all;
	KeptRow    *at;				/* the last one read; NULL: none yet */

	/* rows in a store, where keys is NULL */
	Tuplestorestate *store;
};

/*
 * Open a store and read to its end: its read pointer stays at the end while
 * rows are added.
 */
static void
open_store(RowCache *cache)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);

	cache->store = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	if (tuplestore_gettupleslot(cache->store, true, false, cache->stored))
		elog(ERROR, "a new tuplestore is not empty");
}

RowCache *
row_cache_open(TupleDesc tupdesc, bool keyed)
{
	RowCache   *cache = palloc0(sizeof(RowCache));

	cache->context = CurrentMemoryContext;
	cache->stored = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	if (keyed)
	{
		cache->memory = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw kept rows",
											 ALLOCSET_DEFAULT_SIZES);
		cache->keys = keys_create(cache->memory, 64, NULL);
	}
	else
		open_store(cache);
	return cache;
}

void
row_cache_seek(RowCache *cache, const char *key)
{
	ExecClearTuple(cache->stored);
	cache->sought = key;
	cache->at = NULL;
	if (cache->store)
		tuplestore_rescan(cache->store);
}

bool
row_cache_is_sought(const RowCache *cache, const char *key)
{
	return !cache->sought || (key && strcmp(cache->sought, key) == 0);
}

/* The row in memory that is read next, or NULL. */
static KeptRow *
next_row(const RowCache *cache)
{
	KeptKey    *found;

	if (cache->at)
		return cache->sought ? cache->at->alike : cache->at->next;
	if (!cache->sought)
		return cache->all.first;
	found = keys_lookup(cache->keys, cache->sought);
	return found ? found->rows.first : NULL;
}

/*
 * Read the next row of the store into "stored"; in its context, as a row from
 * disk is palloc'd.
 */
static bool
fetch_stored(RowCache *cache)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);
	bool		found = tuplestore_gettupleslot(cache->store, true, false, cache->stored);

	MemoryContextSwitchTo(old);
	return found;
}

/* Read the next row in memory into "stored". */
static bool
fetch_kept(RowCache *cache)
{
	KeptRow    *row = next_row(cache);

	if (!row)
		return false;
	cache->at = row;
	ExecStoreMinimalTuple(row->tuple, cache->stored, false);
	return true;
}

bool
row_cache_next(RowCache *cache, TupleTableSlot *slot)
{
	if (!(cache->keys ? fetch_kept(cache) : fetch_stored(cache)))
		return false;
	tuple_borrow(slot, cache->stored);
	return true;
}

/* The list of the rows with that key, new if there is none. */
static KeptRows *
rows_of_key(RowCache *cache, const char *key)
{
	bool		found;
	KeptKey    *entry = keys_lookup(cache->keys, key);

	if (!entry)
	{
		entry = keys_insert(cache->keys, MemoryContextStrdup(cache->memory, key), &found);
		entry->rows = (KeptRows) {NULL, NULL};
	}
	return &entry->rows;
}

static void
add_to_memory(RowCache *cache, TupleTableSlot *slot, const char *key)
{
	MemoryContext old = MemoryContextSwitchTo(cache->memory);
	KeptRow    *row = palloc0(sizeof(KeptRow));

	row->tuple = ExecCopySlotMinimalTuple(slot);
	if (cache->all.last)
		cache->all.last->next = row;
	else
		cache->all.first = row;
	cache->all.last = row;
	if (key)
	{
		KeptRows   *rows = rows_of_key(cache, key);

		if (rows->last)
			rows->last->alike = row;
		else
			rows->first = row;
		rows->last = row;
	}
	if (row_cache_is_sought(cache, key))
		cache->at = row;
	MemoryContextSwitchTo(old);
}

/* Move the rows from memory to a store, at whose end it is read on. */
static void
spill(RowCache *cache)
{
	open_store(cache);
	for (KeptRow *row = cache->all.first; row; row = row->next)
	{
		ExecStoreMinimalTuple(row->tuple, cache->stored, false);
		tuplestore_puttupleslot(cache->store, cache->stored);
	}
	ExecClearTuple(cache->stored);
	MemoryContextDelete(cache->memory);
	cache->memory = NULL;
	cache->keys = NULL;
	cache->at = NULL;
}

void
row_cache_add(RowCache *cache, TupleTableSlot *slot, const char *key)
{
	if (!cache->keys)
	{
		tuplestore_puttupleslot(cache->store, slot);
		return;
	}
	add_to_memory(cache, slot, key);
	if (MemoryContextMemAllocated(cache->memory, true) > get_hash_memory_limit())
		spill(cache);
}

void
row_cache_close(RowCache *cache)
{
	ExecDropSingleTupleTableSlot(cache->stored);
	if (cache->store)
		tuplestore_end(cache->store);
}
