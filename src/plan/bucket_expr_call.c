/*
 * bucket_expr_call.c
 *	  Which functions can't fail, with which arguments?
 *
 * A function is in the table, or compares.  Whatever is not here may fail.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "plan/bucket_expr_private.h"

/* Numbers of a larger magnitude than these are no int4 or int8, or not followed. */
#define MAX_INT4 2e9
#define MAX_INT8 9e18

/* The magnitude of any part of a time or an interval but its seconds since 1970. */
#define MAX_PART 1e8

/* What truncation, a time zone, or the days of a month may add to a time or an interval. */
#define SLACK_S (3700.0 * SECS_PER_DAY)

/*
 * A function that can't fail with such arguments.  A letter for each:
 * t: VALUE_TIME, s: VALUE_SPAN, n: VALUE_NUMBER, a: whatever can't fail; z: a
 * time zone, which may be any value, as one that does not exist is an error
 * wherever it stands; and as constants: T: a time, N: a number, D and M: a divisor
 * that is not 0, d: a number of days, B: an interval that is positive and has no months,
 * o: one without days, u: a unit of date_trunc(), p: a part of a timestamp, P: a
 * part of a date, i: a part of an interval, f: a format, l: a pattern of LIKE.
 */
typedef struct SafeFunction
{
	Oid			funcid;
	const char *arguments;
	ValueKind	result;
} SafeFunction;

