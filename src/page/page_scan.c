/*
 * page_scan.c
 *	  A scanner of JSON.
 *
 * Each state has a function that takes one step and sets the next state.
 * Strings, digits and white space have loops of their own, as nearly all bytes
 * of an answer are in them.
 */
#include "postgres.h"

#include "page/page_private.h"

/* Bytes without a meaning in a string: not control, quote or backslash. */
#define ROW_16(value) \
	value, value, value, value, value, value, value, value, \
	value, value, value, value, value, value, value, value

static const bool is_plain[256] = {
	ROW_16(false), ROW_16(false),
	true, true, false, true, true, true, true, true,	/* the quote */
	true, true, true, true, true, true, true, true,
	ROW_16(true), ROW_16(true),
	true, true, true, true, true, true, true, true,
	true, true, true, true, false, true, true, true,	/* the backslash */
	ROW_16(true), ROW_16(true),
	ROW_16(true), ROW_16(true), ROW_16(true), ROW_16(true),
	ROW_16(true), ROW_16(true), ROW_16(true), ROW_16(true)
};

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The byte at the cursor is not valid there. */
static const char *
refuse(PageScan *scan, const char *cursor, const char *complaint)
{
	scan->complaint = complaint;
	return cursor;
}

/* Skip one byte. */
static const char *
next(PageScan *scan, const char *cursor, PageScanState state)
{
	scan->state = state;
	return cursor + 1;
}

/* A value ended before the cursor. */
static const char *
end_value(PageScan *scan, const char *cursor)
{
	scan->state = scan->depth == 0 ? SCAN_DONE : SCAN_COMMA;
	return cursor;
}

static const char *
open_bracket(PageScan *scan, const char *cursor)
{
	bool		is_object = *cursor == '{';

	if (scan->depth == scan->max_depth)
		return refuse(scan, cursor, "brackets nested too deeply");
	scan->objects = scan->objects << 1 | is_object;
	scan->depth++;
	return next(scan, cursor, is_object ? SCAN_FIRST_NAME : SCAN_FIRST_ITEM);
}

static const char *
close_bracket(PageScan *scan, const char *cursor)
{
	scan->objects >>= 1;
	scan->depth--;
	return end_value(scan, cursor + 1);
}

static const char *
begin_string(PageScan *scan, const char *cursor, bool is_name)
{
	scan->is_name = is_name;
	return next(scan, cursor, SCAN_STRING);
}

static const char *
begin_literal(PageScan *scan, const char *cursor, const char *rest)
{
	scan->literal = rest;
	return next(scan, cursor, SCAN_LITERAL);
}

static const char *
scan_value(PageScan *scan, const char *cursor)
{
	switch (*cursor)
	{
		case '"':
			return begin_string(scan, cursor, false);
		case '{':
		case '[':
			return open_bracket(scan, cursor);
		case 'n':
			return begin_literal(scan, cursor, "ull");
		case 't':
			return begin_literal(scan, cursor, "rue");
		case 'f':
			return begin_literal(scan, cursor, "alse");
		case '-':
			return next(scan, cursor, SCAN_MINUS);
		case '0':
			return next(scan, cursor, SCAN_ZERO);
		default:
			return is_digit(*cursor) ? next(scan, cursor, SCAN_INTEGER) :
				refuse(scan, cursor, "value expected");
	}
}

static const char *
scan_name(PageScan *scan, const char *cursor)
{
	if (*cursor == '"')
		return begin_string(scan, cursor, true);
	return refuse(scan, cursor, "object property name expected");
}

static const char *
scan_comma(PageScan *scan, const char *cursor)
{
	bool		in_object = (scan->objects & 1) != 0;

	if (*cursor == ',')
		return next(scan, cursor, in_object ? SCAN_NAME : SCAN_VALUE);
	if (*cursor == (in_object ? '}' : ']'))
		return close_bracket(scan, cursor);
	return refuse(scan, cursor, "comma or end expected");
}

static const char *
scan_string(PageScan *scan, const char *cursor, const char *end)
{
	while (cursor < end && is_plain[(unsigned char) *cursor])
		cursor++;
	if (cursor == end)
		return cursor;
	if (*cursor == '\\')
		return next(scan, cursor, SCAN_ESCAPE);
	if (*cursor != '"')
		return refuse(scan, cursor, "control character in a string");
	if (scan->is_name)
		return next(scan, cursor, SCAN_COLON);
	return end_value(scan, cursor + 1);
}

