/*
 * query_level_private.h
 *	  What the files of query_level share.
 */
#ifndef USAGE_QUERY_LEVEL_PRIVATE_H
#define USAGE_QUERY_LEVEL_PRIVATE_H

#include "plan/query_level.h"

/* In query_level_above.c: */

/*
 * The relation of the level above that stands for this level's rows, if it is a
 * sub-query in that level's FROM which is being planned now; NULL if it is not,
 * or in doubt.
 */
extern RelOptInfo *query_level_above(PlannerInfo *root);

/* What a set operation makes of the rows of a leg. */
typedef enum LegUse
{
	LEG_NONE,					/* it is no leg */
	LEG_PASSED,					/* they are its own, of UNION ALL */
	LEG_MERGED,					/* those that are alike become one: UNION, INTERSECT
								 * or EXCEPT without ALL */
	LEG_COUNTED					/* it depends on how often they come */
} LegUse;

/* Is this level a leg of a set operation, and of what kind? */
extern LegUse query_level_leg(PlannerInfo *root);

#endif
