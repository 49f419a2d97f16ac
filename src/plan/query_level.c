/*
 * query_level.c
 *	  What becomes of the rows of a relation?
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"

#include "base/compat.h"
#include "plan/query_level_private.h"

/*
 * Where the relation's rows are, on their way up: in itself, or in a sub-query
 * of a level above.
 */
typedef struct Place
{
	PlannerInfo *root;
	RelOptInfo *rel;			/* the relation, or the sub-query */
	RelOptInfo *relation;
	int			nrelations;		/* size of the range table that has it */
	List	   *outputs;		/* the sub-query's target list, of the relation's
								 * columns */
} Place;

/*
 * Replace the parent's columns in an expression by a member's.  Not by
 * adjust_appendrel_attrs(), which may raise an error for a column of the
 * parent above an outer join.  What has no translation (the whole row, system
 * columns) becomes the same of the member.
 */
static Node *
to_member(Node *node, AppendRelInfo *member)
{
	Var		   *var = (Var *) node;
	Node	   *translated = NULL;

	if (node == NULL)
		return NULL;
	if (!IsA(node, Var))
		return expression_tree_mutator(node, to_member, member);
	if (var->varno != member->parent_relid || var->varlevelsup != 0)
		return node;
	if (var->varattno > 0 && var->varattno <= list_length(member->translated_vars))
		translated = list_nth(member->translated_vars, var->varattno - 1);
	if (translated)
		return copyObject(translated);
	var = copyObject(var);
	var->varno = member->child_relid;
	var->varattno = Min(var->varattno, 0);
	return (Node *) var;
}

/* The link from a member to its parent; NULL if it has none. */
static AppendRelInfo *
member_info(PlannerInfo *root, Index relid)
{
	return root->append_rel_array ? root->append_rel_array[relid] : NULL;
}

/*
 * Translate from the topmost parent down to `relid`, as members may have
 * members.
 */
static Node *
to_relation(PlannerInfo *root, Node *node, Index relid)
{
	AppendRelInfo *member = member_info(root, relid);

	if (!member)
		return node;
	return to_member(to_relation(root, node, member->parent_relid), member);
}

static Index
topmost_parent(PlannerInfo *root, Index relid)
{
	AppendRelInfo *member;

	while ((member = member_info(root, relid)))
		relid = member->parent_relid;
	return relid;
}

/*
 * Replace a sub-query's columns in an expression of the level above by what they
 * are, and its whole row by the relation's.  Relations of that level get numbers
 * that none has in the relation's own.
 */
static Node *
to_output(Node *node, Place *place)
{
	Var		   *var = (Var *) node;
	TargetEntry *output;

	if (node == NULL)
		return NULL;
	if (!IsA(node, Var))
		return expression_tree_mutator(node, to_output, place);
	if (var->varno == place->rel->relid && var->varlevelsup == 0)
	{
		output = get_tle_by_resno(place->outputs, var->varattno);
		return output ? (Node *) output->expr :
			(Node *) makeVar(place->relation->relid, 0, RECORDOID, -1, InvalidOid, 0);
	}
	var = copyObject(var);
	var->varno += place->nrelations;
	return (Node *) var;
}

/* An expression at that place, as one of the relation's columns. */
static Node *
to_columns(Place *place, Node *node)
{
	node = to_relation(place->root, node, place->rel->relid);
	return place->rel == place->relation ? node : to_output(node, place);
}

/*
 * Columns that are needed elsewhere than in the final target list.  PostgreSQL
 * keeps attr_needed for the topmost parent only, and not for what a
 * PlaceHolderVar uses that the relation itself evaluates (own_placeholders()).
 */
