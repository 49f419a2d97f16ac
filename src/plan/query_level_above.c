/*
 * query_level_above.c
 *	  What is a query level to the level above?
 *
 * PostgreSQL plans a sub-query that it does not pull up (a member of UNION ALL
 * with a WHERE, a view with an ORDER BY) as a level of its own, and a leg of a
 * set operation as well.  It does so while the level above is being planned, and
 * keeps no link to what stands there for the sub-query.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "parser/parsetree.h"

#include "base/compat.h"
#include "plan/query_level_private.h"

/*
 * The first sub-query in a relation of a level, or in its members, that has no
 * plan yet.  A relation that is known to be empty gets none.
 */
static RelOptInfo *
first_unplanned(PlannerInfo *root, RelOptInfo *rel)
{
	RangeTblEntry *rte;
	ListCell   *lc;

	if (rel == NULL || IS_DUMMY_REL(rel))
		return NULL;
	rte = root->simple_rte_array[rel->relid];
	if (rte->rtekind != RTE_SUBQUERY)
		return NULL;
	if (!rte->inh)
		return rel->subroot ? NULL : rel;
	foreach(lc, root->append_rel_list)
	{
		AppendRelInfo *member = lfirst_node(AppendRelInfo, lc);
		RelOptInfo *found = NULL;

		if (member->parent_relid == rel->relid)
			found = first_unplanned(root, root->simple_rel_array[member->child_relid]);
		if (found)
			return found;
	}
	return NULL;
}

/*
 * Relations are planned in the order of the range table, and members in the
 * order of their list (set_base_rel_sizes() and set_append_rel_size() in
 * PostgreSQL's allpaths.c), so that the first without a plan has its turn.
 */
static RelOptInfo *
planned_now(PlannerInfo *root)
{
	for (int relid = 1; relid < root->simple_rel_array_size; relid++)
	{
		RelOptInfo *rel = root->simple_rel_array[relid];
		RelOptInfo *found = NULL;

		if (rel && rel->reloptkind == RELOPT_BASEREL)
			found = first_unplanned(root, rel);
		if (found)
			return found;
	}
	return NULL;
}

/*
 * May the query have been made of a copy of the other?  Planning appends to the
 * range table, and leaves relations where they were.
 */
static bool
is_made_of(const Query *query, const Query *original)
{
	ListCell   *lc;
	ListCell   *lc_original;

	if (list_length(query->targetList) < list_length(original->targetList) ||
		list_length(query->rtable) < list_length(original->rtable))
		return false;
	forboth(lc, query->rtable, lc_original, original->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		RangeTblEntry *rte_original = lfirst_node(RangeTblEntry, lc_original);

		if (rte_original->rtekind == RTE_RELATION &&
			(rte->rtekind != RTE_RELATION || rte->relid != rte_original->relid))
			return false;
	}
	return true;
}

/*
 * Sub-selects of expressions and CTEs are planned before the level above has
 * any relations.
 */
RelOptInfo *
query_level_above(PlannerInfo *root)
{
	PlannerInfo *above = root->parent_root;
	RelOptInfo *rel;

	if (above == NULL || above->parse->setOperations != NULL)
		return NULL;
	rel = planned_now(above);
	if (rel == NULL || !is_made_of(root->parse, above->simple_rte_array[rel->relid]->subquery))
		return NULL;
	return rel;
}

/*
 * Find a leg in a part of a set operation.  use: of what this part gives.  How
 * often a row comes never matters to an operation without ALL, but to EXCEPT ALL
 * even where what that gives is merged.  A leg is planned without making a copy.
 */
static LegUse
find_leg(Node *part, const Query *query, const Query *leg, LegUse use)
{
	SetOperationStmt *operation = (SetOperationStmt *) part;
	LegUse		found;

	check_stack_depth();
	if (IsA(part, RangeTblRef))
		return rt_fetch(((RangeTblRef *) part)->rtindex, query->rtable)->subquery == leg ?
			use : LEG_NONE;
	if (!operation->all)
		use = LEG_MERGED;
	else if (operation->op == SETOP_EXCEPT ||
			 (operation->op == SETOP_INTERSECT && use == LEG_PASSED))
		use = LEG_COUNTED;
	found = find_leg(operation->larg, query, leg, use);
	return found != LEG_NONE ? found : find_leg(operation->rarg, query, leg, use);
}

LegUse
query_level_leg(PlannerInfo *root)
{
	const Query *query = root->parent_root ? root->parent_root->parse : NULL;

	if (query == NULL || query->setOperations == NULL)
		return LEG_NONE;
	return find_leg(query->setOperations, query, root->parse, LEG_PASSED);
}
