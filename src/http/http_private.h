/*
 * http_private.h
 *	  The members of a transfer, and what the files of http share.
 */
#ifndef USAGE_HTTP_PRIVATE_H
#define USAGE_HTTP_PRIVATE_H

#include <curl/curl.h>

#include "lib/ilist.h"
#include "utils/resowner.h"

#include "http/http.h"

#define HTTP_KEPT_HEADERS	6	/* those in HttpOutcome */
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
	ResourceOwner owner;		/* whose release ends the transfer; only
								 * compared, as it may be gone */
	dlist_node	node;			/* in `running` of http_transfer.c */
	bool		is_running;		/* is it in that list? */

	/* what was asked */
	const char *host;			/* for messages */
	char	   *secret;			/* which messages must not show, or NULL */
	bool		proxied;
	bool		tls;			/* is it https? */
	bool		prompt;
	int			connect_timeout_ms;
	int			request_timeout_ms;
	size_t		buffer_bytes;

	/* what curl holds */
	CURL	   *easy;			/* NULL after http_engine_close() */
	struct curl_slist *headers;
	char		curl_error[CURL_ERROR_SIZE];

	/* bytes: curl fills one buffer while the reader has the other */
	HttpBuffer	filling;
	HttpBuffer	reading;
	size_t		consumed;		/* bytes of `reading` that were handed out */
	bool		paused;			/* `filling` is full */
	int64		head_bytes;		/* of headers and trailers, interim answers
								 * included */
	const char *refusal;		/* why a callback stopped it, or NULL; a
								 * constant */

	/* clocks, in microseconds of clock_us() */
	bool		resolving;		/* curl has begun to look up a name */
	bool		connected;
	int			own_port;		/* of its connection; -1 if curl does not say,
								 * 0 if there is none yet */
	bool		refused_connection; /* it is to have another than curl chose */
	int64		started_at_us;
	int64		wanted_at_us;	/* when its reader last asked for it */
	int64		silent_us;		/* time we waited since the server's last byte */
	int64		looked_at_us;	/* when it was last driven */
	int64		neglected_us;	/* total of the gaps of NEGLECT_US and more */

	/* what came of it */
	bool		finished;
	bool		in_head;		/* between the status and the empty line */
	HttpOutcome outcome;
	char		values[HTTP_KEPT_HEADERS][HTTP_VALUE_BYTES];
	char		error[CURL_ERROR_SIZE + 512];
};

/*
 * Set all options of a transfer's easy handle, callbacks included.  ERROR
 * HV000 or 53200 if curl refuses one, HV024 if the value of a header has a
 * control character.  In http_curl.c.
 */
extern void http_curl_set_up(HttpTransfer *transfer, const HttpRequest *request);

/*
 * Put into the outcome, in words, that a transfer failed with curl's `code`,
 * and whether another try may succeed.  Needs the easy handle.  In
 * http_failure.c.
 */
extern void http_failure_note(HttpTransfer *transfer, CURLcode code);

/*
 * The same for a transfer that we cut off, to free its connection or because
 * its resource owner is gone; it may be started again.  In http_failure.c.
 */
extern void http_failure_given_up(HttpTransfer *transfer);

/* Is its host name being looked up?  Needs the easy handle.  In http_failure.c. */
extern bool http_is_looking_up(HttpTransfer *transfer);

/*
 * Copy text from elsewhere for a message: every byte that is not printable
 * ASCII becomes "?", trailing blanks are dropped, and at most `size` bytes are
 * written, with a NUL.  In http_failure.c.
 */
extern void http_copy_plain(char *target, size_t size, const char *text, size_t length);

/* in http_transfer.c */

/* Let curl run a transfer that is set up. */
extern void http_transfer_run(HttpTransfer *transfer);

/* A MemoryContextCallbackFunction: frees the easy handle and malloc'd memory. */
extern void http_transfer_free(void *arg);

/* Curl has finished a transfer, with this result. */
extern void http_transfer_finish(HttpTransfer *transfer, CURLcode code);

/* A deadline by clock_us(); ENGINE_FOREVER for DT_NOEND. */
extern int64 http_transfer_end(TimestampTz deadline);

/*
 * Drive all transfers once: wait, at most until `end_us` by clock_us(), and
 * let curl act.  False if that had passed before, so that there was no wait.
 */
extern bool http_transfer_drive(int64 end_us, HttpWait reason);

#endif
