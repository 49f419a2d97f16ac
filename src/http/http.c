/*
 * http.c
 *	  Transfers: one attempt at a GET each, over the backend's HTTP engine.
 *
 * A transfer lives in a memory context of its own, whose reset callback is the
 * only way in which it ends.
 *
 * Curl's clocks run on while nobody looks, say under an idle cursor.  So the
 * silence of a server is counted here, and only while we wait for it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "http/http_clock_private.h"
#include "http/http_descriptor_private.h"
#include "http/http_engine_private.h"
#include "http/http_private.h"
#include "http/http_url.h"
#include "http/http_waitfd_private.h"

#define HANDOUT_BYTES	((size_t) 256 * 1024)	/* most handed out at once */
#define NEGLECT_US		INT64CONST(1000000) /* not looked at for so long: what
											 * happened then may be our fault */

/*
 * An waitfd goes off after this at the latest.  Before August 2025 a server that
 * waits for one does not see interrupts, so it is the delay of a cancel there;
 * and a transfer must not look neglected.
 */
#define WAITFD_US		INT64CONST(50000)

/* The time spent waiting for waitfds, by http_clock_us(). */
static struct
{
	int64		start;			/* of the wait that may still last */
	int64		end;			/* when an waitfd ends it */
	int64		waited_us;		/* in those before it, not yet counted */
}			elsewhere;

/* Transfers that curl knows and has not done with. */
static dlist_head running = DLIST_STATIC_INIT(running);

/* ---- descriptors ---- */

static DescriptorUse
descriptor_use(void)
{
	DescriptorUse use = {0};
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		use.transfers++;
		if (!dlist_container(HttpTransfer, node, iter.cur)->connected)
			use.connecting++;
	}
	return use;
}

static void
count_descriptors(bool closed)
{
	DescriptorUse use = descriptor_use();

	http_descriptor_count(&use, closed);
}

/* ---- the end ---- */

/*
 * Part from curl; what was received remains.  cut_off: curl may have been at
 * work still.  Can't fail.
 */
static void
transfer_detach(HttpTransfer *transfer, bool cut_off)
{
	if (transfer->is_running)
		dlist_delete(&transfer->node);
	transfer->is_running = false;
	if (transfer->easy != NULL)
	{
		if (cut_off && http_is_looking_up(transfer))
			http_descriptor_linger();
		http_engine_close(transfer->easy);
		count_descriptors(true);
	}
	transfer->easy = NULL;
	transfer->paused = false;

	if (transfer->secret != NULL)
		explicit_bzero(transfer->secret, strlen(transfer->secret));
	for (struct curl_slist *header = transfer->headers; header; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

/* The memory context's callback. */
static void
transfer_free(void *arg)
{
	HttpTransfer *transfer = arg;

	transfer_detach(transfer, true);
	free(transfer->filling.data);
	free(transfer->reading.data);
}

static void
transfer_finish(HttpTransfer *transfer, CURLcode code)
{
	http_outcome(transfer);		/* the last look at curl's counters */
	/* Curl takes the connection's end among the headers for a good one. */
	if (code == CURLE_OK && transfer->in_head)
		code = CURLE_PARTIAL_FILE;
	if (code != CURLE_OK)
		http_failure_note(transfer, code);
	transfer->finished = true;
	transfer_detach(transfer, code == CURLE_OPERATION_TIMEDOUT);
}

/*
 * Cut a transfer off, for its reader to begin again if it still wants it.  Bytes
 * that it has not seen are thrown away; those that it was given stay.
 */
static void
transfer_give_up(HttpTransfer *transfer)
{
	http_outcome(transfer);
	http_failure_given_up(transfer);
	transfer_detach(transfer, true);
	transfer->finished = true;
	free(transfer->filling.data);
	memset(&transfer->filling, 0, sizeof(HttpBuffer));
}

/*
 * A ResourceReleaseCallback.  A scan that failed keeps its memory, and with it
 * its transfers, until its portal is dropped, which may be at the end of the
 * transaction: but what its resource owner has is released when its
 * subtransaction fails, and so are they.
 */
static void
on_resource_release(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void *arg)
{
	dlist_mutable_iter iter;

	if (phase != RESOURCE_RELEASE_BEFORE_LOCKS)
		return;
	dlist_foreach_modify(iter, &running)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (transfer->owner == CurrentResourceOwner)
			transfer_give_up(transfer);
	}
	http_waitfd_release(CurrentResourceOwner);
}

/* The transfer that its reader has not asked for longest; NULL: there is none. */
static HttpTransfer *
least_wanted(void)
{
	HttpTransfer *least = NULL;
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		HttpTransfer *transfer = dlist_container(HttpTransfer, node, iter.cur);

		if (least == NULL || transfer->wanted_at_us < least->wanted_at_us)
			least = transfer;
	}
	return least;
}