static List *
joined_columns(const Place *place)
{
	RelOptInfo *top = place->root->simple_rel_array[topmost_parent(place->root, place->rel->relid)];
	List	   *columns = NIL;

	for (int attnum = top->min_attr; attnum <= top->max_attr; attnum++)
	{
		Relids		needed = top->attr_needed[attnum - top->min_attr];

		if (bms_is_empty(needed) ||
			(bms_membership(needed) == BMS_SINGLETON && bms_is_member(0, needed)))
			continue;
		/*
		 * the type does not matter, as only varno and varattno are looked at
		 */
		columns = lappend(columns, makeVar(top->relid, attnum, InvalidOid, -1, InvalidOid, 0));
	}
	return columns;
}

/*
 * PlaceHolderVars that the relation evaluates, as joins and WHERE may see
 * them.
 */
static List *
own_placeholders(const RelOptInfo *rel)
{
	List	   *placeholders = NIL;
	ListCell   *lc;

	foreach(lc, rel->reltarget->exprs)
	{
		if (IsA(lfirst(lc), PlaceHolderVar))
			placeholders = lappend(placeholders, lfirst(lc));
	}
	return placeholders;
}

/*
 * Note what a level needs of the relation beside its target list.  The
 * restrictions of a sub-query are those that were not pushed down into it.
 */
static void
add_joined(QueryLevel *level, Place *place)
{
	List	   *joined = list_concat(joined_columns(place), own_placeholders(place->rel));

	if (place->rel != place->relation)
		joined = list_concat(joined, extract_actual_clauses(place->rel->baserestrictinfo, false));
	level->joined = list_concat(level->joined, (List *) to_columns(place, (Node *) joined));
}

/*
 * Is there a sub-select that may run once per row?  It may be volatile, even
 * if it takes columns of other tables only, as its own functions are not
 * examined.  One that runs only once is not a SubPlan by now but a Param.
 */
static bool
has_subplan(Node *expr, void *unused)
{
	/* a Query is a level of its own, whose sublinks are not planned yet */
	if (expr == NULL || IsA(expr, Query))
		return false;
	return IsA(expr, SubPlan) || expression_tree_walker(expr, has_subplan, unused);
}

/*
 * Is it read from one execution, however often it is joined?  A function in FROM
 * is, if it takes no columns of others: its rows are kept (nodeFunctionscan.c).
 */
static bool
is_executed_once(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_FUNCTION && !rte->lateral;
}

/*
 * Is there a volatile function that may be called once per row?  Not one in what is
 * executed once, as CTEs are, too.  What has no relation here is not executed: a
 * sub-query that was pulled up is still in the range table.
 */
static bool
has_volatile_per_row(const PlannerInfo *root)
{
	Query		per_row = *root->parse;

	per_row.cteList = NIL;
	per_row.rtable = NIL;
	for (int relid = 1; relid < root->simple_rel_array_size; relid++)
	{
		RangeTblEntry *rte = root->simple_rte_array[relid];

		if (root->simple_rel_array[relid] && !is_executed_once(rte))
			per_row.rtable = lappend(per_row.rtable, rte);
	}
	return contain_volatile_functions((Node *) &per_row);
}

/* Has the level what may count the rows that it reads? */
static bool
is_opaque(const PlannerInfo *root)
{
	Query	   *parse = root->parse;

	return parse->commandType != CMD_SELECT ||
		parse->rowMarks != NIL || parse->hasTargetSRFs ||
		has_volatile_per_row(root) ||
		query_tree_walker(parse, has_subplan, NULL, 0);
}

/* Does the level make one row of several, so that duplicates may vanish? */
static bool
makes_groups(const Query *parse)
{
	if (parse->hasWindowFuncs)
		return parse->hasAggs || parse->groupClause != NIL;
	return parse->hasAggs || parse->groupClause != NIL || parse->distinctClause != NIL;
}

/*
 * Does a level that makes no groups give a row for each that it reads, whichever
 * others there are?  One with GROUP BY () or HAVING alone gives one for all, of
 * which nobody can tell anything either.
 */
static bool
passes_rows(const Query *parse)
{
	return !parse->hasWindowFuncs && parse->limitCount == NULL && parse->limitOffset == NULL;
}

