/*
 * keep.c
 *	  Rows kept for later, in the order they came in.
 *
 * As long as they fit into the memory that a hash table may have, rows with a
 * key are a list each.  When they don't, and where there is no key, they are
 * in a tuplestore, and whoever looks for some of them reads them all.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "scan/keep.h"
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

struct Keep
{
	MemoryContext context;		/* holds the keep */
	TupleTableSlot *stored;		/* a row on its way out */
	const char *sought;

	/* in memory */
	MemoryContext memory;		/* holds rows and keys */
	keys_hash  *keys;			/* NULL: the rows are in the store */
	KeptRows	all;
	KeptRow    *at;				/* the last one read; NULL: none yet */

	/* beyond */
	Tuplestorestate *store;
};

/* A store that is read to its end, where it stays while rows are added. */
static void
open_store(Keep *keep)
{
	MemoryContext old = MemoryContextSwitchTo(keep->context);

	keep->store = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	if (tuplestore_gettupleslot(keep->store, true, false, keep->stored))
		elog(ERROR, "a new tuplestore is not empty");
}

Keep *
keep_make(TupleDesc tupdesc, bool keyed)
{
	Keep	   *keep = palloc0(sizeof(Keep));

	keep->context = CurrentMemoryContext;
	keep->stored = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple);
	if (keyed)
	{
		keep->memory = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw kept rows",
											 ALLOCSET_DEFAULT_SIZES);
		keep->keys = keys_create(keep->memory, 64, NULL);
	}
	else
		open_store(keep);
	return keep;
}

void
keep_seek(Keep *keep, const char *key)
{
	ExecClearTuple(keep->stored);
	keep->sought = key;
	keep->at = NULL;
	if (keep->store)
		tuplestore_rescan(keep->store);
}

bool
keep_is_sought(const Keep *keep, const char *key)
{
	return !keep->sought || (key && strcmp(keep->sought, key) == 0);
}

/* The row in memory after the last one read. */
static KeptRow *
next_row(const Keep *keep)
{
	KeptKey    *found;

	if (keep->at)
		return keep->sought ? keep->at->alike : keep->at->next;
	if (!keep->sought)
		return keep->all.first;
	found = keys_lookup(keep->keys, keep->sought);
	return found ? found->rows.first : NULL;
}

/* The next row of the store into "stored", which owns what was on disk. */
static bool
fetch_stored(Keep *keep)
{
	MemoryContext old = MemoryContextSwitchTo(keep->context);
	bool		found = tuplestore_gettupleslot(keep->store, true, false, keep->stored);

	MemoryContextSwitchTo(old);
	return found;
}

/* The next row in memory into "stored". */
static bool
fetch_kept(Keep *keep)
{
	KeptRow    *row = next_row(keep);

	if (!row)
		return false;
	keep->at = row;
	ExecStoreMinimalTuple(row->tuple, keep->stored, false);
	return true;
}

bool
keep_next(Keep *keep, TupleTableSlot *slot)
{
	if (!(keep->keys ? fetch_kept(keep) : fetch_stored(keep)))
		return false;
	tuple_lend(slot, keep->stored);
	return true;
}

/* The list of the rows with that key. */
static KeptRows *
rows_of_key(Keep *keep, const char *key)
{
	bool		found;
	KeptKey    *entry = keys_lookup(keep->keys, key);

	if (!entry)
	{
		entry = keys_insert(keep->keys, MemoryContextStrdup(keep->memory, key), &found);
		entry->rows = (KeptRows) {NULL, NULL};
	}
	return &entry->rows;
}

static void
add_to_memory(Keep *keep, TupleTableSlot *slot, const char *key)
{
	MemoryContext old = MemoryContextSwitchTo(keep->memory);
	KeptRow    *row = palloc0(sizeof(KeptRow));

	row->tuple = ExecCopySlotMinimalTuple(slot);
	if (keep->all.last)
		keep->all.last->next = row;
	else
		keep->all.first = row;
	keep->all.last = row;
	if (key)
	{
		KeptRows   *rows = rows_of_key(keep, key);

		if (rows->last)
			rows->last->alike = row;
		else
			rows->first = row;
		rows->last = row;
	}
	if (keep_is_sought(keep, key))
		keep->at = row;
	MemoryContextSwitchTo(old);
}

/* The rows get too many: from memory to a store. */
static void
spill(Keep *keep)
{
	open_store(keep);
	for (KeptRow *row = keep->all.first; row; row = row->next)
	{
		ExecStoreMinimalTuple(row->tuple, keep->stored, false);
		tuplestore_puttupleslot(keep->store, keep->stored);
	}
	ExecClearTuple(keep->stored);
	MemoryContextDelete(keep->memory);
	keep->memory = NULL;
	keep->keys = NULL;
	keep->at = NULL;
}

void
keep_add(Keep *keep, TupleTableSlot *slot, const char *key)
{
	if (!keep->keys)
	{
		tuplestore_puttupleslot(keep->store, slot);
		return;
	}
	add_to_memory(keep, slot, key);
	if (MemoryContextMemAllocated(keep->memory, true) > get_hash_memory_limit())
		spill(keep);
}

void
keep_end(Keep *keep)
{
	ExecDropSingleTupleTableSlot(keep->stored);
	if (keep->store)
		tuplestore_end(keep->store);
}
