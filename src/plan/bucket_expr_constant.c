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

/* From 1970 to 2000, and in a month, at most. */
#define EPOCHS_APART_S 1e9
#define MONTH_S (31.0 * SECS_PER_DAY)

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

/* A time or an interval of that magnitude, if it is one that is followed. */
static KnownValue
of_seconds(ValueKind kind, double most)
{
	return most <= BUCKET_EXPR_MAX_S ? (KnownValue) {kind, most} : (KnownValue) {VALUE_ANY};
}

/* All units taken as positive, so that none of them is beyond the magnitude. */
static double
span_seconds(const Interval *span)
{
	return fabs((double) span->month) * MONTH_S + fabs((double) span->day) * SECS_PER_DAY +
		fabs((double) span->time) / USECS_PER_SEC;
}

KnownValue
bucket_expr_constant(const Const *constant)
{
	Datum		datum = constant->constvalue;
	double		value;

	if (constant->constisnull)
		return (KnownValue) {VALUE_ANY};
	switch (constant->consttype)
	{
		case DATEOID:
			return of_seconds(VALUE_TIME, fabs((double) DatumGetDateADT(datum)) * SECS_PER_DAY +
							  EPOCHS_APART_S);
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return of_seconds(VALUE_TIME, fabs((double) DatumGetTimestamp(datum)) / USECS_PER_SEC +
							  EPOCHS_APART_S);
		case INTERVALOID:
			return of_seconds(VALUE_SPAN, span_seconds(DatumGetIntervalP(datum)));
		default:
			return constant_number(constant, &value) ?
				(KnownValue) {VALUE_NUMBER, fabs(value)} : (KnownValue) {VALUE_ANY};
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

/* Does the constant name a part that each date, timestamp or interval (P, p, i) has? */
static bool
is_part(Node *expr, char letter)
{
	char	   *word = constant_word(expr);
	int			value;

	if (!word || (DecodeUnits(0, word, &value) != UNITS &&
				  DecodeSpecial(0, word, &value) != UNITS))
		return word && strcmp(word, "epoch") == 0;
	switch (value)
	{
		case DTK_DAY:
		case DTK_MONTH:
		case DTK_QUARTER:
		case DTK_YEAR:
		case DTK_DECADE:
		case DTK_CENTURY:
		case DTK_MILLENNIUM:
		case DTK_EPOCH:
			return true;
		case DTK_DOW:
		case DTK_ISODOW:
		case DTK_DOY:
		case DTK_WEEK:
		case DTK_ISOYEAR:
			return letter != 'i';
		case DTK_SECOND:
		case DTK_MINUTE:
		case DTK_HOUR:
			return letter != 'P';
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
is_stride(Node *expr, KnownValue value)
{
	const Const *constant = (const Const *) expr;
	const Interval *span;

	if (value.kind != VALUE_SPAN)
		return false;
	span = DatumGetIntervalP(constant->constvalue);
	return span->month == 0 && span->day >= 0 && span->time >= 0 &&
		(span->day > 0 || span->time > 0);
}

/* The offset of a time zone. */
static bool
is_offset(Node *expr, KnownValue value)
{
	const Const *constant = (const Const *) expr;
	const Interval *span;

	if (value.kind != VALUE_SPAN)
		return false;
	span = DatumGetIntervalP(constant->constvalue);
	return span->month == 0 && span->day == 0;
}

bool
bucket_expr_is_constant(Node *expr, KnownValue value, char letter)
{
	double		amount = 0;

	if (!IsA(expr, Const) || ((Const *) expr)->constisnull)
		return false;
	switch (letter)
	{
		case 'B':
			return is_stride(expr, value);
		case 'o':
			return is_offset(expr, value);
		case 'u':
			return is_unit(expr);
		case 'p':
		case 'P':
		case 'i':
			return is_part(expr, letter);
		case 'f':
			return true;
		case 'l':
			return is_pattern(expr);
		case 'T':
			return value.kind == VALUE_TIME;
		case 'N':
			return value.kind == VALUE_NUMBER;
		case 'D':
		case 'M':
			return constant_number((Const *) expr, &amount) && fabs(amount) >= 1;
		case 'd':
			return value.kind == VALUE_NUMBER;
		default:
			elog(ERROR, "unexpected kind of argument: %c", letter);
	}
}
