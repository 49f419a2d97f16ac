/*
 * qual.c
 *	  How far does a clause narrow a request?
 *
 * Operators are recognised by what the system catalogs say of them: the btree
 * family that they belong to, their strategy in it, their input types and
 * their commutator.  Whatever does not fit exactly is left to the executor.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "plan/qual.h"

bool		usage_enable_pushdown = true;

/* What a clause is looked at with. */
typedef struct QualContext
{
	UsageRequest *request;		/* takes the expressions of values */
	const UsageTable *table;
	PlannerInfo *root;
	RelOptInfo *rel;
} QualContext;

/* A function of a BUCKET column, as one side of a comparison. */
typedef struct TimeSubject
{
	UsageBound	bound;
	List	   *steps;			/* of TimeStep, innermost first */
	Oid			type;			/* of the function's value */
} TimeSubject;

static TimeClause *match_time(QualContext *cx, Expr *clause, QualFit *fit);
static bool match_subject(QualContext *cx, Node *expr, TimeSubject *subject);
static FilterClause *match_filter(QualContext *cx, Expr *clause);

QualFit
qual_narrow(UsageRequest *request, const UsageTable *table,
			PlannerInfo *root, RelOptInfo *rel, Expr *clause)
{
	QualContext cx = {request, table, root, rel};
	int			nexprs = list_length(request->exprs);
	QualFit		fit = QUAL_LOCAL;
	TimeClause *time;
	FilterClause *filter;

	if (!usage_enable_pushdown)
		return QUAL_LOCAL;

	if ((time = match_time(&cx, clause, &fit)))
	{
		request->time = lappend(request->time, time);
		return fit;
	}
	request->exprs = list_truncate(request->exprs, nexprs);

	if ((filter = match_filter(&cx, clause)))
	{
		request->filters = lappend(request->filters, filter);
		return QUAL_NARROWS;	/* whether it is sent is known at execution */
	}
	request->exprs = list_truncate(request->exprs, nexprs);
	return QUAL_LOCAL;
}

/*
 * Can the expression be evaluated before the scan starts, to the same value
 * for each of its rows?
 */
static bool
is_value(QualContext *cx, Node *expr)
{
	return !bms_is_member(cx->rel->relid, pull_varnos(cx->root, expr)) &&
		!contain_volatile_functions(expr) &&
		!contain_subplans(expr);
}

/* The column that the expression is, if it is one of this table's. */
static const UsageTableColumn *
match_column(QualContext *cx, Node *expr)
{
	return table_var(cx->table, cx->rel->relid, expr);
}

/*
 * The strategy that an operator has in the default btree family of a type, or
 * InvalidStrategy; and the types of its inputs.
 */
static int
operator_strategy(Oid opno, Oid family_type, Oid *left, Oid *right)
{
	TypeCacheEntry *type = lookup_type_cache(family_type, TYPECACHE_BTREE_OPFAMILY);

	if (!OidIsValid(opno) || !OidIsValid(type->btree_opf))
		return InvalidStrategy;
	op_input_types(opno, left, right);
	return get_op_opfamily_strategy(opno, type->btree_opf);
}

/*
 * A comparison has its subject on the left, or is turned around.  Sets opno to
 * 0 where it can't be.
 */
static void
commute(Oid *opno, Node **left, Node **right)
{
	Node	   *was_left = *left;

	*opno = get_commutator(*opno);
	*left = *right;
	*right = was_left;
}

/*
 * Time
 */

static TimeStep *
make_step(TimeStepKind kind, int zone)
{
	TimeStep   *step = palloc0(sizeof(TimeStep));

	step->kind = kind;
	step->zone = zone;
	return step;
}

/* The index of a zone's expression, or -2 where it can't be used. */
#define NO_ZONE (-2)

static int
match_zone(QualContext *cx, Node *zone)
{
	return is_value(cx, zone) ? request_add_expr(cx->request, zone) : NO_ZONE;
}

