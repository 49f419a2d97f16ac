/*
 * http_engine.c
 *	  Curl's multi handle, one per backend, driven by latch waits.
 *
 * No error of PostgreSQL's may jump through curl's frames.  So curl's
 * callbacks only record what happened, in memory that is already there or
 * comes from malloc(); errors and interrupts are raised when curl has
 * returned.  A handle can be freed whenever curl is not running, also from the
 * reset callback of a memory context.
 *
 * The wait set, like the rest, belongs to the engine and lives as long as the
 * backend, so an error during a wait can't leak it.
 */
#include "postgres.h"

#include <limits.h>
#include <signal.h>

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "base/clock.h"
#include "base/compat.h"
#include "http/http_descriptor_private.h"
#include "http/http_engine_private.h"
#include "http/http_memory_private.h"

#define WAIT_EVENTS			16	/* events taken at once */

static const char *const wait_event_names[] = {
	[HTTP_WAIT_CONNECT] = "UsageFdwConnect",
	[HTTP_WAIT_ANSWER] = "UsageFdwAnswer",
	[HTTP_WAIT_BACKOFF] = "UsageFdwBackoff",
	[HTTP_WAIT_RATE] = "UsageFdwRateLimit"
};

static struct
{
	CURLM	   *multi;			/* NULL until the backend needs it */
	CURLSH	   *share;			/* keeps TLS sessions, which old curls would
								 * keep in each easy handle */

	/* what curl waits for */
	EngineSocket *sockets;		/* malloc'd */
	int			nsockets;
	int			sockets_size;	/* allocated */
	uint64		sockets_version;	/* grows with each change */
	int64		timer_us;		/* when it wants to be called, by clock_us() */

	/* what we wait with */
	WaitEventSet *wait_set;
	bool		wait_set_stale; /* sockets have changed since it was made */
	uint32		wait_events[HTTP_WAITS];
	WaitEvent	events[WAIT_EVENTS];	/* what http_engine_wait() found */
	int			nevents;
}			engine;

/*
 * Block signals while curl is at work.  It may start a thread for a name
 * look-up, which inherits the mask: signal handlers must never run in that
 * thread.
 */
static void
block_signals(sigset_t *saved)
{
	sigset_t	all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, saved);
}

static void
restore_signals(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/* ERROR if a call for curl's multi or share handle failed. */
static void
check(bool good, bool no_memory, const char *message)
{
	if (!good)
		ereport(ERROR,
				(errcode(no_memory ? ERRCODE_OUT_OF_MEMORY : ERRCODE_FDW_ERROR),
				 errmsg("HTTP client failed: %s", message)));
}

static void
check_multi(CURLMcode code)
{
	check(code == CURLM_OK, code == CURLM_OUT_OF_MEMORY, curl_multi_strerror(code));
}

/* ---- called by curl ---- */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	int			i = 0;

	engine.wait_set_stale = true;
	engine.sockets_version++;
	http_descriptor_note_polled(fd, what != CURL_POLL_REMOVE);
	while (i < engine.nsockets && engine.sockets[i].fd != fd)
		i++;
	if (what == CURL_POLL_REMOVE)
	{
		if (i < engine.nsockets)
			engine.sockets[i] = engine.sockets[--engine.nsockets];
		return 0;
	}
	if (i == engine.sockets_size)
	{
		int			size = engine.sockets_size + WAIT_EVENTS;
		EngineSocket *grown = realloc(engine.sockets, size * sizeof(EngineSocket));

		if (grown == NULL)
			return -1;
		engine.sockets = grown;
		engine.sockets_size = size;
	}
	if (i == engine.nsockets)
		engine.nsockets++;
	engine.sockets[i].fd = fd;
	engine.sockets[i].what = what;
	return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	engine.timer_us = timeout_ms < 0 ? ENGINE_FOREVER :
		clock_us() + (int64) timeout_ms * 1000;
	return 0;
}

/* ---- handles ---- */

/* Called on first use, so that the postmaster has no part of it. */
static void
engine_start(void)
{
	static bool initialized = false;
	static CURLM *multi = NULL; /* static, so that an error below keeps it */

	if (!initialized && http_memory_start() != CURLE_OK)
		check(false, false, "libcurl does not start");
	initialized = true;

	if (engine.share == NULL)
		engine.share = curl_share_init();
	if (multi == NULL)
		multi = curl_multi_init();
	check(engine.share != NULL && multi != NULL, true, "out of memory");
	check(curl_share_setopt(engine.share, CURLSHOPT_SHARE,
							CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK,
		  false, "CURLSHOPT_SHARE");
	check_multi(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket));
	check_multi(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer));
	check_multi(curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
								  http_descriptor_kept_connections()));
#ifdef CURL_HAS_MULTI_QUICK_EXIT
	check_multi(curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L));
#endif

	for (int i = 0; i < HTTP_WAITS; i++)
		engine.wait_events[i] = CreateWaitEventName(wait_event_names[i]);
	engine.wait_set_stale = true;
	engine.timer_us = ENGINE_FOREVER;
	engine.multi = multi;
}

