/*
 * random.h
 *	  Reproducible randomness: a hash that is also a generator (splitmix64).
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Random
{
	uint64_t	state;
} Random;

static inline uint64_t
hash_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static inline uint64_t
hash_add(uint64_t hash, uint64_t value)
{
	return hash_mix(hash ^ (value + UINT64_C(0x9e3779b97f4a7c15)));
}

static inline uint64_t
hash_bytes(uint64_t hash, const char *bytes, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) bytes[i]) * UINT64_C(0x100000001b3);
	return hash_mix(hash ^ length);
}

static inline uint64_t
random_next(Random *random)
{
	random->state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix(random->state);
}

/* Uniform enough in 0 .. bound - 1; bound is positive. */
static inline int64_t
random_below(Random *random, int64_t bound)
{
	return (int64_t) ((random_next(random) >> 1) % (uint64_t) bound);
}

/* True with a probability of share / 256. */
static inline bool
random_share(Random *random, int share)
{
	return random_below(random, 256) < share;
}

#endif
