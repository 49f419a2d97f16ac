/*
 * page_reader.h
 *	  What a reader is made of, for the files of page alone.
 */
#ifndef USAGE_PAGE_READER_H
#define USAGE_PAGE_READER_H

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "lib/stringinfo.h"

#include "page.h"

#define PAGE_COMPLAINT_BYTES	512
#define PAGE_QUOTE_BYTES		68	/* 64 of a value, "..." and a NUL */

/* The innermost open bracket of the envelope. */
typedef enum Place
{
	OUTSIDE, IN_PAGE, IN_DATA, IN_BUCKET, IN_RESULTS
} Place;

/* What comes next there. */
typedef enum Step
{
	STEP_OPEN,					/* the page's brace */
	STEP_FIRST,					/* an item, or the end of the list or object */
	STEP_ITEM,					/* an item: a key, a bucket or a result */
	STEP_COLON,
	STEP_VALUE,
	STEP_COMMA,					/* or the end of the list or object */
	STEP_NOTHING				/* only white space */
} Step;

/* The envelope's members that matter; their bits tell which were seen. */
typedef enum Member
{
	MEMBER_DATA, MEMBER_HAS_MORE, MEMBER_NEXT_PAGE,
	MEMBER_START_TIME, MEMBER_END_TIME, MEMBER_RESULTS, MEMBER_OTHER
} Member;

/* A wanted field's path, cut at its dots, and what else shares its first key. */
typedef struct Path
{
	const char *keys;			/* each ends with a NUL, the last with two;
								 * NULL for the whole result */
	const char *rest;			/* the keys below the first one */
	int			next;			/* next field with that first key, or -1 */
} Path;

struct PageReader
{
	/* what is wanted, and where it was in the last result */
	const PageField *fields;
	PageValue  *values;
	Path	   *paths;
	int			nfields;
	int			whole;			/* first field that is the whole result, or -1 */
	int		   *followers;		/* first field with the key that came after
								 * each field's, and at [0] before all, or -1 */

	/* bytes: those being read, those not yet, those kept for the next feed */
	const char *cursor;
	const char *window_end;
	const char *window;
	const char *feed;
	size_t		feed_length;
	StringInfoData tail;
	int64		offset;			/* of the window in the answer */
	bool		tail_read;		/* the window is the tail */
	bool		invalid;		/* what follows the window is not text */
	bool		ended;			/* there will be no other feed */

	/* the skeleton */
	PageEvent	event;			/* to be answered */
	Place		place;
	Step		step;
	Member		member;			/* whose colon or value is next */
	int			page_members;	/* bits of those seen */
	int			bucket_members;
	bool		parsing;		/* json-c is within a value */

	/* values of the envelope */
	int64		start_time;
	int64		end_time;
	bool		has_more;

	/* what json-c holds for us */
	json_tokener *tokener;
	json_object *result;
	json_object *next_page;

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

/* in page.c */

/* The answer is complete: so is the page? */
extern bool page_finish(PageReader *reader);

/* in page_window.c */

/* The window is read: make the next one, or ask for more.  True: an event. */
extern bool page_next_window(PageReader *reader);

/* in page_value.c */

/* Cut a path at its dots and chain it to an earlier one that begins alike. */
extern void page_open_path(PageReader *reader, int field);

/* The values of all fields.  True: one does not fit. */
extern bool page_take_fields(PageReader *reader);

/* Did json-c keep this number as it was? */
extern bool page_is_exact(json_object *number);

/* Is it this string? */
extern bool page_is_string(json_object *json, const char *text);

/* in page_error.c */

/* NULL if there is no memory. */
extern json_tokener *page_new_tokener(void);

/* Answer PAGE_BROKEN.  Always true: an event is there. */
extern bool page_broken(PageReader *reader, const char *format,...) pg_attribute_printf(2, 3);

/* The same: json-c got no memory. */
extern bool page_exhausted(PageReader *reader);

/* The same: `owner`'s member is not `wanted`. */
extern bool page_unfit(PageReader *reader, const char *path, int path_length,
					   const char *owner, json_object *value, const char *wanted);

/* Of what json_object_get_string() gave: a string may hold NULs. */
extern size_t page_text_length(json_object *json, const char *text);

/* Words from elsewhere made fit for a message, cut to `size`. */
extern void page_copy_clean(char *target, size_t size, const char *source, size_t length);

#endif