/*
 * Is the relation on the inner side of a semi- or anti-join?  Then only whether
 * there is a row matters.
 */
static bool
is_only_probed(const Place *place)
{
	Index		top = topmost_parent(place->root, place->rel->relid);
	ListCell   *lc;

	foreach(lc, place->root->join_info_list)
	{
		SpecialJoinInfo *join = lfirst_node(SpecialJoinInfo, lc);

		if ((join->jointype == JOIN_SEMI || join->jointype == JOIN_ANTI) &&
			bms_is_member(top, join->syn_righthand))
			return true;
	}
	return false;
}

/*
 * Rows that come in an order: what decides about it may be seen, too.  outputs:
 * the target list as columns of the relation.
 */
static void
add_order(QueryLevel *level, List *sort, List *targets, List *outputs)
{
	ListCell   *lc;

	foreach(lc, sort)
	{
		TargetEntry *target = get_sortgroupclause_tle(lfirst_node(SortGroupClause, lc), targets);

		level->joined = lappend(level->joined, get_tle_by_resno(outputs, target->resno)->expr);
	}
}

/* A leg's target list as the set operation has it, which may be of other types. */
static List *
as_leg(List *targets, const SetOperationStmt *operation)
{
	List	   *leg = NIL;
	ListCell   *lc;
	ListCell   *lc_type;

	forboth(lc, targets, lc_type, operation->colTypes)
	{
		TargetEntry *target = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));

		if (exprType((Node *) target->expr) != lfirst_oid(lc_type))
			target->expr = (Expr *) coerce_to_common_type(NULL, (Node *) target->expr,
														  lfirst_oid(lc_type), "UNION");
		leg = lappend(leg, target);
	}
	return leg;
}

/*
 * Go to the level above, if it gets the rows of this one as they are, or of a
 * UNION ALL that this is a leg of.
 */
static bool
climb(QueryLevel *level, Place *place)
{
	PlannerInfo *root = place->root;
	PlannerInfo *whole = query_level_leg(root) == LEG_PASSED ? root->parent_root : root;
	RelOptInfo *above = query_level_above(whole);
	List	   *targets = root->processed_tlist;
	List	   *outputs;

	if (above == NULL || !passes_rows(root->parse) || !passes_rows(whole->parse) ||
		is_opaque(root))
		return false;
	add_joined(level, place);
	outputs = (List *) to_columns(place, (Node *) targets);
	add_order(level, root->parse->sortClause, targets, outputs);
	if (whole != root)
	{
		targets = as_leg(targets, castNode(SetOperationStmt, whole->parse->setOperations));
		outputs = (List *) to_columns(place, (Node *) targets);
		add_order(level, whole->parse->sortClause, whole->parse->targetList, outputs);
	}
	place->outputs = outputs;
	place->root = whole->parent_root;
	place->rel = above;
	return true;
}

/* What one row is made of at this level; NIL if it makes none of several. */
static List *
merged_exprs(const Place *place)
{
	PlannerInfo *root = place->root;

	if (is_only_probed(place))
		return list_make1(place->rel->reltarget->exprs);
	if (makes_groups(root->parse))
		return list_make2(root->processed_tlist, root->parse->havingQual);
	if (passes_rows(root->parse) && query_level_leg(root) == LEG_MERGED)
		return list_make1(root->processed_tlist);
	return NIL;
}

QueryLevel *
query_level_describe(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel)
{
	QueryLevel *level = palloc0(sizeof(QueryLevel));
	Place		place = {
		.root = root,
		.rel = rel,
		.relation = rel,
		.nrelations = root->simple_rel_array_size
	};
	List	   *merged;

	level->table = table;
	level->rel = rel;
	while ((merged = merged_exprs(&place)) == NIL)
	{
		if (!climb(level, &place))
			return NULL;
	}
	if (is_opaque(place.root))
		return NULL;
	add_joined(level, &place);
	level->final = (List *) to_columns(&place, (Node *) merged);
	return level;
}
