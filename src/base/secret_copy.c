/*
 * secret_copy.c
 *	  Keeps a secret no longer than its memory context lives.
 */
#include "postgres.h"

#include "utils/palloc.h"

#include "base/secret.h"

typedef struct Copy
{
	MemoryContextCallback on_reset;
	size_t		length;
	char		text[FLEXIBLE_ARRAY_MEMBER];
} Copy;

/* A MemoryContextCallbackFunction. */
static void
wipe(void *arg)
{
	Copy	   *copy = arg;

	explicit_bzero(copy->text, copy->length);
}

char *
secret_copy(const char *secret, size_t length)
{
	Copy	   *copy = palloc(offsetof(Copy, text) + length + 1);

	copy->length = length;
	copy->on_reset.func = wipe;
	copy->on_reset.arg = copy;
	memcpy(copy->text, secret, length);
	copy->text[length] = '\0';
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &copy->on_reset);
	return copy->text;
}