static const SafeFunction safe_functions[] = {
	{F_DATE_TIMESTAMPTZ, "t", VALUE_TIME},
	{F_DATE_TIMESTAMP, "t", VALUE_TIME},
	{F_TIMESTAMP_TIMESTAMPTZ, "t", VALUE_TIME},
	{F_TIMESTAMP_DATE, "t", VALUE_TIME},
	{F_TIMESTAMPTZ_TIMESTAMP, "t", VALUE_TIME},
	{F_TIMESTAMPTZ_DATE, "t", VALUE_TIME},
	{F_TIMEZONE_TEXT_TIMESTAMPTZ, "zt", VALUE_TIME},
	{F_TIMEZONE_TEXT_TIMESTAMP, "zt", VALUE_TIME},
	{F_TIMEZONE_INTERVAL_TIMESTAMPTZ, "ot", VALUE_TIME},
	{F_TIMEZONE_INTERVAL_TIMESTAMP, "ot", VALUE_TIME},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, "ut", VALUE_TIME},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ, "ut", VALUE_TIME},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, "utz", VALUE_TIME},
	{F_DATE_BIN_INTERVAL_TIMESTAMPTZ_TIMESTAMPTZ, "BtT", VALUE_TIME},
	{F_DATE_BIN_INTERVAL_TIMESTAMP_TIMESTAMP, "BtT", VALUE_TIME},
	{F_TIMESTAMPTZ_PL_INTERVAL, "ts", VALUE_TIME},
	{F_TIMESTAMPTZ_MI_INTERVAL, "ts", VALUE_TIME},
	{F_TIMESTAMP_PL_INTERVAL, "ts", VALUE_TIME},
	{F_TIMESTAMP_MI_INTERVAL, "ts", VALUE_TIME},
	{F_DATE_PL_INTERVAL, "ts", VALUE_TIME},
	{F_DATE_MI_INTERVAL, "ts", VALUE_TIME},
	{F_DATE_PLI, "td", VALUE_TIME},
	{F_DATE_MII, "td", VALUE_TIME},
	{F_TO_TIMESTAMP_FLOAT8, "n", VALUE_TIME},
	{F_TIMESTAMPTZ_MI, "tt", VALUE_SPAN},
	{F_TIMESTAMP_MI, "tt", VALUE_SPAN},
	{F_AGE_TIMESTAMPTZ_TIMESTAMPTZ, "tt", VALUE_SPAN},
	{F_AGE_TIMESTAMP_TIMESTAMP, "tt", VALUE_SPAN},
	{F_INTERVAL_MUL, "sn", VALUE_SPAN},
	{F_MUL_D_INTERVAL, "ns", VALUE_SPAN},
	{F_INTERVAL_PL, "ss", VALUE_SPAN},
	{F_INTERVAL_MI, "ss", VALUE_SPAN},
	{F_DATE_MI, "tt", VALUE_NUMBER},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, "pt", VALUE_NUMBER},
	{F_EXTRACT_TEXT_TIMESTAMP, "pt", VALUE_NUMBER},
	{F_EXTRACT_TEXT_DATE, "Pt", VALUE_NUMBER},
	{F_EXTRACT_TEXT_INTERVAL, "is", VALUE_NUMBER},
	{F_DATE_PART_TEXT_INTERVAL, "is", VALUE_NUMBER},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, "pt", VALUE_NUMBER},
	{F_DATE_PART_TEXT_TIMESTAMP, "pt", VALUE_NUMBER},
	{F_TO_CHAR_TIMESTAMPTZ_TEXT, "tf", VALUE_ANY},
	{F_TO_CHAR_TIMESTAMP_TEXT, "tf", VALUE_ANY},
	{F_NUMERIC_MOD, "nM", VALUE_NUMBER},
	{F_MOD_INT4_INT4, "nM", VALUE_NUMBER},
	{F_MOD_INT8_INT8, "nM", VALUE_NUMBER},
	{F_MOD_NUMERIC_NUMERIC, "nM", VALUE_NUMBER},
	{F_NUMERIC_UMINUS, "n", VALUE_NUMBER},
	{F_INT4UM, "n", VALUE_NUMBER},
	{F_INT8UM, "n", VALUE_NUMBER},
	{F_FLOAT8UM, "n", VALUE_NUMBER},
	{F_ROUND_NUMERIC, "n", VALUE_NUMBER},
	{F_TRUNC_NUMERIC, "n", VALUE_NUMBER},
	{F_ROUND_FLOAT8, "n", VALUE_NUMBER},
	{F_TRUNC_FLOAT8, "n", VALUE_NUMBER},
	{F_FLOOR_NUMERIC, "n", VALUE_NUMBER},
	{F_CEIL_NUMERIC, "n", VALUE_NUMBER},
	{F_CEILING_NUMERIC, "n", VALUE_NUMBER},
	{F_FLOOR_FLOAT8, "n", VALUE_NUMBER},
	{F_CEIL_FLOAT8, "n", VALUE_NUMBER},
	{F_NUMERIC_INT4, "n", VALUE_NUMBER},
	{F_NUMERIC_INT8, "n", VALUE_NUMBER},
	{F_FLOAT8_NUMERIC, "n", VALUE_NUMBER},
	{F_FLOAT8_INT4, "n", VALUE_NUMBER},
	{F_INT8_INT4, "n", VALUE_NUMBER},
	{F_INT4_INT8, "n", VALUE_NUMBER},
	{F_INT4_NUMERIC, "n", VALUE_NUMBER},
	{F_INT8_NUMERIC, "n", VALUE_NUMBER},
	{F_INT4_FLOAT8, "n", VALUE_NUMBER},
	{F_INT8_FLOAT8, "n", VALUE_NUMBER},
	{F_NUMERIC_ADD, "nn", VALUE_NUMBER},
	{F_NUMERIC_SUB, "nn", VALUE_NUMBER},
	{F_NUMERIC_MUL, "nN", VALUE_NUMBER},
	{F_NUMERIC_DIV, "nD", VALUE_NUMBER},
	{F_FLOAT8PL, "nn", VALUE_NUMBER},
	{F_FLOAT8MI, "nn", VALUE_NUMBER},
	{F_FLOAT8MUL, "nN", VALUE_NUMBER},
	{F_FLOAT8DIV, "nD", VALUE_NUMBER},
	{F_INT4PL, "nn", VALUE_NUMBER},
	{F_INT4MI, "nn", VALUE_NUMBER},
	{F_INT4MUL, "nN", VALUE_NUMBER},
	{F_INT4DIV, "nD", VALUE_NUMBER},
	{F_INT4MOD, "nM", VALUE_NUMBER},
	{F_INT8PL, "nn", VALUE_NUMBER},
	{F_INT8MI, "nn", VALUE_NUMBER},
	{F_INT8MUL, "nN", VALUE_NUMBER},
	{F_INT8DIV, "nD", VALUE_NUMBER},
	{F_INT8MOD, "nM", VALUE_NUMBER},
	{F_INT84PL, "nn", VALUE_NUMBER},
	{F_INT84MI, "nn", VALUE_NUMBER},
	{F_INT84MUL, "nN", VALUE_NUMBER},
	{F_INT84DIV, "nD", VALUE_NUMBER},
	{F_TIME_TIMESTAMPTZ, "t", VALUE_ANY},
	{F_TIME_TIMESTAMP, "t", VALUE_ANY},
	{F_OVERLAPS_TIMESTAMPTZ_TIMESTAMPTZ_TIMESTAMPTZ_TIMESTAMPTZ, "aaaa", VALUE_ANY},
	{F_OVERLAPS_TIMESTAMP_TIMESTAMP_TIMESTAMP_TIMESTAMP, "aaaa", VALUE_ANY},
	{F_ELEM_CONTAINED_BY_RANGE, "aa", VALUE_ANY},
	{F_RANGE_CONTAINS_ELEM, "aa", VALUE_ANY},
	{F_LEFT, "an", VALUE_ANY},
	{F_RIGHT, "an", VALUE_ANY},
	{F_TEXTLIKE, "al", VALUE_ANY},
	{F_TEXTNLIKE, "al", VALUE_ANY}
};

