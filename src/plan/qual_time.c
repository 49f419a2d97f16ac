/*
 * qual_time.c
 *	  The conditions on time that a clause is or implies.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "plan/qual_private.h"

/* A function of a BUCKET column, as one side of a comparison. */
typedef struct TimeSubject
{
	UsageEdge	edge;
	List	   *steps;			/* of TimeStep, innermost first */
	Oid			type;			/* of the function's value */
} TimeSubject;

static bool match_subject(QualContext *cx, Node *expr, TimeSubject *subject);

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
	return qual_is_value(cx, zone) ? request_add_expr(cx->request, zone) : NO_ZONE;
}

/*
 * The greatest length of a unit of date_trunc(), or 0 where we don't know the
 * unit.
 */
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

/* Append a step to the subject.  False: it could not be made. */
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

/* A function of a subject, if we know its steps. */
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
	const UsageTableColumn *column = qual_column(cx, expr);

	check_stack_depth();
	if (column && column->role == USAGE_BUCKET)
	{
		subject->edge = column->edge;
		subject->steps = NIL;
		subject->type = column->type;
		return subject->type == (column->edge == USAGE_DAY ? DATEOID : TIMESTAMPTZOID);
	}
	return IsA(expr, FuncExpr) && match_function(cx, (FuncExpr *) expr, subject);
}

bool
qual_is_time_function(const UsageTable *table, PlannerInfo *root, RelOptInfo *rel, Node *expr)
{
	UsageRequest scratch = {0};
	QualContext cx = {&scratch, table, root, rel};
	TimeSubject subject;

	return IsA(expr, FuncExpr) && match_subject(&cx, expr, &subject);
}

static bool
is_time_type(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/*
 * Exact are comparisons without steps: of an instant with anything, and of a
 * day with dates and timestamps.  A day becomes an instant by the session's
 * zone, and bind_step.c gives a range that is wide enough but may be too wide,
 * as for all steps.
 */
static QualFit
time_fit(const TimeSubject *subject, Oid value_type)
{
	if (subject->steps != NIL)
		return QUAL_NARROWS;
	return subject->edge == USAGE_DAY && value_type == TIMESTAMPTZOID ?
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
	clause->subject = subject->edge;
	clause->steps = subject->steps;
	clause->strategy = qual_strategy(opno, TIMESTAMPTZOID, &left, &right);
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
		qual_commute(&opno, &left, &right);
		if (!match_subject(cx, left, &subject))
			return NULL;
	}
	if (!qual_is_value(cx, right))
		return NULL;
	return make_comparison(cx, TIME_COMPARE, opno, &subject, right, fit);
}

static TimeClause *
match_time_array(QualContext *cx, ScalarArrayOpExpr *op, QualFit *fit)
{
	TimeSubject subject;

	if (!op->useOr || !match_subject(cx, linitial(op->args), &subject) ||
		!qual_is_value(cx, lsecond(op->args)))
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
		TimeClause *arg = qual_match_time(cx, lfirst(lc), &arg_fit);

		if (arg)
			clause->args = lappend(clause->args, arg);
		else if (clause->kind == TIME_ANY)
			return NULL;
		if (arg_fit != QUAL_EXACT)
			*fit = QUAL_NARROWS;
	}
	return clause->args != NIL ? clause : NULL;
}

/* IS NOT NULL on an edge of the bucket is always true. */
static TimeClause *
match_time_not_null(QualContext *cx, NullTest *test, QualFit *fit)
{
	const UsageTableColumn *column = qual_column(cx, (Node *) test->arg);
	TimeClause *clause;

	if (test->nulltesttype != IS_NOT_NULL || !column || column->role != USAGE_BUCKET)
		return NULL;
	clause = palloc0(sizeof(TimeClause));
	clause->kind = TIME_ALL;
	*fit = QUAL_EXACT;
	return clause;
}

/*
 * A clause that is never true: what is left of the bound of a partition for
 * days that are NULL, say.
 */
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

TimeClause *
qual_match_time(QualContext *cx, Expr *clause, QualFit *fit)
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
		qual_match_time(&cx, (Expr *) expr, &fit) != NULL;
}
