/*
 * server.h
 *	  HTTP on loopback, by libmicrohttpd.
 */
#ifndef SERVER_H
#define SERVER_H

#include <stdint.h>

typedef struct Server Server;

/* Listen on 127.0.0.1; port 0 picks one.  NULL if it can't. */
extern Server *server_start(uint16_t port);

/* The same with TLS; both are PEM texts and must outlive the server. */
extern Server *server_start_tls(uint16_t port, const char *certificate,
								const char *key);
extern uint16_t server_port(const Server *server);

/* Breaks off what is in flight.  NULL is no server. */
extern void server_stop(Server *server);

#endif
