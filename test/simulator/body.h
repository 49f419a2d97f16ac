/*
 * body.h
 *	  Bodies of answers: shared, compressed when wanted, and kept by name.
 *
 * A body never changes, so one copy serves any number of connections at
 * once.  It is freed with its last reference.
 */
#ifndef BODY_H
#define BODY_H

#include <stdbool.h>

#include "buffer.h"

typedef struct Body Body;

/* Takes over the buffer's memory and leaves it empty; one reference. */
extern Body *body_new(Buffer *buffer);
extern Body *body_hold(Body *body);
extern void body_release(Body *body);

/* The bytes belong to the body. */
extern const char *body_bytes(const Body *body, size_t *length);
extern const char *body_gzip(Body *body, size_t *length);

/* Bodies by name.  Thread-safe. */
typedef struct BodyTable BodyTable;

extern BodyTable body_cache;	/* rendered pages, by URI */
extern BodyTable body_fixtures; /* canned answers, by path */

extern Body *body_find(BodyTable *table, const char *name); /* held, or NULL */
extern void body_store(BodyTable *table, const char *name, Body *body);
extern void body_clear(BodyTable *table);

#endif