/* ---- clocks ---- */

/* How long the server may still be silent. */
static int64
transfer_patience(HttpTransfer *transfer)
{
	int64		limit_ms = transfer->request_timeout_ms;

	if (transfer->paused)
		return ENGINE_FOREVER;
	if (!transfer->connected && transfer->connect_timeout_ms > 0)
		limit_ms = transfer->connect_timeout_ms;
	if (limit_ms == 0)
		return ENGINE_FOREVER;
	return Max(limit_ms * 1000 - transfer->silent_us, 0);
}

/*
 * Before waiting: nobody may have looked for long.  Our clock stood still, but
 * curl's limit for a connection did not: put it off.  Should curl refuse, the
 * transfer fails early, but as a neglected one.
 */
static void
transfer_excuse(HttpTransfer *transfer, int64 now)
{
	int64		unseen_us = now - transfer->looked_at_us;

	if (unseen_us < NEGLECT_US)
		return;
	transfer->outcome.neglected = true;
	transfer->looked_at_us = now;
	transfer->neglected_us += unseen_us;
	if (!transfer->connected && transfer->connect_timeout_ms > 0)
		(void) curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
								(long) Min(transfer->connect_timeout_ms +
										   transfer->neglected_us / 1000, INT_MAX));
}

/* After waiting, before curl acts: the wait counts, unless we had paused it. */
static void
transfer_age(HttpTransfer *transfer, int64 waited_us, int64 now)
{
	if (transfer->paused)
		return;
	transfer->silent_us += waited_us;
	transfer->looked_at_us = now;
}

/* A wait elsewhere, if there was one, is over. */
static void
end_wait_elsewhere(int64 now)
{
	elsewhere.waited_us += Max(Min(now, elsewhere.end) - elsewhere.start, 0);
	elsewhere.end = elsewhere.start;
}

static int64
collect_waited_elsewhere(int64 now)
{
	int64		waited_us;

	end_wait_elsewhere(now);
	waited_us = elsewhere.waited_us;
	elsewhere.waited_us = 0;
	return waited_us;
}

/* Time until `deadline` in microseconds. */
static int64
time_left(TimestampTz deadline)
{
	TimestampTz now;

	if (deadline == DT_NOEND)
		return ENGINE_FOREVER;
	if (deadline == DT_NOBEGIN)
		return 0;
	now = GetCurrentTimestamp();
	return deadline > now ? deadline - now : 0;
}

/*
 * One turn of all transfers: wait, at most until `deadline`, and let curl act.
 * False if the deadline had come before; then this was but a look.
 */
static bool
drive(TimestampTz deadline)
{
	int64		left_us = time_left(deadline);
	int64		timeout_us = left_us;
	int64		now = http_clock_us();
	int64		waited_us;
	HttpTransfer *transfer;
	dlist_mutable_iter iter;
	CURLcode	code;

	dlist_foreach_modify(iter, &running)
	{
		transfer = dlist_container(HttpTransfer, node, iter.cur);
		transfer_excuse(transfer, now);
		timeout_us = Min(timeout_us, transfer_patience(transfer));
	}
	waited_us = collect_waited_elsewhere(now) + http_engine_wait(timeout_us);
	now = http_clock_us();
	dlist_foreach_modify(iter, &running)
		transfer_age(dlist_container(HttpTransfer, node, iter.cur), waited_us, now);
	http_engine_act();
	while ((transfer = http_engine_done(&code)) != NULL)
		transfer_finish(transfer, code);
	count_descriptors(false);
	dlist_foreach_modify(iter, &running)
	{
		transfer = dlist_container(HttpTransfer, node, iter.cur);
		if (transfer_patience(transfer) == 0)
			transfer_finish(transfer, CURLE_OPERATION_TIMEDOUT);
	}
	return left_us > 0;
}

/* ---- the interface ---- */

bool
http_has_room(void)
{
	DescriptorUse use = descriptor_use();

	return http_descriptor_has_room(&use);
}

bool
http_make_room(bool patient)
{
	while (!http_has_room())
	{
		HttpTransfer *victim = least_wanted();

		/* others of the backend have all that there is */
		if (victim == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("too many file descriptors are in use to connect to the API"),
					 errhint("Close other connections of the session, wait for name look-ups to end, or raise \"max_files_per_process\" and the operating system's limit.")));
		if (patient && http_clock_us() - victim->wanted_at_us < NEGLECT_US)
			return false;
		transfer_give_up(victim);
	}
	return true;
}

