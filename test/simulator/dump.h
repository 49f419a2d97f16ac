/*
 * dump.h
 *	  The events as CSV: what the pages of the API are sums of.
 */
#ifndef DUMP_H
#define DUMP_H

#include "buffer.h"
#include "events.h"

/* Header and a line for each visible event in [from, to). */
extern void dump_events(const Endpoint *endpoint, const View *view,
						int64_t from, int64_t to, Buffer *out);

#endif
