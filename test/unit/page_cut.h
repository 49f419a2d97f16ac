/*
 * page_cut.h
 *	  Answers that are read in one feed, byte by byte, and cut in two.
 */
#ifndef USAGE_PAGE_CUT_H
#define USAGE_PAGE_CUT_H

#include "catalogue/provider.h"
#include "page/page.h"

#define MAX_RESULT_BYTES (64 * 1024)
#define BUCKET "{\"start_time\":1,\"end_time\":2,\"results\":["

/* An answer around a value, and the field that reads it, if any does. */
typedef struct Frame
{
	const char *name;
	const char *before;
	const char *behind;
	const char *path;			/* or NULL */
	int			depth;			/* brackets around the value that count */
} Frame;

#define FRAME_COUNT 6
#define UNREAD_FRAME_COUNT 3

/* Those in which nothing reads the value come first. */
extern const Frame frames[FRAME_COUNT];

/* Feed bytes in a malloc of their own; returns the last event. */
extern PageEvent feed(PageReader *reader, const char *bytes, size_t length);

/*
 * Read an answer with a cut at `cut`, or at each byte where that is 0.  Returns
 * its complaint, "" where it is a page.
 */
extern const char *read_cut(PageReader *reader, const char *text, size_t length, size_t cut);

/* The complaint, which is the same however the answer is cut, or all of them. */
extern char *complaint_of(const char *path, const char *text, size_t length);

#endif