/* The longest that a unit of date_trunc() gets, or 0 where we don't know it. */
static int64
unit_span_us(char *unit)
{
	int			value;

	if (DecodeUnits(0, downcase_truncate_identifier(unit, strlen(unit), false), &value) != UNITS)
		return 0;
	switch (value)
	{
		case DTK_MICROSEC:
		case DTK_MILLISEC:
		case DTK_SECOND:
			return USECS_PER_SEC;
		case DTK_MINUTE:
			return USECS_PER_MINUTE;
		case DTK_HOUR:
			return USECS_PER_HOUR;
		case DTK_DAY:
			return USECS_PER_DAY;
		case DTK_WEEK:
			return 7 * USECS_PER_DAY;
		case DTK_MONTH:
			return 31 * USECS_PER_DAY;
		case DTK_QUARTER:
			return 92 * USECS_PER_DAY;
		case DTK_YEAR:
			return 366 * USECS_PER_DAY;
		default:
			return 0;
	}
}

/* date_trunc(unit, ...) of a timestamp. */
static TimeStep *
match_trunc(Node *unit)
{
	Const	   *constant = (Const *) unit;
	TimeStep   *step;

	if (!IsA(unit, Const) || constant->constisnull)
		return NULL;
	step = make_step(TIME_TRUNC, TIME_SESSION_ZONE);
	step->unit = TextDatumGetCString(constant->constvalue);
	step->span_us = unit_span_us(step->unit);
	return step->span_us > 0 ? step : NULL;
}

/* Go on from the subject through one more step. */
static bool
add_step(TimeSubject *subject, TimeStep *step, Oid type)
{
	if (!step || step->zone == NO_ZONE)
		return false;
	subject->steps = lappend(subject->steps, step);
	subject->type = type;
	return true;
}

/* date_trunc() of a timestamptz truncates in a zone. */
static bool
add_trunc_in_zone(TimeSubject *subject, Node *unit, int zone)
{
	return add_step(subject, make_step(TIME_AT_ZONE, zone), TIMESTAMPOID) &&
		add_step(subject, match_trunc(unit), TIMESTAMPOID) &&
		add_step(subject, make_step(TIME_FROM_ZONE, zone), TIMESTAMPTZOID);
}

/* A function that we can look through, of a subject. */
static bool
match_function(QualContext *cx, FuncExpr *func, TimeSubject *subject)
{
	Node	   *first = func->args ? linitial(func->args) : NULL;
	Node	   *second = list_length(func->args) > 1 ? lsecond(func->args) : NULL;
	int			session = TIME_SESSION_ZONE;

	switch (func->funcid)
	{
		case F_DATE_TIMESTAMPTZ:
			return match_subject(cx, first, subject) &&
				add_step(subject, make_step(TIME_AT_ZONE, session), TIMESTAMPOID) &&
				add_step(subject, make_step(TIME_TO_DATE, session), DATEOID);
		case F_DATE_TIMESTAMP:
			return match_subject(cx, first, subject) &&
				add_step(subject, make_step(TIME_TO_DATE, session), DATEOID);
		case F_TIMESTAMP_TIMESTAMPTZ:
			return match_subject(cx, first, subject) &&
				add_step(subject, make_step(TIME_AT_ZONE, session), TIMESTAMPOID);
		case F_TIMESTAMPTZ_TIMESTAMP:
		case F_TIMESTAMPTZ_DATE:
			return match_subject(cx, first, subject) &&
				add_step(subject, make_step(TIME_FROM_ZONE, session), TIMESTAMPTZOID);
		case F_TIMESTAMP_DATE:
			if (!match_subject(cx, first, subject))
				return false;
			subject->type = TIMESTAMPOID;
			return true;
		case F_TIMEZONE_TEXT_TIMESTAMPTZ:
			return match_subject(cx, second, subject) &&
				add_step(subject, make_step(TIME_AT_ZONE, match_zone(cx, first)), TIMESTAMPOID);
		case F_TIMEZONE_TEXT_TIMESTAMP:
			return match_subject(cx, second, subject) &&
				add_step(subject, make_step(TIME_FROM_ZONE, match_zone(cx, first)), TIMESTAMPTZOID);
		case F_DATE_TRUNC_TEXT_TIMESTAMP:
			return match_subject(cx, second, subject) &&
				add_step(subject, match_trunc(first), TIMESTAMPOID);
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
			return match_subject(cx, second, subject) &&
				add_trunc_in_zone(subject, first, session);
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT:
			return match_subject(cx, second, subject) &&
				add_trunc_in_zone(subject, first, match_zone(cx, lthird(func->args)));
		default:
			return false;
	}
}

