/*
 * field.h
 *	  The kinds of values that a field of an answer may be read as.
 *
 * The description of a table chooses them, and the reader of pages follows
 * them; neither needs the other.
 */
#ifndef USAGE_FIELD_H
#define USAGE_FIELD_H

/*
 * What a member of a result object must be; anything else breaks the page.
 *
 * No number goes through a double.  One that is written as an integer must be
 * greater than -2^63, and less than 2^63 (FIELD_INTEGER) or 2^64 - 1
 * (FIELD_NUMBER, FIELD_SCALAR and FIELD_JSON): for what is beyond, json-c may
 * return the end.
 *
 * A string with a null character is refused, except in FIELD_JSON, where it
 * stays escaped.  Half of a surrogate pair becomes U+FFFD.
 */
typedef enum FieldKind
{
	FIELD_TEXT,					/* a string */
	FIELD_INTEGER,				/* an integer, -2^63 + 1 to 2^63 - 1, also as
								 * a string or with a point or exponent: "5",
								 * 5.0, 5e0 */
	FIELD_BOOLEAN,				/* true or false, or "true" or "false" */
	FIELD_NUMBER,				/* the literal text of a number, or of a
								 * string that the caller will parse as one
								 * ("NaN" might come this way) */
	FIELD_SCALAR,				/* literal text of any scalar */
	FIELD_JSON					/* any value, as JSON text */
} FieldKind;

#endif
