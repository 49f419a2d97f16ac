/*
 * page_scan_private.h
 *	  A scanner of JSON, for the files of page alone.
 *
 * It checks one JSON value byte by byte, strictly by RFC 8259.  It builds and
 * allocates nothing, and can stop at any byte and go on from there, so its
 * findings do not depend on where bytes were cut.  The caller must check that
 * they are UTF-8 without a null character.
 */
#ifndef USAGE_PAGE_SCAN_PRIVATE_H
#define USAGE_PAGE_SCAN_PRIVATE_H

/* How deep brackets may be nested in a value. */
#define PAGE_MAX_DEPTH	32

/* What comes next. */
typedef enum PageScanState
{
	SCAN_VALUE,
	SCAN_FIRST_ITEM,			/* a value, or the end of the list */
	SCAN_FIRST_NAME,			/* a name, or the end of the object */
	SCAN_NAME,
	SCAN_COLON,
	SCAN_COMMA,					/* or the end of the list or object */
	SCAN_STRING,				/* the rest of a string */
	SCAN_ESCAPE,				/* what follows a backslash */
	SCAN_HEX,					/* digits of \u */
	SCAN_LITERAL,				/* the rest of null, true or false */
	SCAN_MINUS,					/* the digits behind it */
	SCAN_ZERO,					/* what may follow a leading zero */
	SCAN_INTEGER,				/* more digits, or what may follow them */
	SCAN_POINT,					/* the digits behind it */
	SCAN_FRACTION,				/* more of them, or what may follow */
	SCAN_E,						/* a sign or the digits of the exponent */
	SCAN_E_SIGN,				/* its digits */
	SCAN_EXPONENT,				/* more of them */
	SCAN_DONE					/* nothing: the value is complete */
} PageScanState;

typedef struct PageScan
{
	PageScanState state;
	int			depth;			/* brackets that are open */
	int			max_depth;
	uint32		objects;		/* a bit for each, the innermost lowest: is it
								 * a brace? */
	bool		is_name;		/* the string being scanned is a name */
	bool		has_null_name;	/* a name has an escaped null character */
	int			digits;			/* of \u so far */
	bool		only_zeros;		/* are all of these 0? */
	const char *literal;		/* what is left of null, true or false */
	const char *complaint;		/* why it is not JSON, or NULL */
} PageScan;

/* Begin a value.  The `outer` brackets that it is within count as its depth. */
extern void page_scan_begin(PageScan *scan, int outer);

/*
 * Scan on from `cursor`.  Returns where the scan stopped: at `end`, if the
 * value is not complete; behind the value (state SCAN_DONE); or at a byte that
 * can't be there (`complaint` is set, to a constant).  A number is complete
 * only at the byte that follows it.
 */
extern const char *page_scan(PageScan *scan, const char *cursor, const char *end);

/* The first byte that is no white space, or `end`. */
static inline const char *
page_skip_space(const char *cursor, const char *end)
{
	while (cursor < end &&
		   (*cursor == ' ' || *cursor == '\n' || *cursor == '\r' || *cursor == '\t'))
		cursor++;
	return cursor;
}

#endif
