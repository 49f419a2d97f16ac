/*
 * record.h
 *	  Which requests the API got, and how it answered.  Thread-safe.
 */
#ifndef RECORD_H
#define RECORD_H

#include "exchange.h"

/* Enter a request that is not answered yet; sets the exchange's ticket. */
extern void record_begin(Exchange *exchange);

/* Enter how it was answered; body bytes before and after compression. */
extern void record_answer(const Exchange *exchange, size_t bytes,
						  size_t wire_bytes);

/* The answer is out, or its connection is gone. */
extern void record_end(const Exchange *exchange);

extern int	record_connection(void);	/* the number of a new connection */
extern void record_connection_end(void);

extern void record_clear(void);
extern void record_csv(Buffer *out);
extern void record_stat(Buffer *out);

#endif
