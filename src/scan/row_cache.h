/*
 * row_cache.h
 *	  Rows kept for later, in the order they came in; found by a key where
 *	  memory allows.
 */
#ifndef USAGE_ROW_CACHE_H
#define USAGE_ROW_CACHE_H

#include "executor/tuptable.h"

/* Rows of one query; they spill to disk where they are many. */
typedef struct RowCache RowCache;

/*
 * Nothing is kept yet.  Lives in CurrentMemoryContext, as long as the tuple
 * descriptor.  keyed: rows will be looked for by their keys.
 */
extern RowCache *row_cache_open(TupleDesc tupdesc, bool keyed);

/*
 * Before the first of the rows with that key, which must live until the next
 * call of this; NULL: of all rows.
 */
extern void row_cache_seek(RowCache *cache, const char *key);

/*
 * Put the next row into the (empty) slot; false: there are no more by now.
 * Rows with other keys may be among them.  The row is good until the next call
 * of any function.
 */
extern bool row_cache_next(RowCache *cache, TupleTableSlot *slot);

/*
 * Keep one more row, after row_cache_next() said that there are no more; it counts
 * as read.  key: NULL for a row that only those who read all rows look for.
 */
extern void row_cache_add(RowCache *cache, TupleTableSlot *slot, const char *key);

/* Does somebody who sought that key want a row with this one? */
extern bool row_cache_is_sought(const RowCache *cache, const char *key);

/* End it before its context does. */
extern void row_cache_close(RowCache *cache);

#endif
