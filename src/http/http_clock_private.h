/*
 * http_clock_private.h
 *	  The clock by which waits and timeouts are measured.
 */
#ifndef USAGE_HTTP_CLOCK_PRIVATE_H
#define USAGE_HTTP_CLOCK_PRIVATE_H

#include "portability/instr_time.h"

/* Monotonic time in microseconds. */
static inline int64
http_clock_us(void)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MICROSEC(now);
}

#endif
