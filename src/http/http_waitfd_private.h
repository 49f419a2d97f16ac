/*
 * http_waitfd_private.h
 *	  The operating system's side of waitfds, for http_transfer.c alone.
 */
#ifndef USAGE_HTTP_WAITFD_PRIVATE_H
#define USAGE_HTTP_WAITFD_PRIVATE_H

#include "utils/resowner.h"

#include "http/http.h"

/* Close the descriptors of that owner's waitfds.  Can't fail. */
extern void http_waitfd_release(ResourceOwner owner);

/*
 * Let the waitfd become readable when one of curl's present sockets is ready,
 * or after `timeout_us` (0: at once).  Returns its descriptor.  ERROR if the
 * operating system refuses.
 */
extern int	http_waitfd_arm(HttpWaitFd *waitfd, int64 timeout_us);

#endif
