/*
 * page_trace.h
 *	  What a page says, as text, and whether it is what was expected.
 *
 * Whatever a page says is written down as a trace, one line for each event,
 * and traces are compared: with what is expected, and between all ways of
 * cutting the same bytes into feeds.
 */
#ifndef USAGE_PAGE_TRACE_H
#define USAGE_PAGE_TRACE_H

#include "catalogue/provider.h"
#include "page/page.h"

#define MAX_RESULT_BYTES (64 * 1024)
#define SECRET "gateway-Zq7Xv0Wk4/Pd2"
#define FIXTURE_COUNT 13

/* A string that may hold NULs. */
typedef struct Bytes
{
	const char *data;
	size_t		length;
} Bytes;

#define BYTES(literal) (Bytes) {literal, sizeof(literal) - 1}

/* What a reader is to read. */
typedef struct Fields
{
	const PageField *fields;
	int			count;
} Fields;

#define FIELDS(array) (Fields) {array, lengthof(array)}

/* What readers are opened for, buckets at first; and the most bytes of a result. */
extern PageShape trace_shape;
extern size_t trace_result_bytes;

/* A page, and its trace. */
typedef struct TraceCase
{
	const char *name;
	Bytes		page;
	const char *trace;
} TraceCase;

/* A page that is broken; its complaint is its name. */
typedef struct BrokenCase
{
	Bytes		page;
	const char *events;			/* the trace before the complaint */
	const char *complaint;
} BrokenCase;

/* The value of a member "x" of a result. */
typedef struct ValueCase
{
	FieldKind	kind;
	const char *literal;		/* in the page */
	const char *value;			/* in the trace; NULL: there is none */
	const char *complaint;		/* behind "The "x" of a result "; NULL: none */
} ValueCase;

/* Every field of every endpoint, so that one list reads all fixtures. */
extern const Fields everything;

/* Pages in pages/NAME.json, their traces in NAME.events. */
extern const char *const fixtures[FIXTURE_COUNT];

/* A file of pages, with a NUL behind it. */
extern Bytes read_file(const char *name, const char *extension);

/* A reader of these fields, with SECRET. */
extern PageReader *open_reader(Fields fields);

/* What a reader says of a page, fed `chunk` bytes at a time (0: at random). */
extern char *trace_with(PageReader *reader, Fields fields, Bytes page, size_t chunk);
extern char *trace_page(Fields fields, Bytes page, size_t chunk);

/* Print a text's lines as comments. */
extern void show(const char *title, const char *text);

/* One check a page: its trace is this, in one feed as in feeds of any size. */
extern void is_trace(const char *name, Fields fields, Bytes page, const char *expected);
extern void are_traces(Fields fields, const TraceCase *cases, int ncases);
extern void are_broken(const BrokenCase *cases, int ncases);
extern void are_values(const ValueCase *cases, int ncases);

#endif
