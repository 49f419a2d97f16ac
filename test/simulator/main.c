/*
 * main.c
 *	  Command line and life of the simulator.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "body.h"
#include "daemon.h"
#include "events.h"
#include "fault.h"
#include "record.h"
#include "server.h"
#include "state.h"
#include "text.h"

#define NO_PORT (-1)

typedef struct Flags
{
	int64_t		port;
	int64_t		tls_port;		/* NO_PORT: no TLS */
	const char *certificate_file;
	const char *key_file;
	const char *ready_file;
	int64_t		parent;			/* end with this process; 0: with none */
} Flags;

static const struct option options[] = {
	{"port", required_argument, NULL, 'p'},
	{"tls-port", required_argument, NULL, 't'},
	{"cert", required_argument, NULL, 'c'},
	{"key-file", required_argument, NULL, 'k'},
	{"ready-file", required_argument, NULL, 'r'},
	{"now", required_argument, NULL, 'n'},
	{"organization", required_argument, NULL, 'o'},
	{"seed", required_argument, NULL, 's'},
	{"days", required_argument, NULL, 'd'},
	{"events-per-day", required_argument, NULL, 'e'},
	{"api-key", required_argument, NULL, 'a'},
	{"set", required_argument, NULL, 'S'},
	{"daemon-parent", required_argument, NULL, 'P'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0}
};

static void __attribute__((noreturn))
usage(int status)
{
	fputs("usage: usage_simulator [--port N] [--tls-port N --cert FILE "
		  "--key-file FILE]\n"
		  "    [--ready-file FILE] [--now UNIX|real] [--organization odd|plausible]\n"
		  "    [--seed N] [--days N] [--events-per-day N] [--api-key KEY]\n"
		  "    [--set NAME=VALUE]... [--daemon-parent PID]\n", status ? stderr : stdout);
	exit(status);
}

static int64_t
number(const char *text, int64_t max)
{
	int64_t		value;

	if (!parse_integer(text, &value) || value < 0 || value > max)
	{
		fprintf(stderr, "invalid number \"%s\"\n", text);
		usage(2);
	}
	return value;
}

static void
change_setting(const char *name, const char *value)
{
	Buffer		message = {NULL, 0, 0};

	if (!settings_change(&settings_initial, name, value, &message))
	{
		fputs(message.data, stderr);
		exit(2);
	}
	buffer_free(&message);
}

static void
set_setting(char *argument)
{
	char	   *name = strsep(&argument, "=");

	if (argument == NULL)
		usage(2);
	change_setting(name, argument);
}

static void
choose_organization(const char *name)
{
	if (organization_choose(name))
		return;
	fprintf(stderr, "there is no organization \"%s\"\n", name);
	usage(2);
}

static void
read_flag(Flags *flags, int flag, char *argument)
{
	switch (flag)
	{
		case 'p':
			flags->port = number(argument, UINT16_MAX);
			break;
		case 't':
			flags->tls_port = number(argument, UINT16_MAX);
			break;
		case 'c':
			flags->certificate_file = argument;
			break;
		case 'k':
			flags->key_file = argument;
			break;
		case 'r':
			flags->ready_file = argument;
			break;
		case 'n':
			change_setting("now", argument);
			break;
		case 'o':
			choose_organization(argument);
			break;
		case 's':
			events_plan.seed = number(argument, INT64_MAX);
			break;
		case 'd':
			events_plan.days = (int) number(argument, 20000);
			break;
		case 'e':
			events_plan.density = (int) number(argument, 1000000);
			break;
		case 'a':
			change_setting("api_key", argument);
			break;
		case 'S':
			set_setting(argument);
			break;
		case 'P':
			flags->parent = number(argument, INT32_MAX);
			break;
		default:
			usage(flag == 'h' ? 0 : 2);
	}
}

static char *
read_file(const char *name)
{
	FILE	   *stream = name ? fopen(name, "r") : NULL;
	Buffer		text = {NULL, 0, 0};
	char		block[4096];
	size_t		length;

	if (stream == NULL)
	{
		fprintf(stderr, "could not read \"%s\"\n", name ? name : "");
		exit(1);
	}
	while ((length = fread(block, 1, sizeof(block), stream)) > 0)
		buffer_append(&text, block, length);
	fclose(stream);
	return text.data;
}

static Server *
or_exit(Server *server)
{
	if (server == NULL)
	{
		fputs("could not listen on 127.0.0.1\n", stderr);
		exit(1);
	}
	return server;
}

static void
write_ready_file(const Flags *flags, const Server *plain, const Server *tls)
{
	Buffer		text = {NULL, 0, 0};

	buffer_printf(&text, "port=%d\n", server_port(plain));
	if (tls)
		buffer_printf(&text, "tls_port=%d\n", server_port(tls));
	buffer_printf(&text, "pid=%d\n", (int) getpid());
	if (flags->ready_file == NULL)
		fputs(text.data, stdout);
	else if (!daemon_ready(flags->ready_file, text.data))
		exit(1);
	fflush(stdout);
	buffer_free(&text);
}

/* The threads inherit the mask, so that signals come here only. */
static sigset_t
block_signals(void)
{
	sigset_t	signals;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	return signals;
}

static void
run_until_ended(const Flags *flags, const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = 1};

	while (sigtimedwait(signals, NULL, &second) < 0)
		if (daemon_orphaned((pid_t) flags->parent))
			break;
}

static void
serve(const Flags *flags)
{
	sigset_t	signals = block_signals();
	Server	   *plain = or_exit(server_start((uint16_t) flags->port));
	Server	   *tls = NULL;
	char	   *certificate = NULL;
	char	   *key = NULL;

	if (flags->tls_port != NO_PORT)
	{
		certificate = read_file(flags->certificate_file);
		key = read_file(flags->key_file);
		tls = or_exit(server_start_tls((uint16_t) flags->tls_port,
									   certificate, key));
	}
	write_ready_file(flags, plain, tls);
	run_until_ended(flags, &signals);
	state_shut_down();
	server_stop(tls);
	server_stop(plain);
	free(certificate);
	free(key);
}

int
main(int argc, char **argv)
{
	Flags		flags = {.tls_port = NO_PORT};
	int			flag;

	settings_default(&settings_initial);
	organization_choose("odd");
	while ((flag = getopt_long(argc, argv, "", options, NULL)) != -1)
		read_flag(&flags, flag, optarg);
	if (optind < argc)
		usage(2);
	state_settings = settings_initial;
	events_plan.first_clock = settings_now(&settings_initial);
	serve(&flags);
	fault_clear();
	record_clear();
	body_clear(&body_cache);
	body_clear(&body_fixtures);
	events_free();
	return 0;
}
