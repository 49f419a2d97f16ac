/*
 * http_waitfd.c
 *	  A descriptor by which code outside of the engine can wait.
 *
 * Append waits for a descriptor of each scan, while all scans share curl's
 * sockets.  So each has an epoll descriptor of its own, with all of curl's
 * sockets and a timer.  That another scan's socket wakes it does no harm, as
 * any scan drives all transfers.
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

#include "http/http_engine_private.h"
#include "http/http_waitfd_private.h"

#ifdef __linux__

#define WAITFD_DESCRIPTORS	2
#define SPARE_DESCRIPTORS	32	/* left for other uses: the wait set that
								 * waits for waitfds, and connections, without
								 * which waitfds are useless */

struct HttpWaitFd
{
	MemoryContextCallback on_reset;
	ResourceOwner owner;		/* whose release closes it; only compared */
	dlist_node	node;			/* in `waitfds` */
	int			counted;		/* descriptors reported to PostgreSQL */
	int			epoll_fd;		/* -1 if it is not open */
	int			timer_fd;
	uint64		sockets_version;	/* of those in epoll_fd */
};

static dlist_head waitfds = DLIST_STATIC_INIT(waitfds);

bool
http_has_waitfd(void)
{
	return true;
}

/* Report that many descriptors to PostgreSQL.  False if it does not grant them. */
static bool
count_descriptors(HttpWaitFd *waitfd, int number)
{
	while (waitfd->counted < number)
	{
		if (!AcquireExternalFD())
			return false;
		waitfd->counted++;
	}
	for (; waitfd->counted > number; waitfd->counted--)
		ReleaseExternalFD();
	return true;
}

/* Can't fail. */
static void
waitfd_close(HttpWaitFd *waitfd)
{
	if (waitfd->epoll_fd >= 0)
		close(waitfd->epoll_fd);
	if (waitfd->timer_fd >= 0)
		close(waitfd->timer_fd);
	waitfd->epoll_fd = waitfd->timer_fd = -1;
	count_descriptors(waitfd, 0);
}

/* A MemoryContextCallbackFunction. */
static void
waitfd_free(void *arg)
{
	HttpWaitFd *waitfd = arg;

	dlist_delete(&waitfd->node);
	waitfd_close(waitfd);
}

void
http_waitfd_release(ResourceOwner owner)
{
	dlist_iter	iter;

	dlist_foreach(iter, &waitfds)
	{
		HttpWaitFd *waitfd = dlist_container(HttpWaitFd, node, iter.cur);

		if (waitfd->owner == owner)
			waitfd_close(waitfd);
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

HttpWaitFd *
http_waitfd_open(void)
{
	HttpWaitFd *waitfd = palloc0(sizeof(HttpWaitFd));

	waitfd->epoll_fd = waitfd->timer_fd = -1;
	waitfd->owner = CurrentResourceOwner;
	dlist_push_tail(&waitfds, &waitfd->node);
	waitfd->on_reset.func = waitfd_free;
	waitfd->on_reset.arg = waitfd;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &waitfd->on_reset);

	if (count_descriptors(waitfd, WAITFD_DESCRIPTORS + SPARE_DESCRIPTORS))
		waitfd->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	count_descriptors(waitfd, waitfd->timer_fd >= 0 ? WAITFD_DESCRIPTORS : 0);
	return waitfd->timer_fd >= 0 ? waitfd : NULL;
}

static void
watch(HttpWaitFd *waitfd, int fd, uint32 events)
{
	struct epoll_event event = {.events = events,.data.fd = fd};

	check_system(epoll_ctl(waitfd->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0);
}

/*
 * The epoll descriptor is made anew if the sockets have changed: the kernel
 * drops a closed one from it, even if its number is in use again.
 */
static void
renew_epoll(HttpWaitFd *waitfd)
{
	uint64		version;
	int			count;
	const EngineSocket *sockets = http_engine_sockets(&count, &version);

	if (waitfd->epoll_fd >= 0 && version == waitfd->sockets_version)
		return;
	if (waitfd->epoll_fd >= 0)
		close(waitfd->epoll_fd);
	waitfd->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	check_system(waitfd->epoll_fd >= 0);
	watch(waitfd, waitfd->timer_fd, EPOLLIN);
	for (int i = 0; i < count; i++)
	{
		uint32		events = 0;

		if (sockets[i].what & CURL_POLL_IN)
			events |= EPOLLIN;
		if (sockets[i].what & CURL_POLL_OUT)
			events |= EPOLLOUT;
		if (events != 0)
			watch(waitfd, sockets[i].fd, events);
	}
	waitfd->sockets_version = version;
}

int
http_waitfd_arm(HttpWaitFd *waitfd, int64 timeout_us)
{
	struct itimerspec when = {
		.it_value.tv_sec = timeout_us / 1000000,
		.it_value.tv_nsec = timeout_us % 1000000 * 1000
	};

	if (timeout_us == 0)
		when.it_value.tv_nsec = 1;	/* zero would stop the timer */
	check_system(timerfd_settime(waitfd->timer_fd, 0, &when, NULL) == 0);
	renew_epoll(waitfd);
	return waitfd->epoll_fd;
}

#else

bool
http_has_waitfd(void)
{
	return false;
}

HttpWaitFd *
http_waitfd_open(void)
{
	return NULL;
}

void
http_waitfd_release(ResourceOwner owner)
{
}

int
http_waitfd_arm(HttpWaitFd *waitfd, int64 timeout_us)
{
	return -1;
}

#endif
