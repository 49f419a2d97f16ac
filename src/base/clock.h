/*
 * clock.h
 *	  The clock by which waits and timeouts are measured.
 *
 * It is that of the machine: all of its processes read the same time, and
 * nobody can set it.
 */
#ifndef USAGE_CLOCK_H
#define USAGE_CLOCK_H

#include "portability/instr_time.h"

/* Monotonic time in microseconds. */
static inline int64
clock_us(void)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MICROSEC(now);
}

#endif