/* Is the expression a BUCKET column, or a function of one that we know? */
static bool
match_subject(QualContext *cx, Node *expr, TimeSubject *subject)
{
	const UsageTableColumn *column = match_column(cx, expr);

	check_stack_depth();
	if (column && column->role == USAGE_BUCKET)
	{
		subject->bound = column->bound;
		subject->steps = NIL;
		subject->type = column->type;
		return subject->type == (column->bound == USAGE_DAY ? DATEOID : TIMESTAMPTZOID);
	}
	return IsA(expr, FuncExpr) && match_function(cx, (FuncExpr *) expr, subject);
}

bool
qual_is_time_function(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel, Node *expr,
					  UsageBound *bound)
{
	UsageRequest scratch = {0};
	QualContext cx = {&scratch, table, root, rel};
	TimeSubject subject;

	if (!IsA(expr, FuncExpr) || !match_subject(&cx, expr, &subject))
		return false;
	*bound = subject.bound;
	return true;
}

static bool
is_time_type(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/*
 * Without a step in between, instants are compared; and a day is compared with
 * dates and timestamps as itself.  Everything else goes through a zone, where
 * a comparison can only be bounded.
 */
static QualFit
time_fit(const TimeSubject *subject, Oid value_type)
{
	if (subject->steps != NIL)
		return QUAL_NARROWS;
	return subject->bound == USAGE_DAY && value_type == TIMESTAMPTZOID ?
		QUAL_NARROWS : QUAL_EXACT;
}

static TimeClause *
make_comparison(QualContext *cx, TimeClauseKind kind, Oid opno,
				const TimeSubject *subject, Node *value, QualFit *fit)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));
	Oid			left;
	Oid			right;
	Oid			type = exprType(value);

	if (kind == TIME_COMPARE_ANY)
		type = get_base_element_type(type);
	clause->kind = kind;
	clause->subject = subject->bound;
	clause->steps = subject->steps;
	clause->strategy = operator_strategy(opno, TIMESTAMPTZOID, &left, &right);
	clause->type = type;
	if (clause->strategy == InvalidStrategy ||
		left != subject->type || right != type || !is_time_type(type))
		return NULL;
	clause->value = request_add_expr(cx->request, value);
	*fit = time_fit(subject, type);
	return clause;
}

static TimeClause *
match_time_operator(QualContext *cx, OpExpr *op, QualFit *fit)
{
	Oid			opno = op->opno;
	TimeSubject subject;
	Node	   *left;
	Node	   *right;

	if (list_length(op->args) != 2)
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	if (!match_subject(cx, left, &subject))
	{
		commute(&opno, &left, &right);
		if (!match_subject(cx, left, &subject))
			return NULL;
	}
	if (!is_value(cx, right))
		return NULL;
	return make_comparison(cx, TIME_COMPARE, opno, &subject, right, fit);
}

static TimeClause *
match_time_array(QualContext *cx, ScalarArrayOpExpr *op, QualFit *fit)
{
	TimeSubject subject;

	if (!op->useOr || !match_subject(cx, linitial(op->args), &subject) ||
		!is_value(cx, lsecond(op->args)))
		return NULL;
	return make_comparison(cx, TIME_COMPARE_ANY, op->opno, &subject, lsecond(op->args), fit);
}

