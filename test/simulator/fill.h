/*
 * fill.h
 *	  How much an event used.  A filler finds the event's dimensions set, and
 *	  may change those that depend on each other.
 */
#ifndef FILL_H
#define FILL_H

#include "schema.h"

extern void fill_completions(Random *random, Event *event);
extern void fill_decisions(Random *random, Event *event);
extern void fill_tokens(Random *random, Event *event);
extern void fill_images(Random *random, Event *event);
extern void fill_speeches(Random *random, Event *event);
extern void fill_transcriptions(Random *random, Event *event);
extern void fill_vector_stores(Random *random, Event *event);
extern void fill_calls(Random *random, Event *event);
extern void fill_web_searches(Random *random, Event *event);
extern void fill_costs(Random *random, Event *event);

#endif