/* Once a backend, when there is something to release. */
static void
register_release(void)
{
	static bool registered = false;

	if (!registered)
		RegisterResourceReleaseCallback(on_resource_release, NULL);
	registered = true;
}

HttpTransfer *
http_open(const HttpRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "usage_fdw HTTP transfer",
												  ALLOCSET_SMALL_SIZES);
	HttpTransfer *transfer = MemoryContextAllocZero(context, sizeof(HttpTransfer));
	HttpUrl		url;
	MemoryContext old;

	register_release();
	http_make_room(false);
	transfer->context = context;
	transfer->owner = CurrentResourceOwner;
	transfer->on_reset.func = transfer_free;
	transfer->on_reset.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->on_reset);

	old = MemoryContextSwitchTo(context);
	if (!http_parse_url(request->url, &url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not set up an HTTP request: URL is malformed")));
	transfer->host = url.host;
	transfer->proxied = request->proxy != NULL;
	transfer->connect_timeout_ms = request->connect_timeout_ms;
	transfer->request_timeout_ms = request->request_timeout_ms;
	transfer->buffer_bytes = request->buffer_bytes;
	MemoryContextSwitchTo(old);

	transfer->easy = http_engine_open();
	http_curl_set_up(transfer, request);
	http_engine_run(transfer->easy);
	dlist_push_tail(&running, &transfer->node);
	transfer->is_running = true;
	transfer->looked_at_us = transfer->wanted_at_us = http_clock_us();
	count_descriptors(false);
	return transfer;
}

/* Something is there that need not be waited for. */
bool
http_ready(const HttpTransfer *transfer)
{
	return transfer->finished || transfer->filling.length > 0 ||
		transfer->consumed < transfer->reading.length;
}

/*
 * Give the reader its next bytes.  Large stocks go out in parts, so that the
 * other transfers get their turn between them.
 */
static bool
hand_out(HttpTransfer *transfer, const char **bytes, size_t *length)
{
	if (transfer->consumed == transfer->reading.length)
	{
		HttpBuffer	empty = transfer->reading;

		empty.length = 0;
		transfer->reading = transfer->filling;
		transfer->filling = empty;
		transfer->consumed = 0;
		if (transfer->paused)
		{
			CURLcode	code;

			transfer->paused = false;	/* on_body() may set it again */
			code = http_engine_resume(transfer->easy);
			if (code != CURLE_OK)
				transfer_finish(transfer, code);
		}
	}
	*bytes = transfer->reading.data + transfer->consumed;
	*length = Min(transfer->reading.length - transfer->consumed, HANDOUT_BYTES);
	transfer->consumed += *length;
	return *length > 0;
}

HttpState
http_wait(HttpTransfer *transfer, TimestampTz deadline, const char **bytes, size_t *length)
{
	bool		again;

	if (http_ready(transfer))
		deadline = DT_NOBEGIN;
	do
	{
		CHECK_FOR_INTERRUPTS();
		again = drive(deadline);
		transfer->wanted_at_us = http_clock_us();
		if (hand_out(transfer, bytes, length))
			return HTTP_BYTES;
		if (transfer->finished)
			return transfer->outcome.error ? HTTP_FAILED : HTTP_DONE;
	} while (again);
	return HTTP_WAITING;
}

bool
http_finished(const HttpTransfer *transfer)
{
	return transfer->finished;
}

const HttpOutcome *
http_outcome(HttpTransfer *transfer)
{
	curl_off_t	bytes = 0;

	if (transfer->easy != NULL &&
		curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK)
		transfer->outcome.wire_bytes = bytes;
	return &transfer->outcome;
}

void
http_close(HttpTransfer *transfer)
{
	MemoryContextDelete(transfer->context);
}

void
http_sleep(TimestampTz deadline)
{
	do
		CHECK_FOR_INTERRUPTS();
	while (drive(deadline));
}

int
http_waitfd_set(HttpWaitFd *waitfd, TimestampTz deadline, bool waits)
{
	int64		now = http_clock_us();
	int64		timeout_us = Min(time_left(deadline), WAITFD_US);
	dlist_iter	iter;

	if (http_engine_due() != ENGINE_FOREVER)
		timeout_us = Min(timeout_us, Max(http_engine_due() - now, 0));
	dlist_foreach(iter, &running)
		timeout_us = Min(timeout_us,
						 transfer_patience(dlist_container(HttpTransfer, node, iter.cur)));
	end_wait_elsewhere(now);
	elsewhere.start = now;
	elsewhere.end = waits ? now + timeout_us : now;
	return http_waitfd_arm(waitfd, timeout_us);
}
