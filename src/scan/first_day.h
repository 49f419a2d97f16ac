/*
 * first_day.h
 *	  From which day on does a table of buckets have rows?
 */
#ifndef USAGE_FIRST_DAY_H
#define USAGE_FIRST_DAY_H

#include "utils/date.h"

#include "catalogue/table.h"
#include "stream/stream.h"

/*
 * Ask the API, by one small request, for the first UTC day that the table
 * reaches.  grouped: by the table's dimensions, some of which may have a first
 * day of their own.  Allocates in CurrentMemoryContext.  ERRORs are those of a scan;
 * interrupts are serviced.
 */
extern DateADT first_day_ask(const UsageTable *table, TupleDesc tupdesc, bool grouped,
							 const char *api_key, FetchReport *report);

#endif
