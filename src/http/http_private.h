/*
 * http_private.h
 *	  What a transfer is made of, for the files of http alone.
 */
#ifndef USAGE_HTTP_PRIVATE_H
#define USAGE_HTTP_PRIVATE_H

#include <curl/curl.h>

#include "lib/ilist.h"
#include "utils/resowner.h"

#include "http/http.h"

#define HTTP_KEPT_HEADERS	5	/* those that HttpOutcome shows */
#define HTTP_VALUE_BYTES	128 /* kept of a header's value */

/* Bytes on their way to the reader; malloc'd. */
typedef struct HttpBuffer
{
	char	   *data;
	size_t		length;
	size_t		size;			/* allocated */
} HttpBuffer;

struct HttpTransfer
{
	MemoryContext context;		/* holds this struct and its strings */
	MemoryContextCallback on_reset;
	ResourceOwner owner;		/* whose end is the transfer's; compared only */
	dlist_node	node;			/* in `running` */
	bool		is_running;		/* is it there? */

	/* what was asked */
	const char *host;			/* for messages */
	char	   *secret;			/* what they must not repeat, or NULL */
	bool		proxied;
	int			connect_timeout_ms;
	int			request_timeout_ms;
	size_t		buffer_bytes;

	/* what curl holds */
	CURL	   *easy;			/* NULL once it went back to the engine */
	struct curl_slist *headers;
	char		curl_error[CURL_ERROR_SIZE];

	/* bytes: curl fills one buffer while the reader has the other */
	HttpBuffer	filling;
	HttpBuffer	reading;
	size_t		consumed;		/* of `reading` */
	bool		paused;			/* `filling` is full */
	int64		head_bytes;		/* of all heads and the trailer */
	const char *refusal;		/* why we took no more, or NULL; a constant */

	/* clocks, in microseconds */
	bool		resolving;		/* curl has begun to look up a name */
	bool		connected;
	int64		wanted_at_us;	/* when its reader asked for it last */
	int64		silent_us;		/* waited since the server's last sign */
	int64		looked_at_us;	/* when it was driven last */
	int64		neglected_us;	/* sum of the long times when it was not */

	/* what came of it */
	bool		finished;
	bool		in_head;		/* between the status and the empty line */
	HttpOutcome outcome;
	char		values[HTTP_KEPT_HEADERS][HTTP_VALUE_BYTES];
	char		error[CURL_ERROR_SIZE + 512];
};

/*
 * Tell a transfer's easy handle all that curl must know; from then on its
 * callbacks record here what curl tells.  ERROR if curl refuses.  In
 * http_curl.c.
 */
extern void http_curl_set_up(HttpTransfer *transfer, const HttpRequest *request);

/*
 * Note in the outcome that a transfer failed with curl's `code`, in words, and
 * whether another try may help.  Needs the easy handle.  In http_failure.c.
 */
extern void http_failure_note(HttpTransfer *transfer, CURLcode code);

/*
 * The same: it was cut off for the sake of others, and may be begun again.  In
 * http_failure.c.
 */
extern void http_failure_given_up(HttpTransfer *transfer);

/* Is a name being looked up for it?  Needs the easy handle.  In http_failure.c. */
extern bool http_is_looking_up(HttpTransfer *transfer);

/*
 * Copy foreign text as plain ASCII, cut to `size`: it may end up in a message.
 * In http_failure.c.
 */
extern void http_copy_plain(char *target, size_t size, const char *text, size_t length);

/* in http_transfer.c */

/* Let curl run a transfer that is set up. */
extern void http_transfer_run(HttpTransfer *transfer);

/* A MemoryContextCallbackFunction: part from curl, and free what malloc() gave. */
extern void http_transfer_free(void *arg);

/* Curl has done with it, and this came of it. */
extern void http_transfer_finish(HttpTransfer *transfer, CURLcode code);

/*
 * One turn of all transfers: wait, at most until `deadline`, and let curl act.
 * False if the deadline had come before; then this was but a look.
 */
extern bool http_transfer_drive(TimestampTz deadline);

#endif
