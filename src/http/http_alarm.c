/*
 * http_alarm.c
 *	  A descriptor for who waits elsewhere.
 *
 * One who waits for several scans wants a descriptor of each, while all of
 * them hang on the same sockets.  So each has an epoll descriptor of its own
 * around all of curl's sockets and a timer.  That another scan's socket rings
 * does no harm: somebody has to see to it.
 */
#include "postgres.h"

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#endif

#include "lib/ilist.h"
#include "storage/fd.h"
#include "utils/resowner.h"

#include "http/http_alarm_private.h"
#include "http/http_engine_private.h"

#ifdef __linux__

#define ALARM_DESCRIPTORS	2
#define SPARE_DESCRIPTORS	32	/* left for others: the wait set that alarms
								 * are for, and connections, without which
								 * they have nothing to tell */

struct HttpAlarm
{
	MemoryContextCallback on_reset;
	ResourceOwner owner;		/* whose end is the alarm's; compared only */
	dlist_node	node;			/* in `alarms` */
	int			counted;		/* descriptors that the server knows of */
	int			epoll_fd;		/* -1: none */
	int			timer_fd;
	uint64		sockets_version;	/* that are in it */
};

static dlist_head alarms = DLIST_STATIC_INIT(alarms);

bool
http_has_alarms(void)
{
	return true;
}

/* Count so many descriptors, no more and no less.  False if that is too many. */
static bool
count_descriptors(HttpAlarm *alarm, int number)
{
	while (alarm->counted < number)
	{
		if (!AcquireExternalFD())
			return false;
		alarm->counted++;
	}
	for (; alarm->counted > number; alarm->counted--)
		ReleaseExternalFD();
	return true;
}

/* Can't fail. */
static void
alarm_close(HttpAlarm *alarm)
{
	if (alarm->epoll_fd >= 0)
		close(alarm->epoll_fd);
	if (alarm->timer_fd >= 0)
		close(alarm->timer_fd);
	alarm->epoll_fd = alarm->timer_fd = -1;
	count_descriptors(alarm, 0);
}

/* The memory context's callback. */
static void
alarm_free(void *arg)
{
	HttpAlarm  *alarm = arg;

	dlist_delete(&alarm->node);
	alarm_close(alarm);
}

void
alarm_release(ResourceOwner owner)
{
	dlist_iter	iter;

	dlist_foreach(iter, &alarms)
	{
		HttpAlarm  *alarm = dlist_container(HttpAlarm, node, iter.cur);

		if (alarm->owner == owner)
			alarm_close(alarm);
	}
}

static void
check_system(bool good)
{
	if (!good)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not set up a wait for HTTP transfers: %m")));
}

HttpAlarm *
http_alarm_make(void)
{
	HttpAlarm  *alarm = palloc0(sizeof(HttpAlarm));

	alarm->epoll_fd = alarm->timer_fd = -1;
	alarm->owner = CurrentResourceOwner;
	dlist_push_tail(&alarms, &alarm->node);
	alarm->on_reset.func = alarm_free;
	alarm->on_reset.arg = alarm;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &alarm->on_reset);

	if (count_descriptors(alarm, ALARM_DESCRIPTORS + SPARE_DESCRIPTORS))
		alarm->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	count_descriptors(alarm, alarm->timer_fd >= 0 ? ALARM_DESCRIPTORS : 0);
	return alarm->timer_fd >= 0 ? alarm : NULL;
}

static void
watch(HttpAlarm *alarm, int fd, uint32 events)
{
	struct epoll_event event = {.events = events,.data.fd = fd};

	check_system(epoll_ctl(alarm->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

/*
 * The epoll descriptor is made anew if the sockets have changed: the number of
 * one may have been closed and used again.
 */
static void
renew_epoll(HttpAlarm *alarm)
{
	uint64		version;
	int			count;
	const EngineSocket *sockets = engine_sockets(&count, &version);

	if (alarm->epoll_fd >= 0 && version == alarm->sockets_version)
		return;
	if (alarm->epoll_fd >= 0)
		close(alarm->epoll_fd);
	alarm->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	check_system(alarm->epoll_fd >= 0);
	watch(alarm, alarm->timer_fd, EPOLLIN);
	for (int i = 0; i < count; i++)
	{
		uint32		events = 0;

		if (sockets[i].what & CURL_POLL_IN)
			events |= EPOLLIN;
		if (sockets[i].what & CURL_POLL_OUT)
			events |= EPOLLOUT;
		if (events != 0)
			watch(alarm, sockets[i].fd, events);
	}
	alarm->sockets_version = version;
}

int
alarm_arm(HttpAlarm *alarm, int64 timeout_us)
{
	struct itimerspec when = {
		.it_value.tv_sec = timeout_us / 1000000,
		.it_value.tv_nsec = timeout_us % 1000000 * 1000
	};

	if (timeout_us == 0)
		when.it_value.tv_nsec = 1;	/* zero would stop the timer */
	check_system(timerfd_settime(alarm->timer_fd, 0, &when, NULL) == 0);
	renew_epoll(alarm);
	return alarm->epoll_fd;
}

#else

bool
http_has_alarms(void)
{
	return false;
}

HttpAlarm *
http_alarm_make(void)
{
	return NULL;
}

void
alarm_release(ResourceOwner owner)
{
}

int
alarm_arm(HttpAlarm *alarm, int64 timeout_us)
{
	return -1;
}

#endif