static const KnownValue fails = {VALUE_FAILS};

/* Has the expression the same value for all rows of a scan? */
static bool
is_value(Node *expr)
{
	return !contain_var_clause(expr) && !contain_volatile_functions(expr) &&
		!contain_subplans(expr);
}

/* Does an argument fit the letter? */
static bool
fits(Node *expr, KnownValue value, char letter)
{
	switch (letter)
	{
		case 't':
			return value.kind == VALUE_TIME;
		case 's':
			return value.kind == VALUE_SPAN;
		case 'n':
			return value.kind == VALUE_NUMBER;
		case 'a':
			return value.kind != VALUE_FAILS;
		case 'z':
			return is_value(expr);
		default:
			return bucket_expr_is_constant(expr, value, letter);
	}
}

/* The magnitudes of the arguments that are times, intervals or numbers, added up. */
static double
sum(const char *letters, const KnownValue *values)
{
	double		most = 0;

	for (int i = 0; letters[i]; i++)
	{
		if (letters[i] == 'd')
			most += values[i].most * SECS_PER_DAY;
		else if (strchr("tsnB", letters[i]))
			most += values[i].most;
	}
	return most;
}

/* The magnitude of the result. */
static double
magnitude(const SafeFunction *function, List *args, const KnownValue *values)
{
	const char *letters = function->arguments;

	/* a part of its second argument */
	if (strchr("pPi", letters[0]))
		return bucket_expr_is_epoch(linitial(args)) ? values[1].most + SLACK_S : MAX_PART;
	if (strcmp(letters, "nD") == 0)
		return values[0].most / values[1].most + 1;
	if (strcmp(letters, "nM") == 0)
		return Min(values[0].most, values[1].most);
	if (strcmp(letters, "nN") == 0 || strcmp(letters, "sn") == 0 || strcmp(letters, "ns") == 0)
		return values[0].most * values[1].most;
	if (strcmp(letters, "tt") == 0 && function->result == VALUE_NUMBER)
		return sum(letters, values) / SECS_PER_DAY + 1;
	return sum(letters, values) + (function->result == VALUE_NUMBER ? 1 : SLACK_S);
}

/* Is a result of that magnitude in the range of its type? */
static bool
is_in_range(ValueKind kind, double most, Oid type)
{
	if (kind == VALUE_NUMBER)
		return most <= (type == INT4OID ? MAX_INT4 : MAX_INT8);
	return most <= BUCKET_EXPR_MAX_S;
}

/* A call whose arguments can't fail. */
static KnownValue
call_safe(const SafeFunction *function, List *args, const KnownValue *values, Oid type)
{
	double		most;

	if (strlen(function->arguments) != list_length(args))
		return fails;
	for (int i = 0; i < list_length(args); i++)
		if (!fits(list_nth(args, i), values[i], function->arguments[i]))
			return fails;
	if (function->result == VALUE_ANY)
		return (KnownValue) {VALUE_ANY};
	most = magnitude(function, args, values);
	return is_in_range(function->result, most, type) ? (KnownValue) {function->result, most} : fails;
}

bool
bucket_expr_is_comparable(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT8OID:
		case NUMERICOID:
		case TEXTOID:
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMEOID:
		case INTERVALOID:
			return true;
		default:
			return false;
	}
}

bool
bucket_expr_is_comparison(Oid opno, Oid collation)
{
	Oid			left;
	Oid			right;
	Oid			family;
	Oid			equality = opno;

	op_input_types(opno, &left, &right);
	if (!bucket_expr_is_comparable(left) || !bucket_expr_is_comparable(right) ||
		(left == TEXTOID && !OidIsValid(collation)))
		return false;
	family = lookup_type_cache(left, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	if (get_op_opfamily_strategy(opno, family) != InvalidStrategy)
		return true;
	equality = get_negator(opno);
	return OidIsValid(equality) &&
		get_op_opfamily_strategy(equality, family) == BTEqualStrategyNumber;
}

KnownValue
bucket_expr_call(Oid funcid, Oid collation, List *args, const KnownValue *values, Oid type)
{
	if ((funcid == F_TEXTLIKE || funcid == F_TEXTNLIKE) &&
		(!OidIsValid(collation) || !get_collation_isdeterministic(collation)))
		return fails;
	for (int i = 0; i < lengthof(safe_functions); i++)
		if (safe_functions[i].funcid == funcid)
			return call_safe(&safe_functions[i], args, values, type);
	return fails;
}