/*
 * Handles aren't reused, as curl may leave state of a transfer in them (7.88:
 * its buffers, if others use the connection).  A new one costs microseconds:
 * connections, DNS answers and TLS sessions are kept elsewhere.
 */
CURL *
http_engine_open(void)
{
	CURL	   *easy;

	if (engine.multi == NULL)
		engine_start();
	easy = curl_easy_init();
	if (easy == NULL || curl_easy_setopt(easy, CURLOPT_SHARE, engine.share) != CURLE_OK ||
		http_descriptor_watch(easy) != CURLE_OK)
	{
		curl_easy_cleanup(easy);
		check(false, true, "out of memory");
	}
	return easy;
}

void
http_engine_run(CURL *easy)
{
	CURLMcode	code;
	sigset_t	saved;

	block_signals(&saved);
	code = curl_multi_add_handle(engine.multi, easy);
	restore_signals(&saved);
	check_multi(code);
}

void
http_engine_run_again(CURL *easy)
{
	sigset_t	saved;

	block_signals(&saved);
	curl_multi_remove_handle(engine.multi, easy);
	restore_signals(&saved);
	http_engine_run(easy);
}

void
http_engine_close(CURL *easy)
{
	sigset_t	saved;

	block_signals(&saved);
	curl_multi_remove_handle(engine.multi, easy);
	curl_easy_cleanup(easy);
	restore_signals(&saved);
}

CURLcode
http_engine_resume(CURL *easy)
{
	CURLcode	code;
	sigset_t	saved;

	block_signals(&saved);
	code = curl_easy_pause(easy, CURLPAUSE_CONT);
	restore_signals(&saved);
	return code;
}

void *
http_engine_done(CURLcode *result)
{
	CURLMsg    *message;
	void	   *owner = NULL;
	int			left;

	while ((message = curl_multi_info_read(engine.multi, &left)) != NULL)
	{
		if (message->msg != CURLMSG_DONE)
			continue;
		*result = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
		return owner;
	}
	return NULL;
}

/* ---- waiting ---- */

/*
 * Make the wait set anew from curl's sockets.  The old one would not notice if
 * a descriptor was closed and its number is in use again.  This takes some 10
 * us, a few times per transfer.
 */
static void
renew_wait_set(void)
{
	WaitEventSet *old = engine.wait_set;

	engine.wait_set = NULL;
	if (old != NULL)
		FreeWaitEventSet(old);
	engine.wait_set = CreateSessionWaitEventSet(engine.nsockets + 2);
	AddWaitEventToSet(engine.wait_set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	if (IsUnderPostmaster)
		AddWaitEventToSet(engine.wait_set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	for (int i = 0; i < engine.nsockets; i++)
	{
		EngineSocket *socket = &engine.sockets[i];
		uint32		events = 0;

		if (socket->what & CURL_POLL_IN)
			events |= WL_SOCKET_READABLE;
		if (socket->what & CURL_POLL_OUT)
			events |= WL_SOCKET_WRITEABLE;
		if (events != 0)
			AddWaitEventToSet(engine.wait_set, events, socket->fd, NULL, NULL);
	}
	engine.wait_set_stale = false;
}

int64
http_engine_wait(int64 timeout_us, HttpWait reason)
{
	int64		start = clock_us();
	long		timeout_ms = -1;

	if (engine.multi == NULL)
		engine_start();
	if (engine.wait_set_stale)
		renew_wait_set();
	if (engine.timer_us != ENGINE_FOREVER)
		timeout_us = Min(timeout_us, Max(engine.timer_us - start, 0));
	if (timeout_us != ENGINE_FOREVER)
		timeout_ms = (long) Min((timeout_us + 999) / 1000, INT_MAX);

	engine.nevents = 0;
	engine.nevents = WaitEventSetWait(engine.wait_set, timeout_ms, engine.events,
									  WAIT_EVENTS, engine.wait_events[reason]);
	return clock_us() - start;
}

const EngineSocket *
http_engine_sockets(int *count, uint64 *version)
{
	*count = engine.nsockets;
	*version = engine.sockets_version;
	return engine.sockets;
}

int64
http_engine_due(void)
{
	return engine.multi ? engine.timer_us : ENGINE_FOREVER;
}

void
http_engine_act(void)
{
	CURLMcode	code = CURLM_OK;
	sigset_t	saved;
	int			running;

	block_signals(&saved);
	for (int i = 0; i < engine.nevents && code == CURLM_OK; i++)
	{
		WaitEvent  *event = &engine.events[i];
		int			mask = 0;

		if (event->events & WL_LATCH_SET)
			ResetLatch(MyLatch);
		if (event->events & WL_SOCKET_READABLE)
			mask |= CURL_CSELECT_IN;
		if (event->events & WL_SOCKET_WRITEABLE)
			mask |= CURL_CSELECT_OUT;
		if (mask != 0)
			code = curl_multi_socket_action(engine.multi, event->fd, mask, &running);
	}
	engine.nevents = 0;
	if (code == CURLM_OK && engine.timer_us <= clock_us())
	{
		engine.timer_us = ENGINE_FOREVER;
		code = curl_multi_socket_action(engine.multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	restore_signals(&saved);
	check_multi(code);
}
