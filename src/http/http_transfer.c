/*
 * http_transfer.c
 *	  The backend's transfers: their clocks, their turns, their end.
 *
 * A transfer lives in a memory context of its own, whose reset callback is the
 * only way in which it ends.
 *
 * Curl's clocks run on while nobody looks, say under an idle cursor.  So the
 * silence of a server is counted here, and only while we wait for it.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "http/http_clock_private.h"
#include "http/http_descriptor_private.h"
#include "http/http_engine_private.h"
#include "http/http_private.h"
#include "http/http_waitfd_private.h"

#define NEGLECT_US		INT64CONST(1000000) /* not looked at for so long: what
											 * happened then may be our fault */

/*
 * A waitfd goes off after this at the latest.  Before August 2025 a server that
 * waits for one does not see interrupts, so it is the delay of a cancel there;
 * and a transfer must not look neglected.
 */
#define WAITFD_US		INT64CONST(50000)

/* The time spent waiting for waitfds, by http_clock_us(). */
static struct
{
	int64		start;			/* of the wait that may still last */
	int64		end;			/* when a waitfd ends it */
	int64		waited_us;		/* in those before it, not yet counted */
}			elsewhere;

/* Transfers that curl knows and has not done with. */
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
 * Part from curl; what was received remains.  cut_off: curl may have been at
 * work still.  Can't fail.
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
	http_outcome(transfer);		/* the last look at curl's counters */
	/* Curl takes the connection's end among the headers for a good one. */
	if (code == CURLE_OK && transfer->in_head)
		code = CURLE_PARTIAL_FILE;
	if (code != CURLE_OK)
		http_failure_note(transfer, code);
	transfer->finished = true;
	detach(transfer, code == CURLE_OPERATION_TIMEDOUT);
}

/*
 * Cut a transfer off, for its reader to begin again if it still wants it.  Bytes
 * that it has not seen are thrown away; those that it was given stay.
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
			give_up(transfer);
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

/* How long the server may still be silent. */
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
 * Before waiting: nobody may have looked for long.  Our clock stood still, but
 * curl's limit for a connection did not: put it off.  Should curl refuse, the
 * transfer fails early, but as a neglected one.
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

/* After waiting, before curl acts: the wait counts, unless we had paused it. */
static void
age(HttpTransfer *transfer, int64 waited_us, int64 now)
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

bool
http_transfer_drive(TimestampTz deadline)
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
		excuse(transfer, now);
		timeout_us = Min(timeout_us, patience(transfer));
	}
	waited_us = collect_waited_elsewhere(now) + http_engine_wait(timeout_us);
	now = http_clock_us();
	dlist_foreach_modify(iter, &running)
		age(dlist_container(HttpTransfer, node, iter.cur), waited_us, now);
	http_engine_act();
	while ((transfer = http_engine_done(&code)) != NULL)
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

		/* others of the backend have all that there is */
		if (victim == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("too many file descriptors are in use to connect to the API"),
					 errhint("Close other connections of the session, wait for name look-ups to end, or raise \"max_files_per_process\" and the operating system's limit.")));
		if (patient && http_clock_us() - victim->wanted_at_us < NEGLECT_US)
			return false;
		give_up(victim);
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

const HttpOutcome *
http_outcome(HttpTransfer *transfer)
{
	curl_off_t	bytes = 0;

	if (transfer->easy != NULL &&
		curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK)
		transfer->outcome.wire_bytes = bytes;
	return &transfer->outcome;
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
	transfer->looked_at_us = transfer->wanted_at_us = http_clock_us();
	count_descriptors(false);
}
