/*
 * first.c
 *	  A library that is preloaded after gcc's address sanitizer, and whose constructor
 *	  is the first to run of a process (-Wl,-z,initfirst).
 *
 * The sanitizer's runtime starts itself when memory is first allocated.  Where that is
 * by bindtextdomain(), which a library's constructor calls (libgpg-error, which Debian's
 * server is linked with by way of LDAP), it holds glibc's lock of message catalogs, and
 * the runtime, which looks for a symbol that is not there, asks for a message as well:
 * the lock is broken and the next to take it waits for ever.
 */
#include <stdlib.h>

static void *volatile room;

__attribute__((constructor))
static void
start_sanitizer(void)
{
	room = malloc(1);
	free(room);
}
