/*
 * proxy_main.c
 *	  Command line and main loop of the fault proxy.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"
#include "proxy.h"
#include "text.h"

#define BACKLOG 128
#define TICK_MS 1000			/* how often to look for the parent */

typedef struct Flags
{
	int64_t		listen;
	int64_t		target;
	const char *ready_file;
	int64_t		parent;
} Flags;

static const struct option options[] = {
	{"listen", required_argument, NULL, 'l'},
	{"target", required_argument, NULL, 't'},
	{"ready-file", required_argument, NULL, 'r'},
	{"daemon-parent", required_argument, NULL, 'P'},
	{NULL, 0, NULL, 0}
};

static volatile sig_atomic_t ended;

static void __attribute__((noreturn))
usage(void)
{
	fputs("usage: fault_proxy --target PORT [--listen PORT] "
		  "[--ready-file FILE]\n    [--daemon-parent PID]\n", stderr);
	exit(2);
}

static void
end(int signal_number)
{
	(void) signal_number;
	ended = 1;
}

static int64_t
number(const char *text, int64_t max)
{
	int64_t		value;

	if (!parse_integer(text, &value) || value < 0 || value > max)
		usage();
	return value;
}

static Flags
read_flags(int argc, char **argv)
{
	Flags		flags = {.target = -1};
	int			flag;

	while ((flag = getopt_long(argc, argv, "", options, NULL)) != -1)
	{
		if (flag == 'l')
			flags.listen = number(optarg, UINT16_MAX);
		else if (flag == 't')
			flags.target = number(optarg, UINT16_MAX);
		else if (flag == 'r')
			flags.ready_file = optarg;
		else if (flag == 'P')
			flags.parent = number(optarg, INT32_MAX);
		else
			usage();
	}
	if (flags.target < 0 || optind < argc)
		usage();
	return flags;
}

static int
listen_on(uint16_t *port)
{
	int			fd = socket(AF_INET, SOCK_STREAM, 0);
	const int	on = 1;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	socklen_t	size = sizeof(address);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *) &address, size) != 0 ||
		listen(fd, BACKLOG) != 0 ||
		getsockname(fd, (struct sockaddr *) &address, &size) != 0)
	{
		perror("could not listen on 127.0.0.1");
		exit(1);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static void
write_ready_file(const char *file, uint16_t port, uint16_t control_port)
{
	Buffer		text = {NULL, 0, 0};

	buffer_printf(&text, "port=%d\ncontrol_port=%d\npid=%d\n", port,
				  control_port, (int) getpid());
	if (file == NULL)
		fputs(text.data, stdout);
	else if (!daemon_ready(file, text.data))
		exit(1);
	fflush(stdout);
	buffer_free(&text);
}

/* Wait once, and handle what came. */
static void
turn(int clients, int controls, uint16_t target)
{
	int			size = 2 + relay_poll_size() + control_poll_size();
	struct pollfd *polls = allocate(size * sizeof(struct pollfd));
	int			timeout_ms = TICK_MS;
	int			relays;

	polls[0] = (struct pollfd) {clients, POLLIN, 0};
	polls[1] = (struct pollfd) {controls, POLLIN, 0};
	relays = relay_prepare(polls + 2, &timeout_ms);
	control_prepare(polls + 2 + relays);
	if (poll(polls, size, timeout_ms) >= 0)
	{
		control_handle(polls + 2 + relays);
		relay_handle(polls + 2);
		if (polls[1].revents)
			control_accept(controls);
		if (polls[0].revents)
			relay_accept(clients, target);
	}
	free(polls);
}

int
main(int argc, char **argv)
{
	Flags		flags = read_flags(argc, argv);
	uint16_t	port = (uint16_t) flags.listen;
	uint16_t	control_port = 0;
	int			clients = listen_on(&port);
	int			controls = listen_on(&control_port);
	const struct sigaction action = {.sa_handler = end};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	write_ready_file(flags.ready_file, port, control_port);
	while (!ended && !daemon_orphaned((pid_t) flags.parent))
		turn(clients, controls, (uint16_t) flags.target);
	relay_drop();
	relay_poll_size();
	return 0;
}
