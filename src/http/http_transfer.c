/*
 * http_transfer.c
 *	  The list of the backend's transfers: driving, timing and ending them.
 *
 * A transfer lives in a memory context of its own, whose reset callback frees
 * it.  It may have been detached from curl before: when it was finished or
 * given up.
 *
 * Curl's timeouts run on while the transfer is not driven, say under an idle
 * cursor.  So the silence of a server is timed here, and only while we wait.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "http/http_descriptor_private.h"
#include "http/http_engine_private.h"
#include "http/http_private.h"
#include "http/http_waitfd_private.h"

#define NEGLECT_US		INT64CONST(1000000) /* if not driven for so long, a
											 * failure may be our fault */

/*
 * A waitfd becomes readable after this at the latest.  Servers released before
 * August 2025 don't see interrupts while Append waits for it, so this bounds
 * the delay of a cancel there.  It also keeps transfers from looking
 * neglected.
 */
#define WAITFD_US		INT64CONST(50000)

/* Time spent waiting for waitfds, by clock_us(). */
static struct
{
	int64		start;			/* of the last wait, which may go on */
	int64		end;			/* when its waitfd ends it at the latest */
	int64		waited_us;		/* in earlier waits, not yet added to
								 * silent_us */
}			elsewhere;

/* Transfers that curl has and has not finished. */
static dlist_head running = DLIST_STATIC_INIT(running);

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

/*
 * Free all that curl needs; what was received remains.  cut_off: curl may not
 * have finished the transfer.  Can't fail.
 */
static void
detach(HttpTransfer *transfer, bool cut_off)
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

void
http_transfer_free(void *arg)
{
	HttpTransfer *transfer = arg;

	detach(transfer, true);
	free(transfer->filling.data);
	free(transfer->reading.data);
}

void
http_transfer_finish(HttpTransfer *transfer, CURLcode code)
{
	http_outcome(transfer);		/* the last chance to read curl's counters */
	/* If the connection ends among the headers, curl reports success. */
	if (code == CURLE_OK && transfer->in_head)
		code = CURLE_PARTIAL_FILE;
	if (code != CURLE_OK)
		http_failure_note(transfer, code);
	transfer->finished = true;
	detach(transfer, code == CURLE_OPERATION_TIMEDOUT);
}

/*
 * Cut a transfer off; its reader may start it again.  Bytes that it has not
 * been given are thrown away; those that it was given stay valid.
 */
static void
give_up(HttpTransfer *transfer)
{
	http_outcome(transfer);
	http_failure_given_up(transfer);
	detach(transfer, true);
	transfer->finished = true;
	free(transfer->filling.data);
	memset(&transfer->filling, 0, sizeof(HttpBuffer));
}

/*
 * A ResourceReleaseCallback.  A scan that failed in a subtransaction keeps its
 * memory, and so its transfers, until its portal is dropped, which may be at
 * the end of the transaction.  Its resource owner is released at once, and its
 * transfers are given up with that.
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
			give_up(transfer);
	}
	http_waitfd_release(CurrentResourceOwner);
}

/* The transfer whose reader has gone longest without asking for it, or NULL. */
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

/* How long the server may still be silent, in microseconds. */
static int64
patience(HttpTransfer *transfer)
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
 * Called before a wait: if the transfer was not driven for long, extend curl's
 * timeout for connecting by that time, as our own clock has not counted it.
 * If curl refuses, the transfer fails early, but as a neglected one.
 */
static void
excuse(HttpTransfer *transfer, int64 now)
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

/* Called after a wait, before curl acts: count the wait, unless it is paused. */
static void
age(HttpTransfer *transfer, int64 waited_us, int64 now)
{
	if (transfer->paused)
		return;
	transfer->silent_us += waited_us;
	transfer->looked_at_us = now;
}

/* If there was a wait for a waitfd, it is over. */
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
 * If curl stopped a transfer because we refused the connection, which it has
 * closed, run it on another one.
 */
static bool
run_again(HttpTransfer *transfer)
{
	if (!transfer->refused_connection)
		return false;
	transfer->refused_connection = false;
	http_engine_run_again(transfer->easy);
	return true;
}

int64
http_transfer_end(TimestampTz deadline)
{
	int64		left_us = time_left(deadline);

	return left_us == ENGINE_FOREVER ? left_us : clock_us() + left_us;
}

bool
http_transfer_drive(int64 end_us, HttpWait reason)
{
	int64		now = clock_us();
	int64		left_us = end_us == ENGINE_FOREVER ? end_us : Max(end_us - now, 0);
	int64		timeout_us = left_us;
	int64		waited_us;
	HttpTransfer *transfer;
	dlist_mutable_iter iter;
	CURLcode	code;

	dlist_foreach_modify(iter, &running)
	{
		transfer = dlist_container(HttpTransfer, node, iter.cur);
		excuse(transfer, now);
		timeout_us = Min(timeout_us, patience(transfer));
	}
	waited_us = collect_waited_elsewhere(now) + http_engine_wait(timeout_us, reason);
	now = clock_us();
	dlist_foreach_modify(iter, &running)
		age(dlist_container(HttpTransfer, node, iter.cur), waited_us, now);
	http_engine_act();
	while ((transfer = http_engine_done(&code)) != NULL)
		if (!run_again(transfer))
			http_transfer_finish(transfer, code);
	count_descriptors(false);
	dlist_foreach_modify(iter, &running)
	{
		transfer = dlist_container(HttpTransfer, node, iter.cur);
		if (patience(transfer) == 0)
			http_transfer_finish(transfer, CURLE_OPERATION_TIMEDOUT);
	}
	return left_us > 0;
}

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

		/* other users of descriptors in the backend have them all */
		if (victim == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("too many file descriptors are in use to connect to the API"),
					 errhint("Close other connections of the session, wait for name look-ups to end, or raise \"max_files_per_process\" and the operating system's limit.")));
		if (patient && clock_us() - victim->wanted_at_us < NEGLECT_US)
			return false;
		give_up(victim);
	}
	return true;
}

/* Called when there is something to release; acts once per backend. */
static void
register_release(void)
{
	static bool registered = false;

	if (!registered)
		RegisterResourceReleaseCallback(on_resource_release, NULL);
	registered = true;
}

const HttpOutcome *
http_outcome(HttpTransfer *transfer)
{
	curl_off_t	bytes = 0;

	if (transfer->easy != NULL &&
		curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK)
		transfer->outcome.wire_bytes = bytes;
	if (!transfer->finished)
		transfer->outcome.elapsed_us = clock_us() - transfer->started_at_us;
	return &transfer->outcome;
}

int
http_waitfd_set(HttpWaitFd *waitfd, TimestampTz deadline, bool waits)
{
	int64		now = clock_us();
	int64		timeout_us = Min(time_left(deadline), WAITFD_US);
	dlist_iter	iter;

	if (http_engine_due() != ENGINE_FOREVER)
		timeout_us = Min(timeout_us, Max(http_engine_due() - now, 0));
	dlist_foreach(iter, &running)
		timeout_us = Min(timeout_us,
						 patience(dlist_container(HttpTransfer, node, iter.cur)));
	end_wait_elsewhere(now);
	elsewhere.start = now;
	elsewhere.end = waits ? now + timeout_us : now;
	return http_waitfd_arm(waitfd, timeout_us);
}

void
http_transfer_run(HttpTransfer *transfer)
{
	register_release();
	http_engine_run(transfer->easy);
	dlist_push_tail(&running, &transfer->node);
	transfer->is_running = true;
	transfer->started_at_us = transfer->looked_at_us = transfer->wanted_at_us = clock_us();
	count_descriptors(false);
}
