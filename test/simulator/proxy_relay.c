/*
 * proxy_relay.c
 *	  The relayed connections.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "proxy_answer.h"
#include "proxy_pipe.h"

#define SLOW_TICK_MS 20

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
	Answer		answer;			/* that is being relayed */
	int			first_poll;		/* index of its entries, or -1 */
} Connection;

ProxyCounters proxy_counters;
static Connection *connections;

static void
end_connection(Connection *c, bool reset)
{
	if (reset)
		reset_socket(&c->client);
	close_socket(&c->client);
	close_socket(&c->server);
	c->done = true;
}

void
relay_accept(int listener, uint16_t target)
{
	int			client = accept(listener, NULL, NULL);
	Mishap		mishap;
	Connection *c;

	if (client < 0)
		return;
	prepare_socket(client);
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
		answer_clear(&c->answer);
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

static void
finish(Connection *c)
{
	shutdown(c->client, SHUT_WR);
	close_socket(&c->server);
	c->finishing = true;
}

/* The bytes that the rule grants are out. */
static void
break_connection(Connection *c)
{
	if (c->answer.rule.mishap == MISHAP_RESET)
		end_connection(c, true);
	else
		finish(c);
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
		answer_asked(&c->answer, c->up.data + before);
	else if (c->up.eof && c->answer.rule.mishap != MISHAP_NONE)
		end_connection(c, false);	/* nobody waits for the rest */
	else if (c->up.eof && c->server != CLOSED && !has_bytes(&c->up))
		shutdown(c->server, SHUT_WR);
}

static void
write_client(Connection *c)
{
	ssize_t		sent = empty_pipe(&c->down, c->client, answer_allowance(&c->answer));

	if (sent < 0)
	{
		end_connection(c, false);
		return;
	}
	answer_sent(&c->answer, sent);
	if (answer_is_over(&c->answer))
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
	return has_bytes(&c->down) && !c->finishing && answer_may_go_on(&c->answer);
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
		bool		waits = c->answer.rule.mishap == MISHAP_SLOW && has_bytes(&c->down);
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
		answer_note_mishap(&c->answer);
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
