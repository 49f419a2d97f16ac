/*
 * bucket_expr.c
 *	  Expressions that have one value for each bucket, and can't fail.
 *
 * A bucket's edges are between 1970 and tomorrow.  What is computed from them
 * is followed as a time that is near to them, as a span of time, or as a number
 * of a known magnitude; so is seen where an operation could overflow.
 * What has no column must not fail either: execution may never get to it.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/bucket_expr_private.h"

/* An expression of more nodes is not looked into. */
#define MAX_NODES 200
typedef struct BucketContext
{
	const UsageTable *table;
	Index		relid;
	int			nodes;			/* looked at until now */
	int			edges;			/* mentioned */
} BucketContext;

static const Value fails = {VALUE_FAILS};
static const Value any = {VALUE_ANY};
static const Value time_value = {VALUE_TIME};

static Value look_at(BucketContext *cx, Node *expr);

static Value
look_at_call(BucketContext *cx, Oid funcid, Oid opno, List *args, Oid type, Oid collation)
{
	int			nargs = list_length(args);
	Value	   *values = palloc(sizeof(Value) * Max(nargs, 1));
	bool		safe = true;

	for (int i = 0; i < nargs; i++)
	{
		values[i] = look_at(cx, list_nth(args, i));
		safe = safe && values[i].kind != VALUE_FAILS;
	}
	if (OidIsValid(opno) && bucket_expr_is_comparison(opno, collation))
		return safe ? any : fails;
	return bucket_expr_call(funcid, collation, args, values, type);
}

/* The kind of all of them, if it is one, as each may be the result. */
static Value
look_at_any_of(BucketContext *cx, List *exprs)
{
	Value		common = any;
	ListCell   *lc;

	foreach(lc, exprs)
	{
		Value		value = lfirst(lc) ? look_at(cx, lfirst(lc)) : any;

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

static Value
look_at_case(BucketContext *cx, const CaseExpr *choice)
{
	List	   *conditions = NIL;
	List	   *results = NIL;
	ListCell   *lc;

	/* its own CaseTestExpr would be taken for the start */
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
static Value
look_at_text(BucketContext *cx, const CoerceViaIO *cast)
{
	Oid			type = exprType((Node *) cast->arg);

	if (cast->resulttype != TEXTOID || !bucket_expr_is_comparable(type) ||
		look_at(cx, (Node *) cast->arg).kind == VALUE_FAILS)
		return fails;
	return any;
}

static Value
look_at_column(BucketContext *cx, Node *expr)
{
	const UsageTableColumn *column = table_var(cx->table, cx->relid, expr);

	if (!column || column->role != USAGE_BUCKET)
		return fails;
	cx->edges++;
	return time_value;
}

/* What can be followed of an expression. */
static Value
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
		case T_ScalarArrayOpExpr:
			{
				ScalarArrayOpExpr *op = (ScalarArrayOpExpr *) expr;

				return bucket_expr_is_comparison(op->opno, op->inputcollid) ?
					look_at_any_of(cx, op->args).kind == VALUE_FAILS ? fails : any : fails;
			}
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

static Value
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

static Node *
start_expr(void)
{
	CaseTestExpr *start = makeNode(CaseTestExpr);

	start->typeId = TIMESTAMPTZOID;
	start->typeMod = -1;
	return (Node *) start;
}

static Node *
end_expr(int64 width_us)
{
	Interval   *width = palloc0(sizeof(Interval));

	width->time = width_us;
	return (Node *) makeFuncExpr(F_TIMESTAMPTZ_PL_INTERVAL, TIMESTAMPTZOID,
								 list_make2(start_expr(),
											makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval),
													  IntervalPGetDatum(width), false, false)),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

static Node *
day_expr(void)
{
	Const	   *utc = makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
								PointerGetDatum(cstring_to_text("UTC")), false, false);
	FuncExpr   *in_utc = makeFuncExpr(F_TIMEZONE_TEXT_TIMESTAMPTZ, TIMESTAMPOID,
									  list_make2(utc, start_expr()),
									  InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);

	return (Node *) makeFuncExpr(F_DATE_TIMESTAMP, DATEOID, list_make1(in_utc),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* An expression_tree_mutator() function: the edges as functions of the start. */
static Node *
of_start(Node *node, BucketContext *cx)
{
	const UsageTableColumn *column;

	if (node == NULL)
		return NULL;
	column = table_var(cx->table, cx->relid, node);
	if (!column)
		return expression_tree_mutator(node, of_start, cx);
	switch (column->edge)
	{
		case USAGE_START:
			return start_expr();
		case USAGE_END:
			return end_expr(cx->table->width->width_us);
		case USAGE_DAY:
			return day_expr();
		case USAGE_NO_EDGE:
			break;
	}
	elog(ERROR, "unexpected edge: %d", (int) column->edge);
}

Node *
bucket_expr_of_start(const UsageTable *table, Index relid, Node *expr)
{
	BucketContext cx = {.table = table, .relid = relid};

	if (look_at(&cx, expr).kind == VALUE_FAILS || cx.edges == 0)
		return NULL;
	return of_start(expr, &cx);
}
