/*
 * grain_private.h
 *	  What the files of grain share.
 */
#ifndef USAGE_GRAIN_PRIVATE_H
#define USAGE_GRAIN_PRIVATE_H

#include "plan/grain.h"

/*
 * Does the expression mention a column of this table that may differ among the
 * rows that a coarser row stands for: a measure, a label, the whole row, a
 * system column?
 */
extern bool grain_mentions_uncommon(Node *expr, const QueryLevel *level);

/*
 * Is the aggregate a sum that is the same over coarser rows (condition 3)?  In
 * grain_sum.c.
 */
extern bool grain_is_qualified_sum(const QueryLevel *level, Aggref *agg);

#endif
