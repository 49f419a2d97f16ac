/*
 * http_memory.c
 *	  Memory for curl that is wiped where it is freed: requests, which have the
 *	  API key in them, are built and sent from it.
 *
 * Blocks are those of malloc(), so it does no harm if somebody frees one with
 * free(), or if another user of curl in the backend has started it before: then
 * curl keeps what that one chose.  Threads that look names up call these, too.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/http_memory_private.h"

#ifdef malloc_block_size

static void
wipe_and_free(void *block)
{
	if (block != NULL)
		explicit_bzero(block, malloc_block_size(block));
	free(block);
}

/* realloc() would free the old block as it is, if it moves. */
static void *
wipe_and_move(void *block, size_t size)
{
	size_t		old_size = block ? malloc_block_size(block) : 0;
	void	   *moved;

	if (block != NULL && size > 0 && size <= old_size)
		return block;
	moved = malloc(size);
	if (moved == NULL)
		return NULL;
	if (block != NULL)
		memcpy(moved, block, Min(old_size, size));
	wipe_and_free(block);
	return moved;
}

CURLcode
http_memory_start(void)
{
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, wipe_and_move, strdup, calloc);
}

#else

CURLcode
http_memory_start(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT);
}

#endif
