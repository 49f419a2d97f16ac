/*
 * http_engine_private.h
 *	  Curl's multi handle, one per backend, driven by latch waits.
 *
 * Knows easy handles and sockets, but not what is transferred.
 */
#ifndef USAGE_HTTP_ENGINE_PRIVATE_H
#define USAGE_HTTP_ENGINE_PRIVATE_H

#include <curl/curl.h>

#include "http/http.h"

#define ENGINE_FOREVER PG_INT64_MAX

/* A socket that curl waits for. */
typedef struct EngineSocket
{
	curl_socket_t fd;
	int			what;			/* CURL_POLL_IN, ... */
} EngineSocket;

/*
 * A new easy handle with only the engine's own options set.  Starts the engine
 * if this backend has none yet.  ERROR 53200 or HV000 if curl fails.
 */
extern CURL *http_engine_open(void);

/* Start a handle whose options are set.  ERROR 53200 or HV000 if curl fails. */
extern void http_engine_run(CURL *easy);

/* Start a finished handle anew, with the same options.  Errors as above. */
extern void http_engine_run_again(CURL *easy);

/*
 * Free a handle, whether it was run or not.  An unfinished transfer is cut
 * off; a finished one leaves its connection to the engine.  Can't fail.
 */
extern void http_engine_close(CURL *easy);

/* Resume a handle that its callback paused.  May call its callbacks. */
extern CURLcode http_engine_resume(CURL *easy);

/*
 * Wait until curl has something to do, the latch is set or `timeout_us` have
 * passed (0: don't wait; ENGINE_FOREVER: no limit).  reason: what others are
 * told meanwhile.  Returns how long that took, in microseconds.  Exits if the
 * postmaster dies.
 */
extern int64 http_engine_wait(int64 timeout_us, HttpWait reason);

/*
 * What curl waits for, for a waitfd: its sockets, and when it wants to be
 * called, by clock_us().  *version grows with each change of the sockets,
 * also if a descriptor was closed and its number is in use again.  The array
 * is the engine's, valid until curl is called.
 */
extern const EngineSocket *http_engine_sockets(int *count, uint64 *version);
extern int64 http_engine_due(void);

/* Let curl act on what http_engine_wait() found.  Calls callbacks.  Errors as above. */
extern void http_engine_act(void);

/*
 * The CURLOPT_PRIVATE of the next handle that curl has finished, and its
 * result; NULL if there is none.
 */
extern void *http_engine_done(CURLcode *result);

#endif
