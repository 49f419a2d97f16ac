/*
 * join.c
 *	  Which other relations could narrow a scan by their rows?
 *
 * A join clause that the API can check once the other side's values are known
 * is a reason for a path that scans once per row of the other side.  Clauses
 * come from two places, as for index scans: joininfo, and equivalence classes.
 */
#include "postgres.h"

#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "utils/memutils.h"

#include "plan/join.h"
#include "plan/qual.h"

/* The most sets: each one gives the planner more joins to try. */
#define MAX_SETS 10

typedef struct JoinContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const UsageTable *table;
	List	   *sets;			/* of Relids, distinct */
} JoinContext;

/*
 * How many conditions on requests do the clauses make?  What that allocates may
 * be large, and is freed.
 */
static int
count_conditions(JoinContext *cx, List *clauses)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw joins",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	UsageRequest scratch = {0};
	int			count;
	ListCell   *lc;

	foreach(lc, clauses)
		(void) qual_narrow(&scratch, cx->table, cx->root, cx->rel,
						   lfirst_node(RestrictInfo, lc)->clause);
	count = list_length(scratch.filters) + list_length(scratch.time);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return count;
}

static void
add_set(JoinContext *cx, Relids set)
{
	ListCell   *lc;

	foreach(lc, cx->sets)
		if (bms_equal(lfirst(lc), set))
			return;
	if (list_length(cx->sets) < MAX_SETS)
		cx->sets = lappend(cx->sets, set);
}

/*
 * Add the set of relations that each clause takes values of, if it makes a
 * condition.
 */
static void
add_clauses(JoinContext *cx, List *clauses)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		Relids		set;

		if (!join_clause_is_movable_to(rinfo, cx->rel) ||
			count_conditions(cx, list_make1(rinfo)) == 0)
			continue;
		set = bms_union(rinfo->clause_relids, cx->rel->lateral_relids);
		set = bms_del_member(set, cx->rel->relid);
		if (!bms_is_empty(set))
			add_set(cx, set);
	}
}

/*
 * The relation's members of equivalence classes, searched for one at a time.
 */
typedef struct MemberSearch
{
	Expr	   *current;		/* NULL: none has been found yet */
	List	   *done;			/* those found before */
} MemberSearch;

/* An ec_matches_callback_type. */
static bool
is_member_searched(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				   EquivalenceMember *em, void *arg)
{
	MemberSearch *search = arg;

	if (search->current)
		return equal(em->em_expr, search->current);
	if (list_member(search->done, em->em_expr))
		return false;
	search->current = em->em_expr;
	return true;
}

static void
add_classes(JoinContext *cx)
{
	MemberSearch search = {0};

	while (cx->rel->has_eclass_joins)
	{
		List	   *clauses;

		search.current = NULL;
		clauses = generate_implied_equalities_for_column(cx->root, cx->rel,
														 is_member_searched, &search,
														 cx->rel->lateral_referencers);
		if (!search.current)
			break;
		add_clauses(cx, clauses);
		search.done = lappend(search.done, search.current);
	}
}

/* Add unions of the sets: several relations may narrow the scan together. */
static void
add_unions(JoinContext *cx)
{
	List	   *single = list_copy(cx->sets);
	ListCell   *lc;

	/* the list grows as we go */
	for (int i = 0; i < list_length(cx->sets) && list_length(cx->sets) < MAX_SETS; i++)
		foreach(lc, single)
			add_set(cx, bms_union(list_nth(cx->sets, i), lfirst(lc)));
}

/* Does the set make conditions, and more than each of its subsets? */
static bool
is_worth(const ParamPathInfo *param, int nconditions, List *others, List *others_counts)
{
	ListCell   *lc;
	ListCell   *count;

	forboth(lc, others, count, others_counts)
	{
		const ParamPathInfo *other = lfirst(lc);

		if (bms_is_subset(other->ppi_req_outer, param->ppi_req_outer) &&
			lfirst_int(count) >= nconditions)
			return false;
	}
	return nconditions > 0;
}

List *
join_params(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table)
{
	JoinContext cx = {.root = root, .rel = rel, .table = table};
	List	   *params = NIL;
	List	   *counts = NIL;	/* of their conditions (integers) */
	ListCell   *lc;

	add_clauses(&cx, rel->joininfo);
	add_classes(&cx);
	add_unions(&cx);
	foreach(lc, cx.sets)
	{
		ParamPathInfo *param = get_baserel_parampathinfo(root, rel, lfirst(lc));
		int			nconditions = count_conditions(&cx, param->ppi_clauses);

		if (!is_worth(param, nconditions, params, counts))
			continue;
		params = lappend(params, param);
		counts = lappend_int(counts, nconditions);
	}
	return params;
}
