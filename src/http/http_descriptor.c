/*
 * http_descriptor.c
 *	  How many file descriptors transfers may take, and tells PostgreSQL.
 *
 * PostgreSQL grants extensions a third of a process's descriptors.  Curl opens
 * sockets in calls that an error must not jump out of, so they can't ask for
 * one.  Instead, before a transfer starts there must be room for all that it
 * may open, and afterwards what is open is counted.
 */
#include "postgres.h"

#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "storage/fd.h"

#include "base/clock.h"
#include "http/http_descriptor_private.h"

/*
 * The most that a backend has at once, even if PostgreSQL grants more.  A
 * transfer that connects may have two sockets, and some are kept for later.
 */
#define MAX_TRANSFERS		128
#define MAX_SOCKETS			(2 * MAX_TRANSFERS + 32)

/* Curl's multi handle has a pair of them, to be woken by. */
#define ENGINE_DESCRIPTORS	2

/*
 * What a transfer without a connection may take beside its socket: the pair by
 * which a resolver thread answers and its sockets to name servers, or a socket
 * for another address of the host.
 */
#define CONNECT_DESCRIPTORS 4

/*
 * Left for other uses, such as wait sets and the waitfds of asynchronous
 * scans.  A backend's first transfer need not leave them.
 */
#define SPARE_DESCRIPTORS	8

/* Idle connections to keep: at most, and one for so many descriptors granted. */
#define MAX_KEPT			16
#define KEPT_SHARE			8

/* resolv.conf(5): two tries of 5 s at each of three name servers; doubled. */
#define LINGER_US			INT64CONST(60000000)
#define MAX_LINGERING		256

/* Where the operating system lists the threads of this process. */
#define THREAD_DIRECTORY	"/proc/self/task"

/* A socket that curl has opened; device and inode tell it from a later one. */
typedef struct OpenSocket
{
	curl_socket_t fd;
	dev_t		device;
	ino_t		inode;
	bool		serial;			/* one answer after the other comes by it */
	bool		polled;			/* a transfer waits for it */
} OpenSocket;

static OpenSocket sockets[MAX_SOCKETS];
static int	nsockets;			/* includes those closed since the last check */
static int	counted;			/* descriptors reported to PostgreSQL */

/* When look-ups that were cut off are assumed to be over; ascending. */
static int64 lingering[MAX_LINGERING];
static int	nlingering;

/* Programs that the backend starts should inherit no socket. */
#ifdef SOCK_CLOEXEC
#define SOCKET_FLAGS SOCK_CLOEXEC
#else
#define SOCKET_FLAGS 0
#endif

/* ---- called by curl ---- */

static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct stat status;

	if (nsockets < MAX_SOCKETS)
		fd = socket(address->family, address->socktype | SOCKET_FLAGS, address->protocol);
	if (fd != CURL_SOCKET_BAD && fstat(fd, &status) == 0)
		sockets[nsockets++] = (OpenSocket) {fd, status.st_dev, status.st_ino, false, false};
	return fd;
}

/* The port of this end of a socket, 0 if it has none (any more). */
static int
local_port(curl_socket_t fd)
{
	struct sockaddr_storage address;
	socklen_t	length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *) &address, &length) != 0)
		return 0;
	if (address.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *) &address)->sin_port);
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
	return 0;
}

/* The latest socket with that port, or NULL. */
static OpenSocket *
find_socket(int port)
{
	for (int i = nsockets - 1; i >= 0; i--)
		if (local_port(sockets[i].fd) == port)
			return &sockets[i];
	return NULL;
}

void
http_descriptor_note_serial(int port)
{
	OpenSocket *found = find_socket(port);

	if (found != NULL)
		found->serial = true;
}

void
http_descriptor_note_polled(curl_socket_t fd, bool polled)
{
	for (int i = nsockets - 1; i >= 0; i--)
		if (sockets[i].fd == fd)
		{
			sockets[i].polled = polled;
			break;
		}
}

