/*
 * fault.h
 *	  Mishaps on demand.  Thread-safe.
 */
#ifndef FAULT_H
#define FAULT_H

#include "exchange.h"
#include "parameter.h"

typedef enum FaultKind
{
	/* instead of an answer */
	FAULT_STATUS,
	FAULT_BODY,
	FAULT_GARBAGE,
	FAULT_HTML,
	FAULT_REDIRECT,
	FAULT_LOOKBACK,

	/* changes to the page */
	FAULT_REPEAT_CURSOR,
	FAULT_NO_CURSOR,
	FAULT_NO_DATA,
	FAULT_EMPTY_PAGE,
	FAULT_WRONG_TYPE,
	FAULT_NUL,
	FAULT_BUCKET_OUTSIDE,
	FAULT_BUCKET_DISORDER,
	FAULT_BUCKET_DUPLICATE,
	FAULT_CLIPPED_END,

	/* neither */
	FAULT_DELAY
} FaultKind;

typedef struct Fault
{
	/* when */
	FaultKind	kind;
	char	   *endpoint;		/* last component of the path, or NULL: any */
	char	   *match;			/* part of the raw query, or NULL: any */
	char	   *path;			/* part of the path, not decoded, or NULL: any */
	int64_t		after;			/* matching requests to let pass first */
	int64_t		count;			/* then so many to hit; -1: all */
	int64_t		probability;	/* of hitting one, in percent */

	/* what */
	int64_t		code;			/* HTTP status */
	int64_t		delay_ms;
	char	   *content_type;	/* or NULL */
	Body	   *body;			/* or NULL */
	Header		headers[MAX_HEADERS];
	int			header_count;
	char	   *field;			/* in each result; dots lead into objects */
	char	   *value;			/* JSON text, or NULL: the field is left out */
	char	   *level;			/* where field is: result, bucket or page */
	char	   *cursor;			/* for next_page, or NULL: one that works */
	char	   *where;			/* before or after */
	char	   *location;
	char	   *date;
} Fault;

/* Queue the fault that the parameters describe; content is its body, if any. */
extern bool fault_add(const ParameterList *list, Buffer *content,
					  Buffer *message);

/* A copy of the fault that hits this request, or NULL. */
extern Fault *fault_take(const char *path, const char *query);

/* Answer instead of the API; false if the fault is none of that kind. */
extern bool fault_answer(const Fault *fault, Exchange *exchange);
extern bool fault_reshapes(const Fault *fault);

extern void fault_free(Fault *fault);
extern void fault_clear(void);
extern void fault_list(Buffer *out);

#endif
