/*
 * plan.h
 *	  Size, paths and plan of a scan: the planner's callbacks.
 */
#ifndef USAGE_PLAN_H
#define USAGE_PLAN_H

#include "foreign/fdwapi.h"

/* FdwRoutine callbacks; see PostgreSQL's fdwhandler documentation. */
extern void usageGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid);
extern void usageGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid);
extern ForeignScan *usageGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel,
										Oid foreigntableid, ForeignPath *best_path,
										List *tlist, List *scan_clauses, Plan *outer_plan);

#endif
