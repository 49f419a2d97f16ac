/*
 * first.c
 *	  A library that is preloaded before gcc's sanitizers, and whose constructor is the
 *	  first to run of a process (-Wl,-z,initfirst).
 *
 * Two things would go wrong in a server.
 *
 * The address sanitizer starts itself when memory is first allocated.  Where that is by
 * bindtextdomain(), which a library's constructor calls (libgpg-error, which Debian's
 * server is linked with by way of LDAP), it holds glibc's lock of message catalogs, and
 * the sanitizer, which looks for a symbol that is not there, asks for a message as well:
 * the lock is broken, and the next to take it waits for ever.
 *
 * That for undefined behaviour starts itself when it has something to report.  By then the
 * server's title is where it looks for its options.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

extern const char *__ubsan_default_options(void);

static void *volatile room;

__attribute__((constructor))
static void
start_sanitizer(void)
{
	room = malloc(1);
	free(room);
}

/* Called by the sanitizer for undefined behaviour.  It writes where we say. */
const char *
__ubsan_default_options(void)
{
	void	   *library = dlopen("libubsan.so.1", RTLD_NOW | RTLD_NOLOAD);
	void		(*set_path) (const char *);

	*(void **) &set_path = library ? dlsym(library, "__sanitizer_set_report_path") : NULL;
	if (set_path)
		set_path(getenv("USAGE_SANITIZER_LOG"));
	return "print_stacktrace=1";
}
