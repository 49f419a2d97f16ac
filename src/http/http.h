/*
 * http.h
 *	  One attempt at a GET, over one curl multi handle per backend.
 *
 * The engine knows URLs, headers, statuses and bytes.  It knows nothing of
 * usage, JSON or retries.  All transfers of a backend share one multi handle,
 * so connections, DNS answers and TLS sessions stay alive across scans and
 * queries, and waiting for one transfer drives all of them.
 */
#ifndef USAGE_HTTP_H
#define USAGE_HTTP_H

#include "datatype/timestamp.h"

/* A header of a request, "name: prefix value". */
typedef struct HttpHeader
{
	const char *name;
	const char *prefix;
	const char *value;
} HttpHeader;

/*
 * What to get and how.  The strings are copied by http_open().  Times in
 * milliseconds; 0 means no bound.
 */
typedef struct HttpRequest
{
	const char *url;
	const HttpHeader *headers;	/* ends with a NULL name */
	const char *secret;			/* what messages must not repeat, or NULL */
	const char *ca_file;		/* certificates to trust, or NULL for the
								 * system's */
	const char *proxy;			/* proxy URL, or NULL for none at all */
	int			connect_timeout_ms;
	int			request_timeout_ms; /* longest silence of the server, and
									 * longest wait for the first byte; a
									 * transfer that we paused does not age */
	size_t		buffer_bytes;	/* bytes kept for the reader before the
								 * transfer is paused; at least one curl write
								 * is always taken */
} HttpRequest;

typedef enum HttpState
{
	HTTP_WAITING,				/* the deadline came first */
	HTTP_BYTES,					/* bytes of the body are there */
	HTTP_DONE,					/* the body is complete and was handed out */
	HTTP_FAILED					/* no answer, or it broke off; see outcome */
} HttpState;

/*
 * How a transfer stands.  `status` and the headers are known from HTTP_BYTES
 * or HTTP_DONE on (a body may be empty), and may be known when it failed.
 * Strings belong to the transfer.
 */
typedef struct HttpOutcome
{
	long		status;			/* HTTP status, 0 before there is one */
	const char *error;			/* why it failed, naming the phase (name
								 * lookup, connect, TLS, waiting for the
								 * answer, reading it); NULL if it did not */
	bool		transient;		/* failed in a way that another try may mend */
	bool		neglected;		/* nobody drove it, or we paused it, for a
								 * second or more: if it failed, the server
								 * need not be to blame */
	const char *request_id;		/* x-request-id, or NULL */
	const char *should_retry;	/* x-should-retry, or NULL */
	const char *retry_after;	/* Retry-After, or NULL */
	const char *retry_after_ms; /* retry-after-ms, or NULL */
	const char *content_type;	/* Content-Type, or NULL */
	int64		wire_bytes;		/* body bytes received, before decoding */
	int64		decoded_bytes;	/* body bytes after decoding */
} HttpOutcome;

typedef struct HttpTransfer HttpTransfer;

/*
 * Start a GET.  The transfer lives in CurrentMemoryContext: when that context
 * is reset or deleted, also by an error, the transfer ends and its handle
 * goes back to the engine.  When CurrentResourceOwner is released before, as
 * when the scan fails in a subtransaction, it is given up.  Never blocks.
 *
 * If the backend can't have another connection, the transfer that its reader
 * has not asked for longest is given up: it fails as a neglected one.  ERROR
 * 53000 where there is none to give up; ERROR if curl can't be set up.
 */
extern HttpTransfer *http_open(const HttpRequest *request);

/* Can a transfer start without another's being given up? */
extern bool http_has_room(void);

/*
 * Give transfers up, as http_open() does, until there is room for one more.
 * patient: not those whose readers have asked for them just now; false if it
 * takes their end to have room.  ERROR 53000 as there.
 */
extern bool http_make_room(bool patient);

/*
 * Wait until bytes, the end or a failure of this transfer is there, or until
 * `deadline` (DT_NOEND: none; a time in the past: just look).  Interrupts are
 * serviced meanwhile, and all other transfers of the backend are driven.  The
 * bytes belong to the transfer and are gone with the next call for it.
 */
extern HttpState http_wait(HttpTransfer *transfer, TimestampTz deadline,
						   const char **bytes, size_t *length);

/* Is there nothing more to come, be it that bytes are still to be handed out? */
extern bool http_finished(const HttpTransfer *transfer);

/* Would http_wait() return at once? */
extern bool http_ready(const HttpTransfer *transfer);

/* How the transfer stands; the pointer is good as long as the transfer. */
extern const HttpOutcome *http_outcome(HttpTransfer *transfer);

/*
 * End a transfer before its context does.  A complete one leaves its
 * connection alive; a running one is cut off.  The pointer is dead afterwards.
 */
extern void http_close(HttpTransfer *transfer);

/*
 * Sleep until `deadline`, servicing interrupts and driving all transfers.
 */
extern void http_sleep(TimestampTz deadline);

/*
 * A descriptor for who waits elsewhere: it is readable when http_wait() or
 * http_sleep() would have something to do.
 */
typedef struct HttpWaitFd HttpWaitFd;

/* Does this operating system have waitfds? */
extern bool http_has_waitfd(void);

/*
 * Make a waitfd; it lives in CurrentMemoryContext, until CurrentResourceOwner is
 * released.  NULL if the backend must not have more descriptors.
 */
extern HttpWaitFd *http_waitfd_open(void);

/*
 * Set a waitfd before a wait: it goes off when curl has something to do, at
 * `deadline` (DT_NOEND: none; a time in the past: at once), or after a short
 * while in any case.  Returns its descriptor, which is good until it is set
 * again.  waits: the caller is going to wait for it, not just to look; that
 * counts as silence of the servers.
 */
extern int	http_waitfd_set(HttpWaitFd *waitfd, TimestampTz deadline, bool waits);

#endif
