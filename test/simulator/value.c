/*
 * value.c
 *	  Amounts of money, in the forms that the API has used.
 */
#include <stdio.h>
#include <string.h>

#include "value.h"

#define CENT 10000000			/* in nano */
#define SIGNIFICANT_DIGITS 34	/* of a Decimal128 */
#define NANO_DECIMALS 9

static uint64_t
absolute(int64_t value)
{
	return value < 0 ? -(uint64_t) value : (uint64_t) value;
}

static int
digit_count(uint64_t value)
{
	int			digits = 1;

	while (value >= 10)
	{
		value /= 10;
		digits++;
	}
	return digits;
}

static void
append_cents(Buffer *out, int64_t nano)
{
	uint64_t	cents = absolute(nano) / CENT;

	buffer_printf(out, "%s%llu.%02llu", nano < 0 ? "-" : "",
				  (unsigned long long) cents / 100,
				  (unsigned long long) cents % 100);
}

/* Padded with zeroes to all the digits that a Decimal128 has. */
static void
append_padded(Buffer *out, int64_t nano)
{
	uint64_t	value = absolute(nano);
	char		fraction[NANO_DECIMALS + 1];
	int			padding = SIGNIFICANT_DIGITS - digit_count(value);

	snprintf(fraction, sizeof(fraction), "%09llu",
			 (unsigned long long) value % 1000000000);
	buffer_printf(out, "%s%llu.%s%0*d", nano < 0 ? "-" : "",
				  (unsigned long long) value / 1000000000, fraction,
				  padding, 0);
}

static void
append_decimal128(Buffer *out, int64_t nano)
{
	buffer_char(out, '"');
	if (nano == 0)
		buffer_text(out, "0E-6176");
	else if (nano % CENT == 0)
		append_cents(out, nano);
	else
		append_padded(out, nano);
	buffer_char(out, '"');
}

const char *
value_currency(int currency)
{
	static const char *const names[] = {"usd", "eur"};

	return names[currency];
}

void
value_amount(Buffer *out, int64_t nano, AmountFormat format, int currency)
{
	buffer_text(out, "{\"value\":");
	if (format == AMOUNT_DECIMAL128)
		append_decimal128(out, nano);
	else if (format == AMOUNT_EXPONENT)
		buffer_printf(out, "%llde-9", (long long) nano);
	else
		buffer_nano(out, nano);
	buffer_printf(out, ",\"currency\":\"%s\"}", value_currency(currency));
}
