/*
 * rate.h
 *	  How many requests a minute the API takes.  Thread-safe.
 */
#ifndef RATE_H
#define RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A request has come.  True if it is one of the first per_minute (0: any) of
 * the last 60 seconds, refused ones included; else *wait is how many seconds until
 * the next one would be.
 */
extern bool rate_admit(int64_t per_minute, int64_t *wait);

/* Forget those that have come. */
extern void rate_clear(void);

#endif
