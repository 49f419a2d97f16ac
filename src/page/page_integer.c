/*
 * page_integer.c
 *	  An integer, however it is written: 123, 123.0 or 1.23e2.
 *
 * The arithmetic is on the digits: a double would make another number of a
 * large one, and PostgreSQL's numeric raises errors.
 */
#include "postgres.h"

#include "common/int.h"

#include "page/page_private.h"

/*
 * Beyond this an exponent counts as this one: no text has as many digits, so
 * it can't make up for it.
 */
#define MAX_EXPONENT INT64CONST(1000000000000)

/* A number as it is read, digit by digit. */
typedef struct Decimal
{
	int64		magnitude;		/* of the digits up to the last that is no 0 */
	int64		zeros;			/* since that digit */
	int64		decimals;		/* digits after the point */
	bool		is_zero;		/* no other digit so far */
	bool		too_large;		/* the magnitude is not kept any more */
} Decimal;

/* Multiply by a power of 10. */
static void
shift(Decimal *decimal, int64 places)
{
	for (; places > 0 && !decimal->too_large; places--)
		decimal->too_large = pg_mul_s64_overflow(decimal->magnitude, 10, &decimal->magnitude);
}

static void
add_digit(Decimal *decimal, int digit)
{
	if (digit == 0)
	{
		decimal->zeros += decimal->is_zero ? 0 : 1;
		return;
	}
	shift(decimal, decimal->is_zero ? 0 : decimal->zeros + 1);
	if (!decimal->too_large)
		decimal->too_large = pg_add_s64_overflow(decimal->magnitude, digit, &decimal->magnitude);
	decimal->is_zero = false;
	decimal->zeros = 0;
}

/* Read digits, at least one.  Returns where they end, or NULL. */
static const char *
read_digits(Decimal *decimal, const char *text, bool after_point)
{
	const char *start = text;

	for (; isdigit((unsigned char) *text); text++)
		add_digit(decimal, *text - '0');
	if (after_point)
		decimal->decimals = text - start;
	return text > start ? text : NULL;
}

/* The same for an exponent and its sign. */
static const char *
read_exponent(const char *text, int64 *exponent)
{
	bool		negative = *text == '-';
	const char *start;

	if (*text == '-' || *text == '+')
		text++;
	for (start = text; isdigit((unsigned char) *text); text++)
		*exponent = Min(*exponent * 10 + (*text - '0'), MAX_EXPONENT);
	if (negative)
		*exponent = -*exponent;
	return text > start ? text : NULL;
}

PageInteger
page_parse_integer(const char *text, size_t length, int64 *value)
{
	Decimal		decimal = {.is_zero = true};
	const char *end = text + length;
	bool		negative = *text == '-';
	int64		exponent = 0;

	text = read_digits(&decimal, negative ? text + 1 : text, false);
	if (text && *text == '.')
		text = read_digits(&decimal, text + 1, true);
	if (text && (*text == 'e' || *text == 'E'))
		text = read_exponent(text + 1, &exponent);
	if (text != end)
		return PAGE_NO_NUMBER;
	exponent += decimal.zeros - decimal.decimals;
	if (exponent < 0 && !decimal.is_zero)
		return PAGE_FRACTION;
	if (!decimal.is_zero)
		shift(&decimal, exponent);
	if (decimal.too_large)
		return PAGE_TOO_LARGE;
	*value = negative ? -decimal.magnitude : decimal.magnitude;
	return PAGE_INTEGER;
}
