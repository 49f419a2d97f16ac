/*
 * seen.h
 *	  Which objects of a list came before, by their ids.
 *
 * A list may change while it is read, page by page, so an object may come
 * twice.  Those of the page at hand are forgotten if it breaks off, as it is
 * read again.
 */
#ifndef USAGE_SEEN_H
#define USAGE_SEEN_H

typedef struct Seen Seen;

/* None yet.  Lives in CurrentMemoryContext. */
extern Seen *seen_open(void);

/* Is it the first one with that id (copied)?  Then it is of the page at hand. */
extern bool seen_add(Seen *seen, const char *id);

/* Forget those of the page at hand. */
extern void seen_drop_partial(Seen *seen);

/* The page at hand is complete.  Did it have any that had not come before? */
extern bool seen_complete(Seen *seen);

/* Forget all. */
extern void seen_reset(Seen *seen);

#endif
