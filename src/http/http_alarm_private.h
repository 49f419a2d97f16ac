/*
 * http_alarm_private.h
 *	  The operating system's side of alarms, for http.c alone.
 */
#ifndef USAGE_HTTP_ALARM_PRIVATE_H
#define USAGE_HTTP_ALARM_PRIVATE_H

#include "utils/resowner.h"

#include "http/http.h"

/* Close the descriptors of that owner's alarms, which are of no use any more. */
extern void alarm_release(ResourceOwner owner);

/*
 * Let the alarm go off when curl's sockets, as they are now, have something to
 * tell, or after `timeout_us` (0: at once).  Returns its descriptor.  ERROR if
 * the operating system refuses.
 */
extern int	alarm_arm(HttpAlarm *alarm, int64 timeout_us);

#endif
