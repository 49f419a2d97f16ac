/*
 * keep.h
 *	  Rows kept for later, in the order they came in; found by a key where
 *	  memory allows.
 */
#ifndef USAGE_KEEP_H
#define USAGE_KEEP_H

#include "executor/tuptable.h"

/* Rows of one query; they spill to disk where they are many. */
typedef struct Keep Keep;

/*
 * Nothing is kept yet.  Lives in CurrentMemoryContext, as long as the tuple
 * descriptor.  keyed: rows will be looked for by their keys.
 */
extern Keep *keep_make(TupleDesc tupdesc, bool keyed);

/*
 * Before the first of the rows with that key, which must live until the next
 * call of this; NULL: of all rows.
 */
extern void keep_seek(Keep *keep, const char *key);

/*
 * Put the next row into the (empty) slot; false: there are no more by now.
 * Rows with other keys may be among them.  The row is good until the next call
 * of any function.
 */
extern bool keep_next(Keep *keep, TupleTableSlot *slot);

/*
 * Keep one more row, after keep_next() said that there are no more; it counts
 * as read.  key: NULL for a row that only those who read all rows look for.
 */
extern void keep_add(Keep *keep, TupleTableSlot *slot, const char *key);

/* Does somebody who sought that key want a row with this one? */
extern bool keep_is_sought(const Keep *keep, const char *key);

/* End it before its context does. */
extern void keep_end(Keep *keep);

#endif
