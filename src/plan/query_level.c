/*
 * query_level.c
 *	  What does the query level do with the columns of a relation?
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"

#include "base/compat.h"
#include "plan/query_level.h"

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
to_relation(const QueryLevel *level, Node *node, Index relid)
{
	AppendRelInfo *member = member_info(level->root, relid);

	if (!member)
		return node;
	return to_member(to_relation(level, node, member->parent_relid), member);
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
 * Columns that are needed elsewhere than in the final target list.  PostgreSQL
 * keeps attr_needed for the topmost parent only, and not for what a
 * PlaceHolderVar uses that the relation itself evaluates (own_placeholders()).
 */
static List *
joined_columns(const QueryLevel *level)
{
	RelOptInfo *top = level->root->simple_rel_array[level->top];
	List	   *columns = NIL;

	for (int attnum = top->min_attr; attnum <= top->max_attr; attnum++)
	{
		Relids		needed = top->attr_needed[attnum - top->min_attr];
		Var		   *var;

		if (bms_is_empty(needed) ||
			(bms_membership(needed) == BMS_SINGLETON && bms_is_member(0, needed)))
			continue;
		/*
		 * the type does not matter, as only varno and varattno are looked at
		 */
		var = makeVar(top->relid, attnum, InvalidOid, -1, InvalidOid, 0);
		columns = lappend(columns, to_relation(level, (Node *) var, level->rel->relid));
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

QueryLevel *
query_level_describe(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel)
{
	QueryLevel *level = palloc0(sizeof(QueryLevel));
	List	   *final = list_make2(root->processed_tlist, root->parse->havingQual);

	level->table = table;
	level->root = root;
	level->rel = rel;
	level->top = topmost_parent(root, rel->relid);
	level->final = (List *) to_relation(level, (Node *) final, rel->relid);
	level->joined = list_concat(joined_columns(level), own_placeholders(rel));
	return level;
}
