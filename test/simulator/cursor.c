/*
 * cursor.c
 *	  Where the next page starts, as opaque text.
 *
 * A cursor holds a position and the end that the first page pinned, and is
 * signed with the fingerprint of the query, so that it fits no other one.
 * Its bytes are chosen such that base64 shows a '+', a '/' and a '=': a
 * client that forgets to percent-encode it doesn't get far.
 */
#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "random.h"
#include "text.h"

#define CURSOR_PREFIX "page_"
#define PLUS_AND_SLASH "\xfb\xff\xbf"	/* +/+/ at a multiple of three bytes */

typedef struct CursorBytes
{
	uint8_t		position[8];	/* big-endian */
	uint8_t		zero;
	uint8_t		special[3];
	uint8_t		end[8];
	uint8_t		signature[8];
} CursorBytes;

static void
put_integer(uint8_t *bytes, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t) (value >> (56 - 8 * i));
}

static uint64_t
get_integer(const uint8_t *bytes)
{
	uint64_t	value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static uint64_t
sign(const Query *query, int64_t position, int64_t end)
{
	return hash_add(hash_add(query->fingerprint, position), end);
}

char *
cursor_make(const Query *query, int64_t position)
{
	CursorBytes bytes = {.zero = 0};
	char	   *text = allocate(sizeof(CURSOR_PREFIX) + 4 * sizeof(bytes));

	put_integer(bytes.position, position);
	memcpy(bytes.special, PLUS_AND_SLASH, sizeof(bytes.special));
	put_integer(bytes.end, query->end);
	put_integer(bytes.signature, sign(query, position, query->end));
	strcpy(text, CURSOR_PREFIX);
	encode_base64(text + strlen(CURSOR_PREFIX), (uint8_t *) &bytes,
				  sizeof(bytes));
	return text;
}

bool
cursor_read(Query *query, const char *cursor)
{
	CursorBytes bytes;
	int64_t		position;
	int64_t		end;

	if (strncmp(cursor, CURSOR_PREFIX, strlen(CURSOR_PREFIX)) != 0)
		return false;
	if (decode_base64((uint8_t *) &bytes, sizeof(bytes),
					  cursor + strlen(CURSOR_PREFIX)) != sizeof(bytes))
		return false;
	position = (int64_t) get_integer(bytes.position);
	end = (int64_t) get_integer(bytes.end);
	if (get_integer(bytes.signature) != sign(query, position, end))
		return false;
	query->position = position;
	query->end = end;
	return true;
}
