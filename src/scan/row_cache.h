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
 * No row yet.  Lives in CurrentMemoryContext; the tuple descriptor must live
 * as long.  keyed: rows will be looked for by their keys.
 */
extern RowCache *row_cache_open(TupleDesc tupdesc, bool keyed);

/*
 * Go before the first of the rows with that key, or of all rows if it is NULL.
 * The key must live until the next call of this function.
 */
extern void row_cache_seek(RowCache *cache, const char *key);

/*
 * Put the next of these rows into the (empty) slot; false: there are no more
 * so far.  Rows with other keys may be among them.  The row is good until the
 * next call of any of these functions.
 */
extern bool row_cache_next(RowCache *cache, TupleTableSlot *slot);

/*
 * Add a copy of a row, after row_cache_next() said that there are no more; it
 * counts as read.  key: NULL for a row that only a seek for all rows finds.
 */
extern void row_cache_add(RowCache *cache, TupleTableSlot *slot, const char *key);

/* Is a row with that key among those of the last row_cache_seek()? */
extern bool row_cache_is_sought(const RowCache *cache, const char *key);

/* End it before its context does: releases files and slots. */
extern void row_cache_close(RowCache *cache);

#endif
