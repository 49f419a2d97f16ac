/*
 * proxy_pipe.h
 *	  Sockets, and the bytes on their way from one to the other.
 */
#ifndef PROXY_PIPE_H
#define PROXY_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PIPE_BYTES 65536
#define CLOSED (-1)

typedef struct Pipe
{
	char		data[PIPE_BYTES + 1];	/* a NUL behind those that came last */
	size_t		start;
	size_t		end;
	bool		eof;			/* nothing more will come in */
} Pipe;

/* Read what there is and fits; false if the socket is broken. */
extern bool fill_pipe(Pipe *pipe, int fd);

/* Send at most so many bytes; returns how many, or -1 if the socket is broken. */
extern ssize_t empty_pipe(Pipe *pipe, int fd, size_t limit);

extern bool has_bytes(const Pipe *pipe);

/* A socket that connects to a port of loopback, or CLOSED. */
extern int	connect_server(uint16_t port);

/* Never wait for it, nor for more to send with it; no program inherits it. */
extern void prepare_socket(int fd);

/* Close with FIN, or with RST; the socket is CLOSED then. */
extern void close_socket(int *fd);
extern void reset_socket(int *fd);

#endif