/*
 * AND: what is not understood may be left out, the rest still holds for every
 * row.  OR: each argument must be understood.
 */
static TimeClause *
match_time_bool(QualContext *cx, BoolExpr *expr, QualFit *fit)
{
	TimeClause *clause = palloc0(sizeof(TimeClause));
	ListCell   *lc;

	if (expr->boolop == NOT_EXPR)
		return NULL;
	clause->kind = expr->boolop == AND_EXPR ? TIME_ALL : TIME_ANY;
	*fit = QUAL_EXACT;
	foreach(lc, expr->args)
	{
		QualFit		arg_fit = QUAL_LOCAL;
		TimeClause *arg = match_time(cx, lfirst(lc), &arg_fit);

		if (arg)
			clause->args = lappend(clause->args, arg);
		else if (clause->kind == TIME_ANY)
			return NULL;
		if (arg_fit != QUAL_EXACT)
			*fit = QUAL_NARROWS;
	}
	return clause->args != NIL ? clause : NULL;
}

/* IS NOT NULL on a bound of the bucket says nothing. */
static TimeClause *
match_time_not_null(QualContext *cx, NullTest *test, QualFit *fit)
{
	const UsageTableColumn *column = match_column(cx, (Node *) test->arg);
	TimeClause *clause;

	if (test->nulltesttype != IS_NOT_NULL || !column || column->role != USAGE_BUCKET)
		return NULL;
	clause = palloc0(sizeof(TimeClause));
	clause->kind = TIME_ALL;
	*fit = QUAL_EXACT;
	return clause;
}

/* A bound that no bucket satisfies: a partition for days that are NULL, say. */
static TimeClause *
match_never(Const *constant, QualFit *fit)
{
	TimeClause *clause;

	if (!constant->constisnull && DatumGetBool(constant->constvalue))
		return NULL;
	clause = palloc0(sizeof(TimeClause));
	clause->kind = TIME_ANY;
	*fit = QUAL_EXACT;
	return clause;
}

/* The condition on time that the clause is or implies, or NULL. */
static TimeClause *
match_time(QualContext *cx, Expr *clause, QualFit *fit)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return match_time_operator(cx, (OpExpr *) clause, fit);
		case T_ScalarArrayOpExpr:
			return match_time_array(cx, (ScalarArrayOpExpr *) clause, fit);
		case T_BoolExpr:
			return match_time_bool(cx, (BoolExpr *) clause, fit);
		case T_NullTest:
			return match_time_not_null(cx, (NullTest *) clause, fit);
		case T_Const:
			return match_never((Const *) clause, fit);
		default:
			return NULL;
	}
}

bool
qual_is_time_comparison(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel, Node *expr)
{
	UsageRequest scratch = {0};
	QualContext cx = {&scratch, table, root, rel};
	QualFit		fit;

	return (IsA(expr, OpExpr) || IsA(expr, ScalarArrayOpExpr) || IsA(expr, NullTest)) &&
		match_time(&cx, (Expr *) expr, &fit) != NULL;
}

/*
 * Filters
 */

static FilterClause *
make_filter(QualContext *cx, const UsageTableColumn *column, Node *value, bool is_array)
{
	FilterClause *filter = palloc0(sizeof(FilterClause));
	FilterItem *item = palloc0(sizeof(FilterItem));

	item->value = request_add_expr(cx->request, value);
	item->is_array = is_array;
	filter->attnum = column->attnum;
	filter->items = list_make1(item);
	return filter;
}

/* The dimension that the expression is, if it has a filter of that kind. */
static const UsageTableColumn *
match_dimension(QualContext *cx, Node *expr, FieldKind kind)
{
	const UsageTableColumn *column = match_column(cx, expr);

	if (!column || column->role != USAGE_DIMENSION || !column->filter || column->kind != kind)
		return NULL;
	return column;
}

