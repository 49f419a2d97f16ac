/*
 * http.h
 *	  One attempt at a GET, through the backend's one curl multi handle.
 *
 * The engine knows URLs, headers, statuses and bytes.  It knows nothing of
 * usage, JSON or retries.  All transfers of a backend share one multi handle,
 * so connections, DNS answers and TLS sessions stay alive across scans and
 * queries, and waiting for one transfer drives all of them.
 */
#ifndef USAGE_HTTP_H
#define USAGE_HTTP_H

#include "datatype/timestamp.h"

/* A header of a request: "name: ", the prefix as it is, and the value. */
typedef struct HttpHeader
{
	const char *name;
	const char *prefix;
	const char *value;
} HttpHeader;

/*
 * What to get and how.  http_open() copies the strings.  Times are in
 * milliseconds; 0 means no limit.
 */
typedef struct HttpRequest
{
	const char *url;
	const HttpHeader *headers;	/* ends with a NULL name */
	const char *secret;			/* which messages must not show, or NULL */
	const char *ca_file;		/* certificates to trust, or NULL for the
								 * system's */
	const char *proxy;			/* proxy URL, or NULL for none at all */
	int			connect_timeout_ms;
	int			request_timeout_ms; /* longest silence of the API's server,
									 * also before its first byte; the time
									 * that a transfer is paused does not
									 * count */
	bool		prompt;			/* fail as a neglected one rather than be sent
								 * late because it was not driven */
	size_t		buffer_bytes;	/* bytes kept for the reader before the
								 * transfer is paused; one write of curl's is
								 * always taken, even if it is larger */
} HttpRequest;

/* What a wait is for: from PostgreSQL 17 on it is a wait event of that name. */
typedef enum HttpWait
{
	HTTP_WAIT_CONNECT,			/* UsageFdwConnect: for a name, a connection
								 * or TLS */
	HTTP_WAIT_ANSWER,			/* UsageFdwAnswer */
	HTTP_WAIT_BACKOFF,			/* UsageFdwBackoff: before a repeat */
	HTTP_WAIT_RATE,				/* UsageFdwRateLimit: until another request is
								 * allowed */
	HTTP_WAITS					/* how many there are */
} HttpWait;

typedef enum HttpState
{
	HTTP_WAITING,				/* nothing yet: the deadline has passed */
	HTTP_BYTES,					/* here are bytes of the body */
	HTTP_DONE,					/* the body is complete and was handed out */
	HTTP_FAILED					/* no answer, or it broke off; see outcome */
} HttpState;

/*
 * Where a transfer failed: what there is to check.
 */
typedef enum HttpFault
{
	HTTP_NO_FAULT,
	HTTP_FAULT_LOOKUP,			/* the host's name can't be looked up */
	HTTP_FAULT_PROXY,			/* the proxy can't be reached, or refused */
	HTTP_FAULT_CONNECT,			/* the host can't be connected to */
	HTTP_FAULT_CONNECT_TIMEOUT,
	HTTP_FAULT_TLS,				/* they don't agree on TLS */
	HTTP_FAULT_CA_FILE,			/* the certificates to trust can't be read */
	HTTP_FAULT_CERTIFICATE,		/* it is not trusted, for this or another
								 * reason */
	HTTP_FAULT_CERTIFICATE_DATE,	/* it is not valid now */
	HTTP_FAULT_CERTIFICATE_NAME,	/* it is another host's */
	HTTP_FAULT_ANSWER,			/* there is no answer, or none of HTTP */
	HTTP_FAULT_ANSWER_TIMEOUT,
	HTTP_FAULT_BODY,			/* the answer broke off, or is refused */
	HTTP_FAULT_BODY_TIMEOUT,
	HTTP_FAULT_GIVEN_UP			/* it was cut off here */
} HttpFault;

/*
 * The state of a transfer.  `status` and the headers are known after
 * HTTP_BYTES or HTTP_DONE (a body may be empty), and may be known after
 * HTTP_FAILED.  Strings belong to the transfer; a header that repeats the
 * secret is NULL.
 */
