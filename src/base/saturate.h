/*
 * saturate.h
 *	  Arithmetic on numbers that users and servers send: a result beyond int64
 *	  becomes the nearest int64.
 *
 * A count that is cut to the maximum still exceeds every limit that it is
 * compared with; one that has wrapped around may not.
 */
#ifndef USAGE_SATURATE_H
#define USAGE_SATURATE_H

#include "common/int.h"

static inline int64
saturate_add(int64 a, int64 b)
{
	int64		sum;

	if (!pg_add_s64_overflow(a, b, &sum))
		return sum;
	return a > 0 ? PG_INT64_MAX : PG_INT64_MIN;
}

static inline int64
saturate_sub(int64 a, int64 b)
{
	int64		difference;

	if (!pg_sub_s64_overflow(a, b, &difference))
		return difference;
	return b < 0 ? PG_INT64_MAX : PG_INT64_MIN;
}

static inline int64
saturate_mul(int64 a, int64 b)
{
	int64		product;

	if (!pg_mul_s64_overflow(a, b, &product))
		return product;
	return (a > 0) == (b > 0) ? PG_INT64_MAX : PG_INT64_MIN;
}

#endif
