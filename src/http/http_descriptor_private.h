/*
 * http_descriptor_private.h
 *	  How many file descriptors may transfers take, and does the server know?
 *
 * The server keeps files open up to what the operating system allows a process,
 * and counts what others hold (storage/fd.h).  Were our sockets not counted, it
 * would run into that limit in places where it can't go on, such as WAL.
 */
#ifndef USAGE_HTTP_DESCRIPTOR_PRIVATE_H
#define USAGE_HTTP_DESCRIPTOR_PRIVATE_H

#include <curl/curl.h>

/* The transfers of the backend. */
typedef struct DescriptorUse
{
	int			transfers;		/* that curl knows */
	int			connecting;		/* those of them that have no connection yet */
} DescriptorUse;

/*
 * May another transfer start beside those?  Counts nothing.  May close files of
 * the server's, which opens them again.  Raises only what AllocateDir() does.
 */
extern bool http_descriptor_has_room(const DescriptorUse *use);

/* How many idle connections is it fair to keep? */
extern long http_descriptor_kept_connections(void);

/*
 * Tell the server what transfers and their connections take now, kept ones
 * included.  To be called whenever curl has been at work.  closed: it is likely
 * to have closed sockets, so look.  Can't fail.
 */
extern void http_descriptor_count(const DescriptorUse *use, bool closed);

/*
 * A name look-up was cut off.  Its thread goes on with descriptors of its own
 * until the name server answers or is given up, which nobody can see: they are
 * counted for a while.  Can't fail.
 */
extern void http_descriptor_linger(void);

/* Have curl tell of each socket that it opens for this handle. */
extern CURLcode http_descriptor_watch(CURL *easy);

#endif
