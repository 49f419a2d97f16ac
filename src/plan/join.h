/*
 * join.h
 *	  Which other relations could narrow a scan by their rows?
 */
#ifndef USAGE_JOIN_H
#define USAGE_JOIN_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * The sets of other relations whose values turn join clauses into conditions of
 * requests, on time or on dimensions: a list of ParamPathInfo, each for a path
 * that is parameterized by a set.  A set is there only if it makes more
 * conditions than its subsets; they are at most ten.
 */
extern List *join_params(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table);

#endif
