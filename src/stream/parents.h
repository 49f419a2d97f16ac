/*
 * parents.h
 *	  The parents of a table's objects, all that there are.
 *
 * A list such as a project's users is asked for project by project.  Where a
 * query does not say of which, the list of projects is read first, once a scan.
 */
#ifndef USAGE_PARENTS_H
#define USAGE_PARENTS_H

#include "catalogue/table.h"
#include "request/bound.h"
#include "stream/fetch.h"

typedef struct Parents Parents;

/*
 * Get ready to read the parents.  Lives in CurrentMemoryContext; the arguments
 * must live as long, but for the key.  ERROR HV00L where the catalogue does not
 * know what lists them: the query must say which.
 */
extern Parents *parents_open(const UsageTable *table, const char *api_key, FetchReport *report);

/*
 * Read them, unless they were read before.  False: that would have to wait,
 * and `wait` is false.  ERRORs are those of stream_next().
 */
extern bool parents_read(Parents *parents, bool wait);

/*
 * After that: let the request ask all of them.  It must not outlive the
 * parents.
 */
extern void parents_apply(const Parents *parents, BoundRequest *request);

/* As stream_due(), while they are being read. */
extern TimestampTz parents_due(const Parents *parents);

/* End it before its context does. */
extern void parents_close(Parents *parents);

#endif
