/*
 * api.h
 *	  The API itself: anything under /v1, and its bench pages under /bench.
 */
#ifndef API_H
#define API_H

#include "exchange.h"

/* Answer; sleeps first if the settings say so. */
extern void api_answer(Exchange *exchange);

#endif
