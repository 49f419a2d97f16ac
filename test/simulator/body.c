/*
 * body.c
 *	  Bodies of answers.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "body.h"
#include "random.h"

#define TABLE_SLOTS 4096
#define GZIP_WINDOW (15 + 16)	/* largest window, with a gzip header */
#define GZIP_MEMORY 8			/* zlib's default */

struct Body
{
	atomic_int	references;
	char	   *bytes;
	size_t		length;
	pthread_mutex_t lock;		/* for what follows */
	char	   *gzip;			/* made when first asked for */
	size_t		gzip_length;
};

typedef struct Entry
{
	struct Entry *next;
	char	   *name;
	Body	   *body;
} Entry;

struct BodyTable
{
	pthread_mutex_t lock;
	Entry	   *slots[TABLE_SLOTS];
};

BodyTable	body_cache = {.lock = PTHREAD_MUTEX_INITIALIZER};
BodyTable	body_fixtures = {.lock = PTHREAD_MUTEX_INITIALIZER};

Body *
body_new(Buffer *buffer)
{
	Body	   *body = allocate(sizeof(Body));

	atomic_init(&body->references, 1);
	pthread_mutex_init(&body->lock, NULL);
	body->bytes = buffer->data;
	body->length = buffer->length;
	memset(buffer, 0, sizeof(*buffer));
	return body;
}

Body *
body_hold(Body *body)
{
	atomic_fetch_add(&body->references, 1);
	return body;
}

void
body_release(Body *body)
{
	if (body == NULL || atomic_fetch_sub(&body->references, 1) > 1)
		return;
	pthread_mutex_destroy(&body->lock);
	free(body->bytes);
	free(body->gzip);
	free(body);
}

const char *
body_bytes(const Body *body, size_t *length)
{
	*length = body->length;
	return body->bytes ? body->bytes : "";
}

/* The lowest level: a test server's time is dearer than loopback's. */
static void
compress_body(Body *body)
{
	z_stream	stream;
	size_t		room;

	memset(&stream, 0, sizeof(stream));
	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW,
					 GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	room = deflateBound(&stream, body->length);
	body->gzip = allocate(room);
	stream.next_in = (Bytef *) body->bytes;
	stream.avail_in = (uInt) body->length;
	stream.next_out = (Bytef *) body->gzip;
	stream.avail_out = (uInt) room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	body->gzip_length = stream.total_out;
	deflateEnd(&stream);
	body->gzip = reallocate(body->gzip, body->gzip_length);
}

const char *
body_gzip(Body *body, size_t *length)
{
	pthread_mutex_lock(&body->lock);
	if (body->gzip == NULL)
		compress_body(body);
	pthread_mutex_unlock(&body->lock);
	*length = body->gzip_length;
	return body->gzip;
}

static Entry **
find_entry(BodyTable *table, const char *name)
{
	uint64_t	hash = hash_bytes(0, name, strlen(name));
	Entry	  **entry = &table->slots[hash % TABLE_SLOTS];

	while (*entry && strcmp((*entry)->name, name) != 0)
		entry = &(*entry)->next;
	return entry;
}

Body *
body_find(BodyTable *table, const char *name)
{
	Entry	   *entry;
	Body	   *body;

	pthread_mutex_lock(&table->lock);
	entry = *find_entry(table, name);
	body = entry ? body_hold(entry->body) : NULL;
	pthread_mutex_unlock(&table->lock);
	return body;
}

void
body_store(BodyTable *table, const char *name, Body *body)
{
	Entry	  **entry;

	pthread_mutex_lock(&table->lock);
	entry = find_entry(table, name);
	if (*entry == NULL)
	{
		*entry = allocate(sizeof(Entry));
		(*entry)->name = copy_text(name);
	}
	body_release((*entry)->body);
	(*entry)->body = body_hold(body);
	pthread_mutex_unlock(&table->lock);
}

void
body_clear(BodyTable *table)
{
	pthread_mutex_lock(&table->lock);
	for (int i = 0; i < TABLE_SLOTS; i++)
	{
		while (table->slots[i])
		{
			Entry	   *entry = table->slots[i];

			table->slots[i] = entry->next;
			body_release(entry->body);
			free(entry->name);
			free(entry);
		}
	}
	pthread_mutex_unlock(&table->lock);
}
