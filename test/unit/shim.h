/*
 * shim.h
 *	  The server's memory contexts and errors, TAP, and numbers by chance, for unit tests.
 *
 * A test program includes postgres.h and this, links with shim.c and with the
 * source that it tests, calls shim_ok() once for each check and ends with
 * `return shim_done();`.
 */
#ifndef USAGE_SHIM_H
#define USAGE_SHIM_H

#include "utils/memutils.h"

/* A new memory context; MemoryContextReset() and ...Delete() work on it. */
extern MemoryContext shim_context(void);

/* "ok N - ..." or "not ok N - ...", and whether it passed. */
extern bool shim_ok(bool passed, const char *format,...) pg_attribute_printf(2, 3);

/* "1..N", and the exit status: 0 if all passed. */
extern int	shim_done(void);

/* A number from 0 to limit - 1, the same ones in each run; a seed is not 0. */
extern uint32 shim_below(uint32 limit);
extern void shim_seed(uint64 seed);

/* The message, detail and hint of the last ERROR; of FlushErrorState(): "". */
extern const char *shim_error(void);

/* End all tests at once: an ERROR that nobody catches, a failed assertion. */
extern void shim_bail_out(const char *why) __attribute__((noreturn));

#endif
