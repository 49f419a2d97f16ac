/*
 * bind_private.h
 *	  What the files of bind share.
 */
#ifndef USAGE_BIND_PRIVATE_H
#define USAGE_BIND_PRIVATE_H

#include "request/bind.h"

typedef struct BindContext
{
	const UsageRequest *request;
	const UsageTable *table;
	BindValue	value;
	void	   *arg;
	TimestampTz now;
	bool		plain;			/* only what plain comparisons say */
	bool		has_other;		/* comparisons; set on the way */
} BindContext;

/*
 * The ranges of the whole request, within the table's history and up to the
 * end of the bucket that contains now; history_start and asked as well.
 */
extern void bind_time(BindContext *cx, BoundRequest *bound);

/* The elements of an array of that type, palloc'd. */
extern void bind_elements(Datum array, Oid type, Datum **values, bool **nulls, int *count);

#endif
