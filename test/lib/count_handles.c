/*
 * count_handles.c
 *	  To be preloaded: counts what a process has of libcurl's and json-c's, and the
 *	  bytes that malloc() has given out.
 *
 * The counts are in the file PID of the folder COUNT_HANDLES, as native int64: easy
 * handles, multi handles, share handles, parsers, and bytes as of the last easy handle
 * that was made or freed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum Count
{
	EASY, MULTI, SHARE, PARSER, BYTES, COUNTS
};

static int64_t *counts;

static int64_t *
open_counts(void)
{
	static int64_t nowhere[COUNTS];
	const char *folder = getenv("COUNT_HANDLES");
	char		path[4096];
	void	   *map = MAP_FAILED;
	int			fd;

	snprintf(path, sizeof(path), "%s/%d", folder ? folder : "", (int) getpid());
	fd = folder ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd >= 0 && ftruncate(fd, sizeof(nowhere)) == 0)
		map = mmap(NULL, sizeof(nowhere), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return map == MAP_FAILED ? nowhere : map;
}

static void
add(enum Count which, int change)
{
	if (!counts)
		counts = open_counts();
	counts[which] += change;
	if (which == EASY)
		counts[BYTES] = (int64_t) mallinfo2().uordblks;
}

typedef void *(*Make) (void);
typedef int (*Free) (void *);

static void *
make(const char *function, enum Count which)
{
	void	   *handle = ((Make) dlsym(RTLD_NEXT, function)) ();

	add(which, handle ? 1 : 0);
	return handle;
}

static int
release(const char *function, enum Count which, void *handle)
{
	int			result = ((Free) dlsym(RTLD_NEXT, function)) (handle);

	add(which, handle ? -1 : 0);
	return result;
}

void *
curl_easy_init(void)
{
	return make("curl_easy_init", EASY);
}

void
curl_easy_cleanup(void *handle)
{
	release("curl_easy_cleanup", EASY, handle);
}

void *
curl_multi_init(void)
{
	return make("curl_multi_init", MULTI);
}

int
curl_multi_cleanup(void *handle)
{
	return release("curl_multi_cleanup", MULTI, handle);
}

void *
curl_share_init(void)
{
	return make("curl_share_init", SHARE);
}

int
curl_share_cleanup(void *handle)
{
	return release("curl_share_cleanup", SHARE, handle);
}

void *
json_tokener_new_ex(int depth)
{
	void	   *parser = ((void *(*) (int)) dlsym(RTLD_NEXT, "json_tokener_new_ex")) (depth);

	add(PARSER, parser ? 1 : 0);
	return parser;
}

void
json_tokener_free(void *parser)
{
	release("json_tokener_free", PARSER, parser);
}
