/*
 * page.h
 *	  Parses the bytes of an answer into typed values, one result object at a time.
 *
 * The reader knows the shapes of an answer (docs/api.md sections 1 and 6): a
 * page with a list of buckets, each with a list of results, and a cursor; a
 * page with a list of results; or one result.  The caller gives the shape and
 * the names of its members, and which members of a result object it wants as
 * what.
 *
 * All of an answer must be JSON by RFC 8259 in UTF-8, its values at most 32
 * brackets deep.  A complaint depends only on the bytes of the answer, not on
 * how the network cut them.
 *
 * Memory does not grow with the page.  What is not wanted is skipped.  The
 * wanted values of a result, or all of it for "*", are kept as text of at most
 * max_result_bytes, from which json-c makes a tree.  Its memory comes from
 * malloc(), so no context counts it: up to 300 bytes for each byte of text, if
 * that is a list of empty objects, so 20 MB for 64 kB.  There is one tree at a
 * time; one that may be large is freed before its values are handed out.
 * Scalars of the envelope have at most 8 kB each.
 *
 * Only the files of page use json-c.
 */
#ifndef USAGE_PAGE_H
#define USAGE_PAGE_H

#include "base/field.h"

/*
 * A wanted member.  `path` has dots between keys ("amount.value"); "*" is the
 * whole result object, as FIELD_JSON.
 */
typedef struct PageField
{
	const char *path;
	FieldKind	kind;
} PageField;

/* What an answer holds. */
typedef enum PageShape
{
	PAGE_OF_BUCKETS,			/* a list of buckets, each with results */
	PAGE_OF_RESULTS,			/* a list of results */
	PAGE_IS_RESULT				/* one result: the answer itself */
} PageShape;

/*
 * An API's names for the members of a page and of its buckets.  Each is a list
 * that ends with NULL, as a member may have had another name before; it is
 * empty where the shape has no such member.
 */
typedef struct PageEnvelope
{
	PageShape	shape;
	const char *const *data;	/* of the page: the list of buckets */
	const char *const *has_more;	/* a boolean */
	const char *const *cursor;	/* a string: the next page's parameter */
	const char *const *bucket_start;	/* of a bucket: an integer, as the
										 * next */
	const char *const *bucket_end;
	const char *const *results; /* of a bucket: the list of results */
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
	PAGE_WANTS_BYTES,			/* call page_feed() */
	PAGE_BUCKET,				/* a bucket begins; its times aren't known */
	PAGE_RESULT,				/* a result: page_values() */
	PAGE_BUCKET_END,			/* the bucket is complete; its times are known */
	PAGE_END,					/* the page is complete and nothing follows
								 * it; its cursor is known */
	PAGE_BROKEN					/* it is not such a page: page_complaint() */
} PageEvent;

typedef struct PageReader PageReader;

/*
 * A reader for one page.  It lives in CurrentMemoryContext; when that is reset
 * or deleted, json-c's memory for it is freed too.  `envelope`, `fields` and
 * `secret` must live as long.  No complaint repeats `secret` (secret.h), which
 * may be NULL.  max_result_bytes, less than 1 GB, is the most that is kept of
 * a result: the whole text, or else the wanted values, each with one byte, and
 * one more.
 */
extern PageReader *page_open(const PageEnvelope *envelope,
							 const PageField *fields, int nfields,
							 size_t max_result_bytes, const char *secret);

/*
 * Make the reader ready for another page, wherever it is in the last one.
 * Raises no error but out of memory.
 */
extern void page_restart(PageReader *reader);

/*
 * Give the reader bytes; only after page_open(), page_restart() or
 * PAGE_WANTS_BYTES.  They may be cut anywhere, at most INT_MAX at a time.
 * They are not copied: they must stay until page_next() returns
 * PAGE_WANTS_BYTES.  length 0: the answer ends here.  Without that there is no
 * PAGE_END.
 */
extern void page_feed(PageReader *reader, const char *bytes, size_t length);

/*
 * The next event.  Raises no error but out of memory.  After PAGE_END or
 * PAGE_BROKEN it returns the same until page_restart().
 */
extern PageEvent page_next(PageReader *reader);

/* After PAGE_RESULT: one value per field, valid until the next page_next(). */
extern const PageValue *page_values(PageReader *reader);

/* After PAGE_BUCKET_END: the bucket's times; only `integer` is set. */
extern const PageValue *page_bucket_start(PageReader *reader);
extern const PageValue *page_bucket_end(PageReader *reader);

/*
 * After PAGE_END.  A page without has_more has no more; with a cursor but
 * without has_more it is broken.  The cursor belongs to the reader until
 * page_restart(); NULL if there is none or it is empty.  has_more may be true
 * without a cursor: the caller must refuse that.
 */
extern bool page_has_more(PageReader *reader);
extern const char *page_cursor(PageReader *reader);

/*
 * After PAGE_BROKEN: what is wrong, as a sentence for an error's detail, in
 * UTF-8, not translated.  Belongs to the reader.
 */
extern const char *page_complaint(PageReader *reader);

/* After PAGE_BROKEN: did a result take more than max_result_bytes? */
extern bool page_too_large(PageReader *reader);

/*
 * After PAGE_BROKEN: the index of the FIELD_INTEGER whose value is a number
 * that FIELD_NUMBER could hold, or -1 if that is not what is wrong.
 */
extern int	page_numeric_field(PageReader *reader);

#endif