/*
 * A text dimension, perhaps relabelled as text (a varchar compared, say): the
 * same bytes.
 */
static const UsageTableColumn *
match_text(QualContext *cx, Node *expr)
{
	if (IsA(expr, RelabelType) && ((RelabelType *) expr)->resulttype == TEXTOID)
		expr = (Node *) ((RelabelType *) expr)->arg;
	return match_dimension(cx, expr, FIELD_TEXT);
}

/* Is the operator the equality of bytes of two texts? */
static bool
is_text_equality(Oid opno, Oid collation)
{
	Oid			left;
	Oid			right;

	return operator_strategy(opno, TEXTOID, &left, &right) == BTEqualStrategyNumber &&
		left == TEXTOID && right == TEXTOID &&
		OidIsValid(collation) && get_collation_isdeterministic(collation);
}

static bool
is_boolean_equality(Oid opno)
{
	Oid			left;
	Oid			right;

	return operator_strategy(opno, BOOLOID, &left, &right) == BTEqualStrategyNumber;
}

static FilterClause *
match_filter_operator(QualContext *cx, OpExpr *op)
{
	const UsageTableColumn *column;
	Oid			opno = op->opno;
	Node	   *left;
	Node	   *right;

	if (list_length(op->args) != 2)
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	if (is_value(cx, left))
		commute(&opno, &left, &right);
	if (!is_value(cx, right))
		return NULL;
	if ((column = match_text(cx, left)) && is_text_equality(opno, op->inputcollid))
		return make_filter(cx, column, right, false);
	if ((column = match_dimension(cx, left, FIELD_BOOLEAN)) && is_boolean_equality(opno))
		return make_filter(cx, column, right, false);
	return NULL;
}

static FilterClause *
match_filter_array(QualContext *cx, ScalarArrayOpExpr *op)
{
	const UsageTableColumn *column = match_text(cx, linitial(op->args));

	if (!column || !op->useOr || !is_text_equality(op->opno, op->inputcollid) ||
		!is_value(cx, lsecond(op->args)))
		return NULL;
	return make_filter(cx, column, lsecond(op->args), true);
}

/* OR of equalities of one dimension. */
static FilterClause *
match_filter_or(QualContext *cx, BoolExpr *expr)
{
	FilterClause *filter = NULL;
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		FilterClause *arm = match_filter(cx, lfirst(lc));

		if (!arm || (filter && filter->attnum != arm->attnum))
			return NULL;
		if (!filter)
		{
			filter = arm;
			continue;
		}
		filter->items = list_concat(filter->items, arm->items);
		list_free(arm->items);
		pfree(arm);
	}
	return filter;
}

/* A boolean dimension by itself, negated, or under IS TRUE and IS FALSE. */
static FilterClause *
match_boolean(QualContext *cx, Node *expr, bool value)
{
	const UsageTableColumn *column = match_dimension(cx, expr, FIELD_BOOLEAN);

	return column ? make_filter(cx, column, makeBoolConst(value, false), false) : NULL;
}

/* The values of a dimension that the clause asks for, or NULL. */
static FilterClause *
match_filter(QualContext *cx, Expr *clause)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return match_filter_operator(cx, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return match_filter_array(cx, (ScalarArrayOpExpr *) clause);
		case T_Var:
			return match_boolean(cx, (Node *) clause, true);
		case T_BoolExpr:
			if (is_orclause(clause))
				return match_filter_or(cx, (BoolExpr *) clause);
			if (is_notclause(clause))
				return match_boolean(cx, (Node *) get_notclausearg(clause), false);
			return NULL;
		case T_BooleanTest:
			{
				BooleanTest *test = (BooleanTest *) clause;

				if (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE)
					return match_boolean(cx, (Node *) test->arg,
										 test->booltesttype == IS_TRUE);
				return NULL;
			}
		default:
			return NULL;
	}
}
