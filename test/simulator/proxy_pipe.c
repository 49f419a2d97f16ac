/*
 * proxy_pipe.c
 *	  Sockets, and the bytes on their way from one to the other.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy_pipe.h"

bool
fill_pipe(Pipe *pipe, int fd)
{
	ssize_t		got = read(fd, pipe->data + pipe->end, PIPE_BYTES - pipe->end);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	pipe->eof = got == 0;
	pipe->end += got;
	pipe->data[pipe->end] = '\0';
	return true;
}

ssize_t
empty_pipe(Pipe *pipe, int fd, size_t limit)
{
	size_t		length = pipe->end - pipe->start;
	ssize_t		sent = send(fd, pipe->data + pipe->start,
							length < limit ? length : limit, MSG_NOSIGNAL);

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	pipe->start += sent;
	if (pipe->start == pipe->end)
		pipe->start = pipe->end = 0;
	return sent;
}

bool
has_bytes(const Pipe *pipe)
{
	return pipe->end > pipe->start;
}

void
close_socket(int *fd)
{
	if (*fd != CLOSED)
		close(*fd);
	*fd = CLOSED;
}

void
reset_socket(int *fd)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (*fd != CLOSED)
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close_socket(fd);
}

void
prepare_socket(int fd)
{
	const int	on = 1;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int
connect_server(uint16_t port)
{
	int			fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};

	prepare_socket(fd);
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) != 0 &&
		errno != EINPROGRESS)
		close_socket(&fd);
	return fd;
}
