/*
 * page.h
 *	  Bytes of an answer to typed values, one result object at a time.
 *
 * The reader knows the shape of an answer (docs/api.md section 1): a page with a
 * list of buckets, each with a list of results, and a cursor.  What an API calls
 * these, and which members of a result object are wanted, and as what, is its
 * caller's word.
 *
 * All of an answer must be JSON by RFC 8259 in UTF-8, its values at most 32
 * brackets deep; what is said of one that is not depends on its bytes alone.
 *
 * Memory does not grow with the page.  What is not wanted is read over.  Of a
 * result what is wanted, and all of it for "*", is kept as text up to
 * max_result_bytes, and makes a tree in json-c's memory, which malloc() gives
 * and no context counts: up to 300 bytes for each byte of text, where that is
 * a list of empty objects, so 20 MB for 64 kB.  It is there for one result at a
 * time, and gone, if it may be large, when its values are handed out.
 * The envelope's scalars have at most 8 kB each.
 *
 * json-c stays inside the files of page.
 */
#ifndef USAGE_PAGE_H
#define USAGE_PAGE_H

#include "base/field.h"

/*
 * A member that is wanted.  `path` has dots between keys ("amount.value");
 * "*" is the whole result object, as FIELD_JSON.
 */
typedef struct PageField
{
	const char *path;
	FieldKind	kind;
} PageField;

/*
 * What an API calls the members of a page and of its buckets.  Each is a list that
 * ends with NULL: a member may have had another name before.
 */
typedef struct PageEnvelope
{
	const char *const *data;	/* of a page: the list of buckets */
	const char *const *has_more;	/* a boolean */
	const char *const *cursor;	/* a string: what asks for the next page */
	const char *const *bucket_start;	/* of a bucket: an integer */
	const char *const *bucket_end;
	const char *const *results; /* the list of result objects */
} PageEnvelope;

/* Absent members and JSON null are null. */
typedef struct PageValue
{
	bool		isnull;
	bool		boolean;		/* FIELD_BOOLEAN */
	int64		integer;		/* FIELD_INTEGER */
	const char *text;			/* else: UTF-8, NUL-terminated */
	size_t		length;			/* of text; text holds no other NUL */
} PageValue;

typedef enum PageEvent
{
	PAGE_WANTS_BYTES,			/* feed more, or say that there are no more */
	PAGE_BUCKET,				/* a bucket begins; nothing is known of it yet */
	PAGE_RESULT,				/* values of the next result of the bucket */
	PAGE_BUCKET_END,			/* the bucket is complete, its times are known */
	PAGE_END,					/* the page is complete and nothing comes
								 * after it, its cursor is known */
	PAGE_BROKEN					/* not such a page; see page_complaint() */
} PageEvent;

typedef struct PageReader PageReader;

/*
 * A reader for one page.  It lives in CurrentMemoryContext and is gone, with
 * all that json-c holds for it, when that is reset or deleted.  `envelope`,
 * `fields` and `secret` must live as long; no complaint repeats the latter (secret.h), which
 * may be NULL.  max_result_bytes, less than 1 GB: most that is kept of a
 * result; of one that is not wanted as a whole that is the wanted values, with
 * a byte more for each.
 */
extern PageReader *page_open(const PageEnvelope *envelope,
							 const PageField *fields, int nfields,
							 size_t max_result_bytes, const char *secret);

/*
 * Make it ready for another page, keeping what can be kept, however far it
 * came with the last one.
 */
extern void page_restart(PageReader *reader);

/*
 * Give it bytes, after page_open(), page_restart() or PAGE_WANTS_BYTES only.
 * They may be cut anywhere, at most INT_MAX at a time.  They are not copied:
 * they must stay until page_next() has answered PAGE_WANTS_BYTES.  length 0:
 * the answer ends here.  Only then comes PAGE_END.
 */
extern void page_feed(PageReader *reader, const char *bytes, size_t length);

/*
 * The next event.  Never raises an error but out of memory.  PAGE_END and
 * PAGE_BROKEN stay the answer until page_restart().
 */
extern PageEvent page_next(PageReader *reader);

/* After PAGE_RESULT: one value per field, good until the next page_next(). */
extern const PageValue *page_values(PageReader *reader);

/* After PAGE_BUCKET_END: the bucket's times, as FIELD_INTEGER has them. */
extern const PageValue *page_bucket_start(PageReader *reader);
extern const PageValue *page_bucket_end(PageReader *reader);

/*
 * After PAGE_END.  A page that does not say whether it has more has none, but if it has a cursor
 * it is broken.  The cursor belongs to the reader, until page_restart(); NULL
 * if there is none or it is empty.  The two may disagree: has_more without a
 * cursor is for the caller to refuse.
 */
extern bool page_has_more(PageReader *reader);
extern const char *page_cursor(PageReader *reader);

/*
 * After PAGE_BROKEN: what is wrong, in words fit for an error's detail, as a
 * sentence that ends with a full stop.  Belongs to the reader.
 */
extern const char *page_complaint(PageReader *reader);

/* After PAGE_BROKEN: is it that a result takes more than max_result_bytes? */
extern bool page_too_large(PageReader *reader);

#endif
