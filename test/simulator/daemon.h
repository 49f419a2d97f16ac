/*
 * daemon.h
 *	  What the simulator and the proxy have in common as background processes.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

/* Write text to the file at once or not at all. */
extern bool daemon_ready(const char *file, const char *text);

/* Is that process gone, or a zombie?  0 is never gone. */
extern bool daemon_orphaned(pid_t parent);

#endif
