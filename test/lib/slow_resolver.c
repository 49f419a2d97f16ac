/*
 * slow_resolver.c
 *	  To be preloaded: a name server that is dead for names in "dead.test", and
 *	  knows nothing of "unknown.test".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define DEAD_SECONDS 20

typedef int (*Lookup) (const char *, const char *, const struct addrinfo *,
					   struct addrinfo **);

static int
is_in(const char *name, const char *domain)
{
	size_t		length = strlen(name);
	size_t		tail = strlen(domain);

	return length >= tail && strcmp(name + length - tail, domain) == 0;
}

int
getaddrinfo(const char *name, const char *service,
			const struct addrinfo *hints, struct addrinfo **result)
{
	Lookup		lookup = (Lookup) dlsym(RTLD_NEXT, "getaddrinfo");

	if (name && is_in(name, "dead.test"))
	{
		sleep(DEAD_SECONDS);
		return EAI_AGAIN;
	}
	if (name && is_in(name, "unknown.test"))
		return EAI_NONAME;
	return lookup(name, service, hints, result);
}