static const char *
scan_escape(PageScan *scan, const char *cursor)
{
	scan->digits = 0;
	scan->only_zeros = true;
	if (*cursor == 'u')
		return next(scan, cursor, SCAN_HEX);
	if (strchr("\"\\/bfnrt", *cursor) != NULL)
		return next(scan, cursor, SCAN_STRING);
	return refuse(scan, cursor, "escape in a string expected");
}

static const char *
scan_hex(PageScan *scan, const char *cursor)
{
	char		lower = *cursor | 0x20;

	if (!is_digit(*cursor) && (lower < 'a' || lower > 'f'))
		return refuse(scan, cursor, "hexadecimal digit expected");
	scan->only_zeros = scan->only_zeros && *cursor == '0';
	if (++scan->digits < 4)
		return cursor + 1;
	if (scan->is_name && scan->only_zeros)
		scan->has_null_name = true;
	return next(scan, cursor, SCAN_STRING);
}

static const char *
scan_literal(PageScan *scan, const char *cursor)
{
	if (*cursor != *scan->literal)
		return refuse(scan, cursor, "null, true or false expected");
	if (*++scan->literal == '\0')
		return end_value(scan, cursor + 1);
	return cursor + 1;
}

/* A digit is required; then more may follow. */
static const char *
scan_digit(PageScan *scan, const char *cursor, PageScanState more)
{
	if (is_digit(*cursor))
		return next(scan, cursor, more);
	return refuse(scan, cursor, "digit expected");
}

/* More digits of an integer, fraction or exponent, or what may follow them. */
static const char *
scan_digits(PageScan *scan, const char *cursor, const char *end)
{
	if (scan->state != SCAN_ZERO)
		while (cursor < end && is_digit(*cursor))
			cursor++;
	if (cursor == end)
		return cursor;
	if (*cursor == '.' && (scan->state == SCAN_ZERO || scan->state == SCAN_INTEGER))
		return next(scan, cursor, SCAN_POINT);
	if ((*cursor == 'e' || *cursor == 'E') && scan->state != SCAN_EXPONENT)
		return next(scan, cursor, SCAN_E);
	return end_value(scan, cursor);
}

/* One step, where white space may not come first. */
static const char *
step_within(PageScan *scan, const char *cursor, const char *end)
{
	switch (scan->state)
	{
		case SCAN_STRING:
			return scan_string(scan, cursor, end);
		case SCAN_ESCAPE:
			return scan_escape(scan, cursor);
		case SCAN_HEX:
			return scan_hex(scan, cursor);
		case SCAN_LITERAL:
			return scan_literal(scan, cursor);
		case SCAN_MINUS:
			return *cursor == '0' ? next(scan, cursor, SCAN_ZERO) :
				scan_digit(scan, cursor, SCAN_INTEGER);
		case SCAN_POINT:
			return scan_digit(scan, cursor, SCAN_FRACTION);
		case SCAN_E:
			if (*cursor == '+' || *cursor == '-')
				return next(scan, cursor, SCAN_E_SIGN);
			return scan_digit(scan, cursor, SCAN_EXPONENT);
		case SCAN_E_SIGN:
			return scan_digit(scan, cursor, SCAN_EXPONENT);
		default:
			return scan_digits(scan, cursor, end);
	}
}

/* One step, where white space may come first. */
static const char *
step_between(PageScan *scan, const char *cursor, const char *end)
{
	cursor = page_skip_space(cursor, end);
	if (cursor == end)
		return cursor;
	switch (scan->state)
	{
		case SCAN_FIRST_ITEM:
			return *cursor == ']' ? close_bracket(scan, cursor) : scan_value(scan, cursor);
		case SCAN_FIRST_NAME:
			return *cursor == '}' ? close_bracket(scan, cursor) : scan_name(scan, cursor);
		case SCAN_NAME:
			return scan_name(scan, cursor);
		case SCAN_COLON:
			return *cursor == ':' ? next(scan, cursor, SCAN_VALUE) :
				refuse(scan, cursor, "colon expected");
		case SCAN_COMMA:
			return scan_comma(scan, cursor);
		default:
			return scan_value(scan, cursor);
	}
}

void
page_scan_begin(PageScan *scan, int outer)
{
	memset(scan, 0, sizeof(PageScan));
	scan->max_depth = PAGE_MAX_DEPTH - outer;
}

const char *
page_scan(PageScan *scan, const char *cursor, const char *end)
{
	while (cursor < end && scan->state != SCAN_DONE && scan->complaint == NULL)
		cursor = scan->state >= SCAN_STRING ? step_within(scan, cursor, end) :
			step_between(scan, cursor, end);
	return cursor;
}
