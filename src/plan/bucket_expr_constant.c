/*
 * bucket_expr_constant.c
 *	  Which constants can't make a function fail?
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "plan/bucket_expr_private.h"

/* Constants are taken up to these, so that MAX_NODES of them stay far from overflow. */
#define MAX_YEARS 100
#define MAX_DAYS (MAX_YEARS * 366)

/* A constant number's value; false: it is none that is followed. */
static bool
constant_number(const Const *constant, double *value)
{
	switch (constant->consttype)
	{
		case INT4OID:
			*value = DatumGetInt32(constant->constvalue);
			break;
		case INT8OID:
			*value = DatumGetInt64(constant->constvalue);
			break;
		case FLOAT8OID:
			*value = DatumGetFloat8(constant->constvalue);
			break;
		case NUMERICOID:
			*value = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
														constant->constvalue));
			break;
		default:
			return false;
	}
	return isfinite(*value);
}

static bool
is_near(Timestamp timestamp)
{
	return !TIMESTAMP_NOT_FINITE(timestamp) &&
		fabs((double) timestamp) <= (double) MAX_DAYS * USECS_PER_DAY;
}

static bool
is_short(const Interval *span)
{
	return abs(span->month) <= MAX_YEARS * MONTHS_PER_YEAR && abs(span->day) <= MAX_DAYS &&
		fabs((double) span->time) <= (double) MAX_DAYS * USECS_PER_DAY;
}

Value
bucket_expr_constant(const Const *constant)
{
	double		value;

	if (constant->constisnull)
		return (Value) {VALUE_ANY};
	switch (constant->consttype)
	{
		case DATEOID:
			return abs(DatumGetDateADT(constant->constvalue)) <= MAX_DAYS ? (Value) {VALUE_TIME} : (Value) {VALUE_ANY};
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return is_near(DatumGetTimestamp(constant->constvalue)) ? (Value) {VALUE_TIME} : (Value) {VALUE_ANY};
		case INTERVALOID:
			return is_short(DatumGetIntervalP(constant->constvalue)) ? (Value) {VALUE_SPAN} : (Value) {VALUE_ANY};
		default:
			return constant_number(constant, &value) ?
				(Value) {VALUE_NUMBER, fabs(value)} : (Value) {VALUE_ANY};
	}
}

/* The text of a constant, in lower case; NULL: it is none. */
static char *
constant_word(Node *expr)
{
	const Const *constant = (const Const *) expr;
	char	   *word;

	if (!IsA(expr, Const) || constant->constisnull || constant->consttype != TEXTOID)
		return NULL;
	word = TextDatumGetCString(constant->constvalue);
	return downcase_truncate_identifier(word, strlen(word), false);
}

/* Does the constant name a part of a time that each date has, or also each timestamp? */
static bool
is_part(Node *expr, bool of_date)
{
	char	   *word = constant_word(expr);
	int			value;

	if (!word || (DecodeUnits(0, word, &value) != UNITS &&
				  DecodeSpecial(0, word, &value) != UNITS))
		return word && strcmp(word, "epoch") == 0;
	switch (value)
	{
		case DTK_DAY:
		case DTK_DOW:
		case DTK_ISODOW:
		case DTK_DOY:
		case DTK_WEEK:
		case DTK_MONTH:
		case DTK_QUARTER:
		case DTK_YEAR:
		case DTK_ISOYEAR:
		case DTK_DECADE:
		case DTK_CENTURY:
		case DTK_MILLENNIUM:
		case DTK_EPOCH:
			return true;
		case DTK_SECOND:
		case DTK_MINUTE:
		case DTK_HOUR:
			return !of_date;
		default:
			return false;
	}
}

bool
bucket_expr_is_epoch(Node *expr)
{
	char	   *word = constant_word(expr);

	return word && strcmp(word, "epoch") == 0;
}

static bool
is_unit(Node *expr)
{
	char	   *word = constant_word(expr);
	int			value;

	if (!word || DecodeUnits(0, word, &value) != UNITS)
		return false;
	switch (value)
	{
		case DTK_MICROSEC:
		case DTK_MILLISEC:
		case DTK_SECOND:
		case DTK_MINUTE:
		case DTK_HOUR:
		case DTK_DAY:
		case DTK_WEEK:
		case DTK_MONTH:
		case DTK_QUARTER:
		case DTK_YEAR:
		case DTK_DECADE:
		case DTK_CENTURY:
		case DTK_MILLENNIUM:
			return true;
		default:
			return false;
	}
}

/* A pattern without the escape character, at whose end an error could be. */
static bool
is_pattern(Node *expr)
{
	const Const *constant = (const Const *) expr;

	return IsA(expr, Const) && !constant->constisnull && constant->consttype == TEXTOID &&
		strchr(TextDatumGetCString(constant->constvalue), '\\') == NULL;
}

static bool
is_stride(Node *expr)
{
	const Const *constant = (const Const *) expr;
	const Interval *span;

	if (!IsA(expr, Const) || constant->constisnull || constant->consttype != INTERVALOID)
		return false;
	span = DatumGetIntervalP(constant->constvalue);
	return is_short(span) && span->month == 0 && span->day >= 0 && span->time >= 0 &&
		(span->day > 0 || span->time > 0);
}

/* The offset of a time zone. */
static bool
is_offset(Node *expr)
{
	const Const *constant = (const Const *) expr;
	const Interval *span;

	if (constant->consttype != INTERVALOID)
		return false;
	span = DatumGetIntervalP(constant->constvalue);
	return is_short(span) && span->month == 0 && span->day == 0;
}

bool
bucket_expr_is_constant(Node *expr, Value value, char letter)
{
	double		amount = 0;

	if (!IsA(expr, Const) || ((Const *) expr)->constisnull)
		return false;
	switch (letter)
	{
		case 'B':
			return is_stride(expr);
		case 'o':
			return is_offset(expr);
		case 'u':
			return is_unit(expr);
		case 'p':
			return is_part(expr, false);
		case 'P':
			return is_part(expr, true);
		case 'e':
			return bucket_expr_is_epoch(expr);
		case 'f':
			return true;
		case 'l':
			return is_pattern(expr);
		case 'T':
			return value.kind == VALUE_TIME;
		case 'S':
			return value.kind == VALUE_SPAN;
		case 'N':
			return value.kind == VALUE_NUMBER;
		case 'D':
			return constant_number((Const *) expr, &amount) && fabs(amount) >= 1;
		case 'd':
			return value.kind == VALUE_NUMBER && value.most <= MAX_DAYS;
		default:
			elog(ERROR, "unexpected kind of argument: %c", letter);
	}
}
