/*
 * http_engine_private.h
 *	  Curl's multi handle, one per backend, driven by latch waits.
 *
 * Knows easy handles and sockets, but not what is transferred.  Only http.c
 * uses it.
 */
#ifndef USAGE_HTTP_ENGINE_PRIVATE_H
#define USAGE_HTTP_ENGINE_PRIVATE_H

#include <curl/curl.h>

#define ENGINE_FOREVER PG_INT64_MAX

/* A socket that curl wants watched. */
typedef struct EngineSocket
{
	curl_socket_t fd;
	int			what;			/* CURL_POLL_IN, ... */
} EngineSocket;

/*
 * A new easy handle, with nothing but the engine's own options.  Makes the
 * engine if this backend has none yet.  ERROR if curl can't.
 */
extern CURL *http_engine_open(void);

/* Let a handle with its options set run.  ERROR if curl can't. */
extern void http_engine_run(CURL *easy);

/*
 * Give a handle back, whether it was run or not.  Curl cuts off what it still
 * does, but keeps its connection if it was done.  Can't fail.
 */
extern void http_engine_close(CURL *easy);

/* Let a handle go on whose callback paused it.  Its callbacks may be called. */
extern CURLcode http_engine_resume(CURL *easy);

/*
 * Wait until curl has something to do, the latch is set or `timeout_us` are
 * over (0: just look; ENGINE_FOREVER: no bound), then return how long that
 * took, in microseconds.
 */
extern int64 http_engine_wait(int64 timeout_us);

/*
 * What curl waits for, for who waits elsewhere: its sockets, and when it wants
 * to be called, by http_clock_us().  *version grows when the sockets change,
 * even if it is but a number that was closed and used again.
 */
extern const EngineSocket *http_engine_sockets(int *count, uint64 *version);
extern int64 http_engine_due(void);

/* Let curl do what http_engine_wait() found.  Callbacks are called in here. */
extern void http_engine_act(void);

/*
 * The CURLOPT_PRIVATE of the next handle that curl has done with, and how it
 * went; NULL if there is none.
 */
extern void *http_engine_done(CURLcode *result);

#endif
