/*
 * proxy_relay.c
 *	  The relayed connections.
 *
 * What a rule counts are the bytes sent to the client since the last bytes of
 * a request came from it, so keep-alive works without understanding HTTP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "proxy.h"

#define PIPE_BYTES 65536
#define SLOW_TICK_MS 20
#define CLOSED (-1)

typedef struct Pipe
{
	char		data[PIPE_BYTES + 1];
	size_t		start;
	size_t		end;
	bool		eof;			/* nothing more will come in */
} Pipe;

typedef struct Connection
{
	struct Connection *next;
	int			client;
	int			server;			/* CLOSED: none, or gone */
	Pipe		up;				/* from client to server */
	Pipe		down;
	bool		silent;			/* neither read nor answered */
	bool		finishing;		/* FIN is sent; wait for the client's */
	bool		done;

	/* the answer being relayed */
	bool		asked;
	bool		answering;
	Rule		rule;
	int64_t		sent;			/* bytes of it */
	double		slow_since;		/* seconds */
	int			first_poll;		/* index of its entries, or -1 */
} Connection;

ProxyCounters proxy_counters;
static Connection *connections;

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void
close_socket(int *fd)
{
	if (*fd != CLOSED)
		close(*fd);
	*fd = CLOSED;
}

/* close() sends RST instead of FIN */
static void
reset_socket(int *fd)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (*fd != CLOSED)
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close_socket(fd);
}

static void
end_connection(Connection *c, bool reset)
{
	if (reset)
		reset_socket(&c->client);
	close_socket(&c->client);
	close_socket(&c->server);
	c->done = true;
}

static int
connect_server(uint16_t port)
{
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int	on = 1;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) != 0 &&
		errno != EINPROGRESS)
		close_socket(&fd);
	return fd;
}

void
relay_accept(int listener, uint16_t target)
{
	int			client = accept4(listener, NULL, NULL,
								 SOCK_NONBLOCK | SOCK_CLOEXEC);
	Mishap		mishap;
	const int	on = 1;
	Connection *c;

	if (client < 0)
		return;
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	proxy_counters.connections++;
	mishap = rule_for_connection();
	proxy_counters.applied[mishap]++;
	if (mishap == MISHAP_REFUSE)
	{
		reset_socket(&client);
		return;
	}
	c = allocate(sizeof(Connection));
	c->client = client;
	c->silent = mishap == MISHAP_SILENT;
	c->server = c->silent ? CLOSED : connect_server(target);
	c->first_poll = -1;
	c->next = connections;
	connections = c;
	if (!c->silent && c->server == CLOSED)
		end_connection(c, true);
}

void
relay_drop(void)
{
	for (Connection *c = connections; c; c = c->next)
		end_connection(c, true);
}

void
relay_clear(void)
{
	for (Connection *c = connections; c; c = c->next)
	{
		c->rule.mishap = MISHAP_NONE;
		if (c->silent)
			end_connection(c, true);
	}
}

int
relay_open(void)
{
	int			count = 0;

	for (Connection *c = connections; c; c = c->next)
		count += !c->done;
	return count;
}

/* Bytes from the client: a new request, if an answer has been given since. */
static void
note_request(Connection *c, const char *bytes)
{
	if (c->asked && !c->answering)
		return;
	c->asked = true;
	c->answering = false;
	c->sent = 0;
	c->slow_since = seconds();
	c->rule = rule_for_response(bytes);
	proxy_counters.requests++;
}

/* How many more bytes may go to the client now? */
static size_t
allowance(const Connection *c)
{
	int64_t		allowed = PIPE_BYTES;

	if (c->rule.mishap == MISHAP_SLOW)
		allowed = (int64_t) ((seconds() - c->slow_since) * c->rule.amount)
			- c->sent;
	else if (c->rule.mishap != MISHAP_NONE)
		allowed = c->rule.amount - c->sent;
	if (allowed < 0)
		allowed = 0;
	return allowed < PIPE_BYTES ? allowed : PIPE_BYTES;
}

static void
finish(Connection *c)
{
	shutdown(c->client, SHUT_WR);
	close_socket(&c->server);
	c->finishing = true;
}

/* A mishap counts when its moment has come, and then once. */
static void
note_mishap(Connection *c)
{
	if (c->rule.mishap == MISHAP_NONE || c->rule.count == INT64_MIN)
		return;
	if (c->rule.mishap != MISHAP_SLOW && c->sent < c->rule.amount)
		return;
	proxy_counters.applied[c->rule.mishap]++;
	c->rule.count = INT64_MIN;
}

/* The bytes that the rule grants are out: break the connection. */
static void
break_connection(Connection *c)
{
	switch (c->rule.mishap)
	{
		case MISHAP_TRUNCATE:
			finish(c);
			break;
		case MISHAP_RESET:
			end_connection(c, true);
			break;
		default:
			break;
	}
}

