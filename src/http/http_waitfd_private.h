/*
 * http_waitfd_private.h
 *	  The operating system's side of waitfds, for http.c alone.
 */
#ifndef USAGE_HTTP_WAITFD_PRIVATE_H
#define USAGE_HTTP_WAITFD_PRIVATE_H

#include "utils/resowner.h"

#include "http/http.h"

/* Close the descriptors of that owner's waitfds, which are of no use any more. */
extern void http_waitfd_release(ResourceOwner owner);

/*
 * Let the waitfd go off when curl's sockets, as they are now, have something to
 * tell, or after `timeout_us` (0: at once).  Returns its descriptor.  ERROR if
 * the operating system refuses.
 */
extern int	http_waitfd_arm(HttpWaitFd *waitfd, int64 timeout_us);

#endif
