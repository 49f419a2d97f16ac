/*
 * bench.h
 *	  What the programs that are measured have in common.
 *
 * They read a line for each run, and answer with a line: the run's time and
 * that to the first result, in ms, then the sum and the number of results.
 * Their connections stay open from one run to the next.
 */
#ifndef BENCH_H
#define BENCH_H

#include <curl/curl.h>

#include "sum.h"

/* Milliseconds of a clock that never jumps. */
extern double bench_clock(void);

/*
 * A handle for a GET of `url` as the extension makes it, whose body goes to
 * `reader`.  `headers` holds what was made for it.
 */
extern CURL *bench_handle(const char *url, SumReader *reader, struct curl_slist **headers);

extern void bench_answer(double elapsed_ms, double first_ms, const Sum *sum);

extern void bench_fail(const char *what, const char *why) __attribute__((noreturn));

#endif
