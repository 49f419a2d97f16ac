/*
 * daemon.c
 *	  What the simulator and the proxy have in common.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "daemon.h"

bool
daemon_ready(const char *file, const char *text)
{
	Buffer		temporary = {NULL, 0, 0};
	FILE	   *stream;
	bool		written;

	buffer_printf(&temporary, "%s.tmp", file);
	stream = fopen(temporary.data, "w");
	written = stream && fputs(text, stream) != EOF;
	if (stream && fclose(stream) != 0)
		written = false;
	written = written && rename(temporary.data, file) == 0;
	if (!written)
		fprintf(stderr, "could not write \"%s\": %s\n", file, strerror(errno));
	buffer_free(&temporary);
	return written;
}

/* A zombie can still be signalled, but it is as good as gone. */
static bool
is_zombie(pid_t pid)
{
	char		path[64];
	char		state = ' ';
	FILE	   *stream;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	stream = fopen(path, "r");
	if (stream == NULL)
		return false;
	if (fscanf(stream, "%*d (%*[^)]) %c", &state) != 1)
		state = ' ';
	fclose(stream);
	return state == 'Z';
}

bool
daemon_orphaned(pid_t parent)
{
	if (parent == 0)
		return false;
	return (kill(parent, 0) != 0 && errno == ESRCH) || is_zombie(parent);
}
