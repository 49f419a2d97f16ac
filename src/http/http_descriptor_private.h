/*
 * http_descriptor_private.h
 *	  How many file descriptors transfers may take, and tells PostgreSQL.
 *
 * PostgreSQL keeps as many files open as the operating system allows a
 * process, less the descriptors that extensions report to it (storage/fd.h).
 * Were our sockets not reported, it would hit that limit where it can't go on,
 * such as when it writes WAL.
 */
#ifndef USAGE_HTTP_DESCRIPTOR_PRIVATE_H
#define USAGE_HTTP_DESCRIPTOR_PRIVATE_H

#include <curl/curl.h>

/* The transfers of the backend. */
typedef struct DescriptorUse
{
	int			transfers;		/* that curl works on */
	int			connecting;		/* those of them without a connection yet */
} DescriptorUse;

/*
 * May another transfer start beside those?  Reserves nothing.  PostgreSQL may
 * close files of its own for it, which it opens again when needed.  Raises
 * only what AllocateDir() does.
 */
extern bool http_descriptor_has_room(const DescriptorUse *use);

/* How many idle connections may curl keep?  At least one. */
extern long http_descriptor_kept_connections(void);

/*
 * Report to the server the descriptors that transfers and connections, also
 * idle ones, take now.  To be called whenever curl has been at work.  closed:
 * curl may have closed sockets, so check them.  Can't fail.
 */
extern void http_descriptor_count(const DescriptorUse *use, bool closed);

/*
 * A name look-up was cut off.  Its thread goes on, with descriptors of its
 * own, until the name server answers or times out.  Curl does not tell when,
 * so they are counted for a fixed time, or until there is no such thread.
 * Can't fail.
 */
extern void http_descriptor_linger(void);

/*
 * An answer of HTTP/1 comes by the connection with this port here, so that it has
 * bytes only while one is awaited.  Called by curl.
 */
extern void http_descriptor_note_serial(int port);

/*
 * A transfer waits for that socket, or no longer.  As curl says so after each of a
 * transfer's steps, no other transfer is given the connection of one that waits.
 * Called by curl.
 */
extern void http_descriptor_note_polled(curl_socket_t fd, bool polled);

/*
 * Are there bytes, or the end, on a connection of which that was noted, though no
 * request is under way?  They would be taken for the next answer.  port: -1 if curl
 * does not say which connection it has chosen; then the answer is yes if any has bytes
 * that no transfer waits for, even one whose transfer is paused.  Called by curl.
 */
extern bool http_descriptor_has_unasked(int port);

/* Have curl open this handle's sockets through us. */
extern CURLcode http_descriptor_watch(CURL *easy);

#endif
