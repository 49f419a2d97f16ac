/*
 * page_private.h
 *	  The members of a reader, and what the files of page share.
 */
#ifndef USAGE_PAGE_PRIVATE_H
#define USAGE_PAGE_PRIVATE_H

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "lib/stringinfo.h"

#include "page/page.h"
#include "page/page_scan_private.h"

#define PAGE_COMPLAINT_BYTES	512
#define PAGE_QUOTE_BYTES		68	/* 64 of a value, "..." and a NUL */
#define PAGE_SCALAR_BYTES		8192	/* most of a scalar of the envelope */
#define PAGE_CHARACTER_BYTES	4	/* most of a character */

/* The innermost open bracket of the envelope. */
typedef enum Place
{
	OUTSIDE, IN_PAGE, IN_DATA, IN_BUCKET, IN_RESULTS, IN_RESULT
} Place;

/* What comes next there. */
typedef enum Step
{
	STEP_OPEN,					/* the page's brace */
	STEP_FIRST,					/* an item, or the end of the list or object */
	STEP_ITEM,					/* an item: a name, a bucket or a result */
	STEP_COLON,
	STEP_VALUE,
	STEP_COMMA,					/* or the end of the list or object */
	STEP_NOTHING				/* only white space */
} Step;

/* The envelope's members that matter; bits 1 << member tell which were seen. */
typedef enum Member
{
	MEMBER_DATA, MEMBER_HAS_MORE, MEMBER_CURSOR,
	MEMBER_BUCKET_START, MEMBER_BUCKET_END, MEMBER_RESULTS, MEMBER_OTHER
} Member;

/* A part of the page that is kept until it is complete. */
typedef struct Kept
{
	StringInfoData text;
	size_t		max_bytes;
} Kept;

/* A wanted field's path, cut at its dots, and its chain of those with the same key. */
typedef struct Path
{
	const char *keys;			/* each ends with a NUL, the last with two;
								 * NULL for the whole result */
	size_t		key_bytes;		/* of the first one */
	const char *rest;			/* the keys below it */
	int			next;			/* next field with that first key, or -1 */
	int			element;		/* index of its value in `elements` */
} Path;

struct PageReader
{
	const PageEnvelope *envelope;	/* names of members */

	/* what is wanted */
	const PageField *fields;
	PageValue  *values;
	Path	   *paths;
	int			nfields;
	int			whole;			/* first field that is the whole result, or -1 */
	int		   *followers;		/* at [field + 1]: the wanted field that last
								 * followed this one in a result, as a guess;
								 * at [0]: the first one; or -1 */
	const char *secret;			/* which complaints must not show, or NULL */

	/* bytes: the window being read, the rest of the feed */
	const char *cursor;
	const char *window_end;
	const char *window;
	const char *feed;
	size_t		feed_length;
	char		partial[PAGE_CHARACTER_BYTES];	/* the begin of a character
												 * that a feed has cut */
	int			partial_length;
	int64		offset;			/* of the window from the answer's start */
	bool		invalid;		/* the bytes after the window are not UTF-8,
								 * or a NUL */
	bool		ended;			/* page_feed() has said that no more comes */

	/* the skeleton; where the answer is a result, its place is IN_PAGE */
	PageEvent	event;			/* what page_next() will return */
	Place		place;
	Step		step;
	Member		member;			/* whose colon or value is next */
	int			page_members;	/* bits of those seen */
	int			bucket_members;

	/* the name or value that is being scanned, or was scanned last */
	PageScan	scan;
	bool		scanning;
	const char *name;			/* with its quotes; in the window, or
								 * `cut_name` */
	size_t		name_length;
	bool		is_irrelevant;		/* the name is longer than any that matters,
								 * so it is skipped */
	Kept		cut_name;		/* a name that the window's end has cut */
	json_object *decoded;		/* a name that had escapes */
	Kept		scalar;			/* of the envelope */

	/* the result being read: a list of its wanted values, or the whole */
	Kept		result_text;
	StringInfoData elements;	/* for each value of that list, its field: int */
	StringInfoData texts;		/* copies of a large result's values */
	bool		is_wanted;		/* is the member whose colon or value is next? */
	int			before;			/* field of the last wanted member, or -1 */
	bool		overflown;		/* a text to be kept exceeded its max_bytes */
	bool		result_too_large;
	int			numeric_field;	/* see page_numeric_field() */

	/* values of the envelope */
	PageValue	bucket_start;
	PageValue	bucket_end;
	bool		has_more;

	/* objects of json-c, freed by the callback */
	json_tokener *tokener;
	json_object *result;
	json_object *next_cursor;

	MemoryContextCallback callback;
	char		complaint[PAGE_COMPLAINT_BYTES];
};

/* Let page_next() return this event.  Always returns true. */
static inline bool
page_emit(PageReader *reader, PageEvent event)
{
	reader->event = event;
	return true;
}

/* in page_reader.c */

/* Read on until there is an event, which is then in reader->event. */
extern void page_advance(PageReader *reader);

/* in page_envelope.c */

/* The name of a member that messages use. */
extern const char *page_member_name(const PageReader *reader, Member member);