static bool
is_open(const OpenSocket *sock)
{
	struct stat status;

	return fstat(sock->fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
		status.st_dev == sock->device && status.st_ino == sock->inode;
}

static bool
has_input(const OpenSocket *sock)
{
	struct pollfd input = {.fd = sock->fd,.events = POLLIN};

	return sock->serial && is_open(sock) && poll(&input, 1, 0) > 0;
}

bool
http_descriptor_has_unasked(int port)
{
	const OpenSocket *found;

	if (port > 0)
	{
		found = find_socket(port);
		return found != NULL && has_input(found);
	}
	for (int i = 0; i < nsockets; i++)
		if (!sockets[i].polled && has_input(&sockets[i]))
			return true;
	return false;
}

/* ---- counting ---- */

/*
 * Check which sockets are still open: curl does not call its callback for all
 * that it closes (7.88: not for those that are connecting).
 */
static void
forget_closed(void)
{
	int			open = 0;

	for (int i = 0; i < nsockets; i++)
		if (is_open(&sockets[i]))
			sockets[open++] = sockets[i];
	nsockets = open;
}

/* Forget the `over` oldest look-ups. */
static void
forget_lingering(int over)
{
	nlingering -= over;
	memmove(lingering, lingering + over, sizeof(int64) * nlingering);
}

static void
forget_expired(void)
{
	int64		now = clock_us();
	int			over = 0;

	while (over < nlingering && lingering[over] <= now)
		over++;
	forget_lingering(over);
}

/*
 * Where the operating system lists our threads, no more look-ups can be under
 * way than there are threads beside the main one.
 */
static void
forget_ended(void)
{
	DIR		   *directory = nlingering > 0 ? AllocateDir(THREAD_DIRECTORY) : NULL;
	struct dirent *entry;
	int			nthreads = 0;

	if (directory == NULL)
		return;
	while ((entry = ReadDirExtended(directory, THREAD_DIRECTORY, DEBUG1)) != NULL)
		if (entry->d_name[0] != '.')
			nthreads++;
	FreeDir(directory);
	if (nthreads > 0 && nthreads - 1 < nlingering)
		forget_lingering(nlingering - (nthreads - 1));
}

/* What is in use, or may be before the next count. */
static int
descriptors_of(const DescriptorUse *use)
{
	forget_expired();
	return ENGINE_DESCRIPTORS + Max(nsockets, use->transfers) +
		CONNECT_DESCRIPTORS * (use->connecting + nlingering);
}

/* How many more would the server grant, up to `most`? */
static int
count_free(int most)
{
	int			granted = 0;

	while (granted < most && AcquireExternalFD())
		granted++;
	for (int i = 0; i < granted; i++)
		ReleaseExternalFD();
	return granted;
}

bool
http_descriptor_has_room(const DescriptorUse *use)
{
	DescriptorUse more = {use->transfers + 1, use->connecting + 1};
	int			wanted;

	forget_closed();
	forget_ended();
	if (more.transfers > MAX_TRANSFERS || nlingering == MAX_LINGERING)
		return false;
	wanted = descriptors_of(&more) - counted;
	if (use->transfers > 0)
		wanted += SPARE_DESCRIPTORS;
	return count_free(wanted) >= wanted;
}

long
http_descriptor_kept_connections(void)
{
	return Max(count_free(MAX_KEPT * KEPT_SHARE) / KEPT_SHARE, 1);
}

void
http_descriptor_count(const DescriptorUse *use, bool closed)
{
	int			wanted;

	if (closed)
		forget_closed();
	wanted = descriptors_of(use);

	for (; counted < wanted; counted++)
		ReserveExternalFD();
	for (; counted > wanted; counted--)
		ReleaseExternalFD();
}

void
http_descriptor_linger(void)
{
	forget_expired();
	if (nlingering == MAX_LINGERING)
		return;					/* no transfer starts until some expire */
	lingering[nlingering++] = clock_us() + LINGER_US;
}

CURLcode
http_descriptor_watch(CURL *easy)
{
	return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
}
