/*
 * page_private.h
 *	  What a reader is made of, for the files of page alone.
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
#define PAGE_SCALAR_BYTES		8192	/* most that a scalar of the envelope
										 * has */
#define PAGE_CHARACTER_BYTES	4	/* most that a character has */

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

/* The envelope's members that matter; their bits tell which were seen. */
typedef enum Member
{
	MEMBER_DATA, MEMBER_HAS_MORE, MEMBER_CURSOR,
	MEMBER_BUCKET_START, MEMBER_BUCKET_END, MEMBER_RESULTS, MEMBER_OTHER
} Member;

/* JSON text that is kept of the page, until it is complete. */
typedef struct Kept
{
	StringInfoData text;
	size_t		max_bytes;
} Kept;

/* A wanted field's path, cut at its dots, and what else shares its first key. */
typedef struct Path
{
	const char *keys;			/* each ends with a NUL, the last with two;
								 * NULL for the whole result */
	size_t		key_bytes;		/* of the first one */
	const char *rest;			/* the keys below it */
	int			next;			/* next field with that first key, or -1 */
	int			element;		/* which of those kept it is, or -1 */
} Path;

struct PageReader
{
	const PageEnvelope *envelope;	/* names of members */

	/* what is wanted, and where it was in the last result */
	const PageField *fields;
	PageValue  *values;
	Path	   *paths;
	int			nfields;
	int			whole;			/* first field that is the whole result, or -1 */
	int		   *followers;		/* first field with the key that came after
								 * each field's, and at [0] before all, or -1 */
	const char *secret;			/* what no complaint repeats, or NULL */

	/* bytes: those being read, those not yet */
	const char *cursor;
	const char *window_end;
	const char *window;
	const char *feed;
	size_t		feed_length;
	char		partial[PAGE_CHARACTER_BYTES];	/* a character that was cut */
	int			partial_length;
	int64		offset;			/* of the window in the answer */
	bool		invalid;		/* what follows the window is not text */
	bool		ended;			/* there will be no other feed */

	/* the skeleton */
	PageEvent	event;			/* to be answered */
	Place		place;
	Step		step;
	Member		member;			/* whose colon or value is next */
	int			page_members;	/* bits of those seen */
	int			bucket_members;

	/* the name or value that is being scanned, or was last */
	PageScan	scan;
	bool		scanning;
	const char *name;			/* with its quotes; in the window, or
								 * `cut_name` */
	size_t		name_length;
	bool		is_nobodys;		/* it is longer than any that matters */
	Kept		cut_name;		/* one that the window's end has cut */
	json_object *decoded;		/* one that has escapes */
	Kept		scalar;			/* of the envelope */

	/* the result at hand: a list of the wanted values, or the whole */
	Kept		result_text;
	StringInfoData elements;	/* an int for each: its field */
	StringInfoData texts;		/* of a large result's values */
	bool		is_wanted;		/* the member whose colon or value is next */
	int			before;			/* field of the wanted one before it, or -1 */
	bool		overflown;		/* what was to be kept has no room */
	bool		result_too_large;

	/* values of the envelope */
	PageValue	bucket_start;
	PageValue	bucket_end;
	bool		has_more;

	/* what json-c holds for us */
	json_tokener *tokener;
	json_object *result;
	json_object *next_cursor;

	MemoryContextCallback callback;
	char		complaint[PAGE_COMPLAINT_BYTES];
};

/* Answer this event.  Always true: an event is there. */
static inline bool
page_emit(PageReader *reader, PageEvent event)
{
	reader->event = event;
	return true;
}

/* in page_reader.c */

/* One step on.  True: an event is to be answered. */
extern bool page_advance(PageReader *reader);

/* The length of the longest name that a member of a page or bucket may have. */
extern size_t page_longest_member(const PageEnvelope *envelope);

/* in page_window.c */

/* What comes after a window that is read. */
typedef enum PageAfter
{
	PAGE_AFTER_WINDOW,			/* another one */
	PAGE_AFTER_EVENT,			/* an event: more is wanted, or it is no text */
	PAGE_AFTER_END				/* nothing: the answer is complete */
} PageAfter;

/* Make the next window, or ask for more. */
extern PageAfter page_next_window(PageReader *reader);

/*
 * Scan a value on, and keep it where `kept` is not NULL.  `outer`: brackets that
 * it is within.  False: it is not complete, because the window ends, or because
 * it is not JSON (PAGE_BROKEN is answered) or more than may be kept
 * (reader->overflown is set).
 */
extern bool page_scan_on(PageReader *reader, Kept *kept, int outer);

/*
 * The same for a member's name; it is in reader->name until the next step, unless
 * reader->is_nobodys.
 */
extern bool page_scan_name(PageReader *reader);

/* in page_result.c; True: an event */

/* A result begins.  It is a whole, or goes member by member. */
extern void page_begin_result(PageReader *reader);
extern bool page_read_whole(PageReader *reader);

/* The next member has this name (NULL: none that matters), and then this value. */
extern bool page_begin_field(PageReader *reader, const char *name, size_t length);
extern bool page_read_field(PageReader *reader);

/* It was the last one. */
extern bool page_end_result(PageReader *reader);

/* in page_value.c */

/* Cut a path at its dots and chain it to an earlier one that begins alike. */
extern void page_open_path(PageReader *reader, int field);

/* The first field that begins with this key, or -1.  `before`: the one before. */
extern int	page_find_field(PageReader *reader, int before, const char *key, size_t length);

/* The values of the wanted members kept of a result.  True: one does not fit. */
extern bool page_read_elements(PageReader *reader);

/* The same of a result that was kept as a whole. */
extern bool page_read_members(PageReader *reader);

/* Did json-c keep this number as it was? */
extern bool page_is_exact(json_object *number);

/* Is it this string? */
extern bool page_is_string(json_object *json, const char *text);

/* in page_json.c */

/* Ready for valid JSON.  NULL if there is no memory. */
extern json_tokener *page_new_tokener(void);

/*
 * A text that is known to be one JSON value as a tree, to be put by the caller;
 * NULL for JSON's null.  *failed: json-c could not.  Numbers and literals end
 * only with a byte more, a NUL.
 */
extern json_object *page_parse(json_tokener *tokener, const char *text, size_t length,
							   bool *failed);

/* Of what json_object_get_string() gave: a string may hold NULs. */
extern size_t page_text_length(json_object *json, const char *text);

/* in page_complaint.c */

/* Answer PAGE_BROKEN.  Always true: an event is there. */
extern bool page_broken(PageReader *reader, const char *format,...) pg_attribute_printf(2, 3);

/* The same: the byte at the cursor can't be there. */
extern bool page_misplaced(PageReader *reader, const char *why);

/* The same: json-c got no memory. */
extern bool page_exhausted(PageReader *reader);

/* The same: `owner`'s member is not `wanted`. */
extern bool page_unfit(PageReader *reader, const char *path, int path_length,
					   const char *owner, json_object *value, const char *wanted);

/*
 * Words from elsewhere made fit for a message: control characters become
 * spaces, what looks like a key is masked, the end is cut at a character's
 * boundary.  Of `size` bytes four are for "..." and the NUL.  The source is
 * UTF-8 and has a NUL after its end.
 */
extern void page_copy_clean(char *target, size_t size, const char *source, size_t length);

/*
 * A scalar's text, cleaned.  The secret is masked before the text is cut, which may
 * be in its midst; in json-c's own text, as nothing else is done with the tree
 * of a page that is broken, or of an error.
 */
extern void page_copy_scalar(char *target, size_t size, json_object *scalar, const char *secret);

#endif