/* The length of the longest name that a member of a page or bucket may have. */
extern size_t page_longest_member(const PageEnvelope *envelope);

/* The member of that name among those from `first` to `last`, or MEMBER_OTHER. */
extern Member page_find_member(const PageEnvelope *envelope, Member first, Member last,
							   const char *name, size_t length);

/* Take over the scalar that was kept.  True: reader->event is set. */
extern bool page_take_scalar(PageReader *reader);

/* in page_window.c */

/* What follows a window that was read. */
typedef enum PageAfter
{
	PAGE_AFTER_WINDOW,			/* another one */
	PAGE_AFTER_EVENT,			/* reader->event is set: bytes are wanted, or
								 * are not text */
	PAGE_AFTER_END				/* nothing: the answer is complete */
} PageAfter;

/* Open the next window, or ask for more bytes. */
extern PageAfter page_next_window(PageReader *reader);

/*
 * Begin to scan a value, or go on with it, and append what was scanned to
 * `kept`, unless that is NULL.  `outer`: the brackets that it is within.
 * Returns true if the value is complete.  Else the window has ended, it is not
 * JSON (the event is PAGE_BROKEN) or too much was to be kept
 * (reader->overflown).
 */
extern bool page_scan_on(PageReader *reader, Kept *kept, int outer);

/*
 * The same for a member's name, which is then in reader->name until the next
 * step, unless reader->is_irrelevant.
 */
extern bool page_scan_name(PageReader *reader);

/* in page_result.c; those that return bool: true if reader->event is set */

/* Begin a result; then read it as a whole, if that is wanted ("*"). */
extern void page_begin_result(PageReader *reader);
extern bool page_read_whole(PageReader *reader);

/* Else read each member: its name (NULL: one that does not matter), its value. */
extern bool page_begin_field(PageReader *reader, const char *name, size_t length);
extern bool page_read_field(PageReader *reader);

/* After the last member: make the values. */
extern bool page_end_result(PageReader *reader);

/* in page_value.c */

/* Set reader->paths[field], in CurrentMemoryContext, after all fields before it. */
extern void page_open_path(PageReader *reader, int field);

/* The first field with this first key, or -1.  `before`: the last field found, or -1. */
extern int	page_find_field(PageReader *reader, int before, const char *key, size_t length);

/* Set reader->values from the list of wanted values.  True: one does not fit. */
extern bool page_read_elements(PageReader *reader);

/* The same from a result that was kept as a whole. */
extern bool page_read_members(PageReader *reader);

/* Is the number in range, so that json-c has kept it as it was? */
extern bool page_is_exact(json_object *number);

/* in page_integer.c */

typedef enum PageInteger
{
	PAGE_INTEGER,				/* exactly one, -2^63 + 1 to 2^63 - 1 */
	PAGE_TOO_LARGE,				/* one out of that range */
	PAGE_FRACTION,
	PAGE_NO_NUMBER
} PageInteger;

/*
 * What a text is that may be a number, as JSON writes one (more zeros before
 * it are no matter).  Sets *value to an integer.  A NUL must follow the text.
 */
extern PageInteger page_parse_integer(const char *text, size_t length, int64 *value);

/* in page_json.c */

/* A parser for page_parse(), to be freed by the caller; NULL if out of memory. */
extern json_tokener *page_new_tokener(void);

/*
 * Parse a text that is known to be one JSON value.  The caller must put the
 * tree (json_object_put()); it is NULL for JSON's null.  *failed: no memory.
 * If the value is a number or literal, `length` must include a NUL after it.
 */
extern json_object *page_parse(json_tokener *tokener, const char *text, size_t length,
							   bool *failed);

/* The length of what json_object_get_string() returned; a string may hold NULs. */
extern size_t page_text_length(json_object *json, const char *text);

/* in page_complaint.c */

/* Set the complaint and the event PAGE_BROKEN.  Always returns true. */
extern bool page_broken(PageReader *reader, const char *format,...) pg_attribute_printf(2, 3);

/* The same: the byte at the cursor is not valid JSON there. */
extern bool page_misplaced(PageReader *reader, const char *why);

/* The same: json-c is out of memory. */
extern bool page_exhausted(PageReader *reader);

/* The same: the member `path` of an `owner` is this value and not `wanted`. */
extern bool page_unfit(PageReader *reader, const char *path, int path_length,
					   const char *owner, json_object *value, const char *wanted);

/*
 * Copy a text from elsewhere for a message: control characters become spaces,
 * what looks like an API key is masked, and the end is cut at the boundary of
 * a character.  `size` includes four bytes for "..." and the NUL.  The source
 * must be UTF-8 with a NUL after its end.
 */
extern void page_copy_clean(char *target, size_t size, const char *source, size_t length);

/*
 * The same for a scalar's text.  The secret (or NULL) is masked before the
 * text is cut, as the cut may fall within it.  This overwrites json-c's own
 * text, so it is only for trees that are not used afterwards.
 */
extern void page_copy_scalar(char *target, size_t size, json_object *scalar, const char *secret);

#endif
