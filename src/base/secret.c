/*
 * secret.c
 *	  Masks a secret in texts from elsewhere that we show.
 *
 * A text is searched for all parts at once.  A filter has a bit set for the
 * hash of each part of minimum length; only where the text's hash hits such a
 * bit is the secret itself searched.
 */
#include "postgres.h"

#include "base/secret.h"

#define FILTER_BITS	32768		/* the longest keys have a few thousand parts */

typedef struct Search
{
	const char *secret;
	size_t		length;
	size_t		part_bytes;		/* minimum length of a part */
	uint8		filter[FILTER_BITS / BITS_PER_BYTE];
} Search;

/* The filter bit of the part that begins here. */
static uint32
filter_bit(const Search *search, const char *part)
{
	uint64		word = 0;

	memcpy(&word, part, search->part_bytes);
	return (word * UINT64CONST(0x9E3779B97F4A7C15)) >> 49;	/* 15 bits */
}

/* Returns false if there is no secret. */
static bool
begin_search(Search *search, const char *secret)
{
	search->secret = secret;
	search->length = secret ? strlen(secret) : 0;
	search->part_bytes = Min(search->length, SECRET_PART_BYTES);
	if (search->length == 0)
		return false;
	memset(search->filter, 0, sizeof(search->filter));
	for (size_t i = 0; i + search->part_bytes <= search->length; i++)
	{
		uint32		bit = filter_bit(search, secret + i);

		search->filter[bit / BITS_PER_BYTE] |= 1 << bit % BITS_PER_BYTE;
	}
	return true;
}

/* Does a part of minimum length begin here?  Longer parts consist of those. */
static bool
part_begins(const Search *search, const char *text)
{
	uint32		bit = filter_bit(search, text);

	if ((search->filter[bit / BITS_PER_BYTE] & 1 << bit % BITS_PER_BYTE) == 0)
		return false;
	for (size_t i = 0; i + search->part_bytes <= search->length; i++)
		if (memcmp(search->secret + i, text, search->part_bytes) == 0)
			return true;
	return false;
}

/* A byte is overwritten only after the part that begins there was looked for. */
void
secret_mask(char *text, size_t length, const char *secret)
{
	Search		search;
	size_t		end = 0;		/* of the last part found */

	if (!begin_search(&search, secret))
		return;
	for (size_t i = 0; i < length; i++)
	{
		if (i + search.part_bytes <= length && part_begins(&search, text + i))
			end = i + search.part_bytes;
		if (i < end)
			text[i] = '*';
	}
}

bool
secret_occurs(const char *text, size_t length, const char *secret)
{
	Search		search;

	if (!begin_search(&search, secret))
		return false;
	for (size_t i = 0; i + search.part_bytes <= length; i++)
		if (part_begins(&search, text + i))
			return true;
	return false;
}
