/*
 * join.h
 *	  Which other relations could narrow a scan by their rows?
 */
#ifndef USAGE_JOIN_H
#define USAGE_JOIN_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * The sets of other relations whose rows make filters of join clauses: a list
 * of ParamPathInfo, each for a path that takes their values.  A set is there
 * only if it narrows more than those in it; there are but a few.
 */
extern List *join_params(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table);

#endif
