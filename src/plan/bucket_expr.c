/*
 * bucket_expr.c
 *	  Expressions that have one value for each bucket, and can't fail.
 *
 * A bucket's edges are between 1970 and tomorrow.  What is computed from them
 * is followed as a time, an interval or a number of a known magnitude; so is seen
 * where an operation could overflow.
 * What has no column must not fail either: execution may never get to it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"

#include "base/compat.h"
#include "plan/bucket_expr_private.h"

/* An expression of more nodes is not looked into. */
#define MAX_NODES 200

typedef struct BucketContext
{
	const UsageTable *table;
	PlannerInfo *root;
	Index		relid;
	bool		restricts;		/* see bucket_expr_restricts() */
	int			nodes;			/* looked at until now */
	int			edges;			/* mentioned */
} BucketContext;

static const KnownValue fails = {VALUE_FAILS};
static const KnownValue any = {VALUE_ANY};

/* Of edges, and of this moment. */
static const KnownValue time_value = {VALUE_TIME, 1e10};

static KnownValue look_at(BucketContext *cx, Node *expr);
static KnownValue look_at_any_of(BucketContext *cx, List *exprs);

/*
 * An argument of an operator.  Of the restriction's own operator, it may be
 * anything that is evaluated before the scan.
 */
static KnownValue
look_at_argument(BucketContext *cx, Node *expr, bool outermost)
{
	KnownValue	value = look_at(cx, expr);

	return value.kind == VALUE_FAILS && outermost && cx->restricts &&
		bucket_expr_is_value(cx->root, cx->relid, expr) ? any : value;
}

static KnownValue
look_at_call(BucketContext *cx, Oid funcid, Oid opno, List *args, Oid type, Oid collation)
{
	bool		outermost = cx->nodes == 1;
	KnownValue *values = palloc(sizeof(KnownValue) * Max(list_length(args), 1));
	bool		safe = true;
	ListCell   *lc;

	foreach(lc, args)
	{
		KnownValue	value = look_at_argument(cx, lfirst(lc), outermost);

		values[foreach_current_index(lc)] = value;
		safe = safe && value.kind != VALUE_FAILS;
	}
	if (safe && OidIsValid(opno) && bucket_expr_is_comparison(opno, collation))
		return any;
	return bucket_expr_call(funcid, collation, args, values, type);
}

/* IS DISTINCT FROM and NULLIF, by their equality. */
static KnownValue
look_at_equality(BucketContext *cx, OpExpr *op)
{
	return look_at_any_of(cx, op->args).kind != VALUE_FAILS &&
		bucket_expr_is_comparison(op->opno, op->inputcollid) ? any : fails;
}

/* "= ANY (...)" and the like. */
static KnownValue
look_at_array(BucketContext *cx, ScalarArrayOpExpr *op)
{
	bool		outermost = cx->nodes == 1;

	if (look_at_argument(cx, linitial(op->args), outermost).kind == VALUE_FAILS ||
		look_at_argument(cx, lsecond(op->args), outermost).kind == VALUE_FAILS ||
		!bucket_expr_is_comparison(op->opno, op->inputcollid))
		return fails;
	return any;
}

/* The kind of all of them, if it is one, as each may be the result. */
static KnownValue
look_at_any_of(BucketContext *cx, List *exprs)
{
	KnownValue	common = any;
	ListCell   *lc;

	foreach(lc, exprs)
	{
		KnownValue	value = lfirst(lc) ? look_at(cx, lfirst(lc)) : any;

		if (value.kind == VALUE_FAILS)
			return fails;
		if (foreach_current_index(lc) == 0)
			common = value;
		else if (common.kind != value.kind)
			common = any;
		else
			common.most = Max(common.most, value.most);
	}
	return common;
}

static KnownValue
look_at_case(BucketContext *cx, const CaseExpr *choice)
{
	List	   *conditions = NIL;
	List	   *results = NIL;
	ListCell   *lc;

	/* a CaseTestExpr stands for its argument, of which nothing is known there */
	if (choice->arg)
		return fails;
	foreach(lc, choice->args)
	{
		conditions = lappend(conditions, lfirst_node(CaseWhen, lc)->expr);
		results = lappend(results, lfirst_node(CaseWhen, lc)->result);
	}
	if (look_at_any_of(cx, conditions).kind == VALUE_FAILS)
		return fails;
	return look_at_any_of(cx, lappend(results, choice->defresult));
}

