/*
 * measure.h
 *	  Where an event has which dimension and measure: their order in schema.c.
 */
#ifndef MEASURE_H
#define MEASURE_H

/* the dimensions of most endpoints */
enum
{
	BY_PROJECT, BY_USER, BY_API_KEY, BY_MODEL
};

/* and those that completions and decisions have beside them */
enum
{
	CHAT_BATCH = 4, CHAT_SERVICE_TIER, CHAT_API_SOURCE
};

enum
{
	IMAGE_SIZE = 4, IMAGE_SOURCE
};

enum
{
	SEARCH_CONTEXT_LEVEL = 4, SEARCH_API_SOURCE
};

enum
{
	FILE_SEARCH_STORE = 3
};

enum
{
	STORE_PROJECT, STORE_ID
};

enum
{
	COST_PROJECT, COST_LINE_ITEM, COST_API_KEY, COST_USER, COST_API_SOURCE
};

/* the measures of completions and decisions */
enum
{
	INPUT, OUTPUT, REQUESTS,
	CACHED, CACHE_WRITE, UNCACHED,
	TEXT, OUTPUT_TEXT, CACHED_TEXT,
	AUDIO, CACHED_AUDIO, OUTPUT_AUDIO,
	IMAGE, CACHED_IMAGE, OUTPUT_IMAGE,
	CACHE_WRITE_30M, CACHE_WRITE_12H,
	CHAT_MEASURES
};

/* of most others: what is counted, and in how many requests */
enum
{
	COUNTED, COUNTED_REQUESTS
};

enum
{
	SEARCH_MODEL_REQUESTS, SEARCH_REQUESTS
};

enum
{
	COST_AMOUNT, COST_QUANTITY
};

#endif