typedef struct HttpOutcome
{
	long		status;			/* HTTP status, 0 before there is one */
	const char *error;			/* why it failed, naming the phase (name
								 * lookup, connect, TLS, waiting for the
								 * answer, reading it); NULL if it did not */
	HttpFault	fault;			/* if it failed, where */
	bool		transient;		/* if it failed: another try may succeed */
	bool		corrupt;		/* if it failed: its encoding says so, which
								 * may not be known before its bytes were
								 * handed out */
	bool		neglected;		/* it was not driven, or paused, for a second
								 * or more: if it failed, the cause may be
								 * here and not at the server */
	const char *request_id;		/* x-request-id, or NULL */
	const char *should_retry;	/* x-should-retry, or NULL */
	const char *retry_after;	/* Retry-After, or NULL */
	const char *retry_after_ms; /* retry-after-ms, or NULL */
	const char *content_type;	/* Content-Type, or NULL */
	const char *date;			/* Date, or NULL */
	int64		wire_bytes;		/* body bytes received, before decoding */
	int64		decoded_bytes;	/* body bytes after decoding */
	int64		elapsed_us;		/* from its start to its end, or until now */
} HttpOutcome;

typedef struct HttpTransfer HttpTransfer;

/*
 * Start a GET.  The transfer lives in a child of CurrentMemoryContext: when
 * that is reset or deleted, also by an error, the transfer ends and its handle
 * goes back to the engine.  If CurrentResourceOwner is released before, as
 * when a scan fails in a subtransaction, the transfer is given up.  Never
 * blocks.
 *
 * If the backend can't have another connection, the transfer whose reader has
 * gone longest without asking for it is given up: it fails as a neglected
 * one.  ERROR 53000 if there is none to give up, HV024 if the value of a
 * header has a control character, HV000 or 53200 if curl can't be set up.
 */
extern HttpTransfer *http_open(const HttpRequest *request);

/* Can a transfer start without giving up another? */
extern bool http_has_room(void);

/*
 * Give transfers up, as http_open() does, until there is room for one more.
 * If `patient`, spare those that their readers asked for within the last
 * second, and return false if there is no room without ending one of them.
 * ERROR 53000 as there.
 */
extern bool http_make_room(bool patient);

/*
 * Wait for bytes of this transfer, its end or its failure, or until `deadline`
 * (DT_NOEND: none; a time in the past: don't wait).  How long that is counts
 * when it is called: a clock that is set meanwhile does not matter.  Services
 * interrupts, and drives all other transfers of the backend.  The bytes belong
 * to the transfer and are valid until the next call for it.  A failure of the
 * transfer is a result; ERROR HV000 or 53200 only if curl itself fails.
 */
extern HttpState http_wait(HttpTransfer *transfer, TimestampTz deadline,
						   const char **bytes, size_t *length);

/* Has all been received, though bytes may still be to be handed out? */
extern bool http_finished(const HttpTransfer *transfer);

/* Would http_wait() return at once? */
extern bool http_ready(const HttpTransfer *transfer);

/* The state of the transfer; the pointer is valid as long as the transfer. */
extern const HttpOutcome *http_outcome(HttpTransfer *transfer);

/*
 * End a transfer and free it.  A complete one leaves its connection alive; a
 * running one is cut off.
 */
extern void http_close(HttpTransfer *transfer);

/*
 * Sleep until `deadline`, servicing interrupts and driving all transfers.
 * reason: what for.  Errors as of http_wait().
 */
extern void http_sleep(TimestampTz deadline, HttpWait reason);

/*
 * A descriptor for code that waits by its own wait event set, as Append does:
 * it is readable when http_wait() or http_sleep() would have something to do.
 */
typedef struct HttpWaitFd HttpWaitFd;

/* Does this operating system have waitfds? */
extern bool http_has_waitfd(void);

/*
 * Make a waitfd in CurrentMemoryContext.  Its descriptors are closed when that
 * is reset or CurrentResourceOwner is released, whichever comes first.  NULL
 * if the backend can't have more descriptors.
 */
extern HttpWaitFd *http_waitfd_open(void);

/*
 * Set a waitfd before a wait: it becomes readable when curl has something to
 * do, at `deadline` (DT_NOEND: none; a time in the past: at once), or after a
 * short while in any case.  Returns its descriptor, which is valid until the
 * waitfd is set again.  waits: the caller is going to wait for it, and that
 * time counts as silence of the servers.  ERROR if the operating system
 * refuses.
 */
extern int	http_waitfd_set(HttpWaitFd *waitfd, TimestampTz deadline, bool waits);

#endif
