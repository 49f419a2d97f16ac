/*
 * proxy.h
 *	  The fault proxy: relays bytes between a client and the simulator, and
 *	  breaks connections in ways that an HTTP library would not.
 *
 * One thread, one poll.  Rules say what to break; the relay breaks it; the
 * control connections change the rules.
 */
#ifndef PROXY_H
#define PROXY_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

typedef enum Mishap
{
	MISHAP_NONE,

	/* to a connection */
	MISHAP_REFUSE,				/* accept, then reset at once */
	MISHAP_SILENT,				/* accept, then nothing */

	/* to a response */
	MISHAP_TRUNCATE,			/* so many bytes, then FIN */
	MISHAP_RESET,				/* so many bytes, then RST */
	MISHAP_STALL,				/* so many bytes, then nothing until clear */
	MISHAP_SLOW,				/* so many bytes a second */
	MISHAP_COUNT
} Mishap;

typedef struct Rule
{
	Mishap		mishap;
	int64_t		amount;			/* bytes, or bytes a second */
	int64_t		count;			/* how often; -1: always */
	int64_t		after;			/* connections or responses to spare first */
	char		match[128];		/* part of the request's first bytes, or "" */
} Rule;

typedef struct ProxyCounters
{
	long		connections;
	long		requests;
	long		applied[MISHAP_COUNT];
} ProxyCounters;

extern ProxyCounters proxy_counters;

/* in proxy_rule.c */
extern const char *const mishap_names[MISHAP_COUNT];

/* A line such as "truncate 100 count=2"; false with a message. */
extern bool rule_add(const char *line, Buffer *message);
extern bool rule_random(const char *line, Buffer *message);
extern void rule_clear(void);
extern Mishap rule_for_connection(void);

/* What happens to the answer to the request that begins with these bytes. */
extern Rule rule_for_response(const char *request);

/* in proxy_relay.c */
extern void relay_accept(int listener, uint16_t target);
extern void relay_drop(void);	/* reset all connections */
extern void relay_clear(void);	/* let stalled ones go on, drop silent ones */
extern int	relay_open(void);

/* in proxy_control.c */
extern void control_accept(int listener);

/*
 * Both kinds of connections are polled alike: ask for the events to wait for
 * (returns how many entries were filled in), then handle those that came.
 */
extern int	relay_poll_size(void);
extern int	relay_prepare(struct pollfd *polls, int *timeout_ms);
extern void relay_handle(const struct pollfd *polls);
extern int	control_poll_size(void);
extern int	control_prepare(struct pollfd *polls);
extern void control_handle(const struct pollfd *polls);

#endif
