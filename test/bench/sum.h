/*
 * sum.h
 *	  Sum a column of completions over pages, as directly as json-c allows.
 *
 * This is the floor that the extension is measured against.  It decodes every
 * column that IMPORT FOREIGN SCHEMA declares into its C type, as the extension
 * would; but it trusts its server: it checks neither the envelope nor UTF-8,
 * keeps no row, and knows nothing of buckets.
 */
#ifndef SUM_H
#define SUM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Sum
{
	long long	total;			/* of input_tokens */
	long long	results;
	double		first_ms;		/* when the first result came, by
								 * bench_clock() */
} Sum;

/* Reads one page at a time, adding to a sum. */
typedef struct SumReader SumReader;

extern SumReader *sum_open(Sum *sum);
extern void sum_close(SumReader *reader);

/* The next bytes of a page, cut anywhere.  False: it is no such page. */
extern bool sum_feed(SumReader *reader, const char *bytes, size_t length);

/* The page is complete.  False: it broke off.  Then the next one may come. */
extern bool sum_finish(SumReader *reader);

#endif