/* Output functions of these types show every value. */
static KnownValue
look_at_text(BucketContext *cx, const CoerceViaIO *cast)
{
	Oid			type = exprType((Node *) cast->arg);

	if (cast->resulttype != TEXTOID || !bucket_expr_is_comparable(type) ||
		look_at(cx, (Node *) cast->arg).kind == VALUE_FAILS)
		return fails;
	return any;
}

static KnownValue
look_at_column(BucketContext *cx, Node *expr)
{
	const UsageTableColumn *column = table_var(cx->table, cx->relid, expr);

	if (!column || column->role != USAGE_BUCKET)
		return fails;
	cx->edges++;
	return time_value;
}

/* What can be followed of an expression. */
static KnownValue
look_into(BucketContext *cx, Node *expr)
{
	switch (nodeTag(expr))
	{
		case T_Var:
			return look_at_column(cx, expr);
		case T_Const:
			return bucket_expr_constant((Const *) expr);
		case T_RelabelType:
			return look_at(cx, (Node *) ((RelabelType *) expr)->arg);
		case T_FuncExpr:
			return look_at_call(cx, ((FuncExpr *) expr)->funcid, InvalidOid,
								((FuncExpr *) expr)->args, exprType(expr),
								((FuncExpr *) expr)->inputcollid);
		case T_OpExpr:
			return look_at_call(cx, ((OpExpr *) expr)->opfuncid, ((OpExpr *) expr)->opno,
								((OpExpr *) expr)->args, exprType(expr),
								((OpExpr *) expr)->inputcollid);
		case T_DistinctExpr:
		case T_NullIfExpr:
			return look_at_equality(cx, (OpExpr *) expr);
		case T_ScalarArrayOpExpr:
			return look_at_array(cx, (ScalarArrayOpExpr *) expr);
		case T_BoolExpr:
			return look_at_any_of(cx, ((BoolExpr *) expr)->args);
		case T_NullTest:
			return ((NullTest *) expr)->argisrow ||
				look_at(cx, (Node *) ((NullTest *) expr)->arg).kind == VALUE_FAILS ? fails : any;
		case T_BooleanTest:
			return look_at(cx, (Node *) ((BooleanTest *) expr)->arg);
		case T_CoalesceExpr:
			return look_at_any_of(cx, ((CoalesceExpr *) expr)->args);
		case T_MinMaxExpr:
			return bucket_expr_is_comparable(exprType(expr)) ?
				look_at_any_of(cx, ((MinMaxExpr *) expr)->args) : fails;
		case T_CaseExpr:
			return look_at_case(cx, (CaseExpr *) expr);
		case T_CoerceViaIO:
			return look_at_text(cx, (CoerceViaIO *) expr);
		default:
			return fails;
	}
}

/* Is it this moment or day, which is near to the buckets? */
static bool
is_now(Node *expr)
{
	if (IsA(expr, SQLValueFunction))
		return ((SQLValueFunction *) expr)->op == SVFOP_CURRENT_DATE ||
			((SQLValueFunction *) expr)->op == SVFOP_CURRENT_TIMESTAMP ||
			((SQLValueFunction *) expr)->op == SVFOP_CURRENT_TIMESTAMP_N ||
			((SQLValueFunction *) expr)->op == SVFOP_LOCALTIMESTAMP ||
			((SQLValueFunction *) expr)->op == SVFOP_LOCALTIMESTAMP_N;
	return IsA(expr, FuncExpr) &&
		(((FuncExpr *) expr)->funcid == F_NOW ||
		 ((FuncExpr *) expr)->funcid == F_TRANSACTION_TIMESTAMP ||
		 ((FuncExpr *) expr)->funcid == F_STATEMENT_TIMESTAMP);
}

static KnownValue
look_at(BucketContext *cx, Node *expr)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (++cx->nodes > MAX_NODES)
		return fails;
	if (is_now(expr))
		return time_value;
	return IsA(expr, Param) ? any : look_into(cx, expr);
}

bool
bucket_expr_is_value(PlannerInfo *root, Index relid, Node *expr)
{
	return !bms_is_member(relid, pull_varnos(root, expr)) &&
		!contain_volatile_functions(expr) && !contain_subplans(expr);
}

static bool
has_value(BucketContext *cx, Node *expr)
{
	return look_at(cx, expr).kind != VALUE_FAILS && cx->edges > 0;
}

bool
bucket_expr_has_value(const UsageTable *table, Index relid, Node *expr)
{
	BucketContext cx = {.table = table, .relid = relid};

	return has_value(&cx, expr);
}

bool
bucket_expr_restricts(const UsageTable *table, PlannerInfo *root, Index relid, Node *expr)
{
	BucketContext cx = {.table = table, .root = root, .relid = relid, .restricts = true};

	return has_value(&cx, expr);
}
