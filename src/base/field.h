/*
 * field.h
 *	  The kinds of values that a field of an answer may be read as.
 *
 * Planning chooses them and the reader of pages goes by them; neither needs the
 * other.
 */
#ifndef USAGE_FIELD_H
#define USAGE_FIELD_H

/*
 * What a member of a result object must be; anything else breaks the page.
 * No number goes through a double.  What is beyond int64 (uint64 for
 * FIELD_NUMBER, FIELD_SCALAR and FIELD_JSON) or at its very end is refused where
 * it is written as an integer: json-c does not tell the two apart.  So is a
 * string with a null character, but not in FIELD_JSON, which has it escaped.
 * Half of a surrogate pair becomes U+FFFD.
 */
typedef enum FieldKind
{
	FIELD_TEXT,					/* a string */
	FIELD_INTEGER,				/* an integer, -2^63 + 1 to 2^63 - 1 */
	FIELD_BOOLEAN,				/* true or false, or "true" or "false" */
	FIELD_NUMBER,				/* the literal text of a number, or of a
								 * string that the caller will parse as one
								 * ("NaN" might come this way) */
	FIELD_SCALAR,				/* literal text of any scalar */
	FIELD_JSON					/* any value, as JSON text */
} FieldKind;

#endif