static bool
cuts_off(const Connection *c)
{
	return c->rule.mishap == MISHAP_TRUNCATE ||
		c->rule.mishap == MISHAP_RESET || c->rule.mishap == MISHAP_STALL;
}

/* False if the socket is broken. */
static bool
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

static ssize_t
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

static bool
has_bytes(const Pipe *pipe)
{
	return pipe->end > pipe->start;
}

static void
read_client(Connection *c)
{
	size_t		before = c->up.end;

	if (!fill_pipe(&c->up, c->client))
		end_connection(c, false);
	else if (c->finishing)
	{
		c->up.start = c->up.end = 0;
		if (c->up.eof)
			end_connection(c, false);
	}
	else if (c->up.end > before)
		note_request(c, c->up.data + before);
	else if (c->up.eof && c->rule.mishap != MISHAP_NONE)
		end_connection(c, false);	/* nobody waits for the rest */
	else if (c->up.eof && c->server != CLOSED && !has_bytes(&c->up))
		shutdown(c->server, SHUT_WR);
}

static void
write_client(Connection *c)
{
	ssize_t		sent = empty_pipe(&c->down, c->client, allowance(c));

	if (sent < 0)
	{
		end_connection(c, false);
		return;
	}
	c->sent += sent;
	c->answering = true;
	note_mishap(c);
	if (cuts_off(c) && c->sent >= c->rule.amount)
		break_connection(c);
}

static void
read_server(Connection *c)
{
	if (!fill_pipe(&c->down, c->server))
		end_connection(c, true);
	else if (c->down.eof)
		close_socket(&c->server);
}

static void
write_server(Connection *c)
{
	if (empty_pipe(&c->up, c->server, PIPE_BYTES) < 0)
		end_connection(c, true);
}

static bool
may_write_client(const Connection *c)
{
	return has_bytes(&c->down) && !c->finishing &&
		(allowance(c) > 0 ||
		 (c->rule.mishap != MISHAP_SLOW && c->rule.mishap != MISHAP_STALL));
}

static short
client_events(const Connection *c)
{
	short		events = 0;

	if (c->silent)
		return 0;
	if (!c->up.eof && c->up.end < PIPE_BYTES)
		events |= POLLIN;
	if (may_write_client(c))
		events |= POLLOUT;
	return events;
}

static short
server_events(const Connection *c)
{
	short		events = 0;

	if (!c->down.eof && c->down.end < PIPE_BYTES)
		events |= POLLIN;
	if (has_bytes(&c->up))
		events |= POLLOUT;
	return events;
}

static void
free_done(void)
{
	Connection **link = &connections;

	while (*link)
	{
		Connection *c = *link;

		if (c->done)
		{
			*link = c->next;
			free(c);
		}
		else
			link = &c->next;
	}
}

int
relay_poll_size(void)
{
	free_done();
	return 2 * relay_open();
}

int
relay_prepare(struct pollfd *polls, int *timeout_ms)
{
	int			count = 0;

	for (Connection *c = connections; c; c = c->next)
	{
		bool		waits = c->rule.mishap == MISHAP_SLOW && has_bytes(&c->down);
		short		server = server_events(c);

		/* a broken server would wake us again and again */
		c->first_poll = count;
		polls[count++] = (struct pollfd) {c->client, client_events(c), 0};
		polls[count++] = (struct pollfd) {server ? c->server : CLOSED, server, 0};
		if (waits && *timeout_ms > SLOW_TICK_MS)
			*timeout_ms = SLOW_TICK_MS;
	}
	return count;
}

/* The server has said all: once the client has it, say goodbye to it. */
static void
check_end(Connection *c)
{
	if (c->done || c->finishing || c->silent)
		return;
	if (c->down.eof && !has_bytes(&c->down))
		finish(c);
}

static void
handle_connection(Connection *c, short client, short server)
{
	const short broken = POLLERR | POLLHUP;

	if (client & (POLLIN | broken) && client_events(c) & POLLIN)
		read_client(c);
	else if (client & broken)
		end_connection(c, false);
	if (!c->done && c->server != CLOSED && server & (POLLIN | broken) &&
		server_events(c) & POLLIN)
		read_server(c);
	if (!c->done && c->server != CLOSED && has_bytes(&c->up))
		write_server(c);
	if (!c->done && may_write_client(c))
		write_client(c);
	if (!c->done)
		note_mishap(c);
	check_end(c);
}

void
relay_handle(const struct pollfd *polls)
{
	for (Connection *c = connections; c; c = c->next)
	{
		if (c->done || c->first_poll < 0)
			continue;
		handle_connection(c, polls[c->first_poll].revents,
						  polls[c->first_poll + 1].revents);
	}
}
