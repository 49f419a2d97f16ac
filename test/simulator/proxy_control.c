/*
 * proxy_control.c
 *	  The control connections: one line in, one line out.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy.h"

#define LINE_BYTES 1024

typedef struct Control
{
	struct Control *next;
	int			fd;
	char		line[LINE_BYTES];
	size_t		length;
	bool		done;
	bool		polled;
} Control;

typedef struct Command
{
	const char *name;
	bool		(*run) (const char *line, Buffer *out);
} Command;

static Control *controls;

static bool
run_clear(const char *line, Buffer *out)
{
	(void) line;
	(void) out;
	rule_clear();
	relay_clear();
	return true;
}

static bool
run_drop(const char *line, Buffer *out)
{
	(void) line;
	(void) out;
	relay_drop();
	return true;
}

static bool
run_stat(const char *line, Buffer *out)
{
	(void) line;
	buffer_printf(out, " connections=%ld open=%d requests=%ld",
				  proxy_counters.connections, relay_open(),
				  proxy_counters.requests);
	for (int i = MISHAP_REFUSE; i < MISHAP_COUNT; i++)
		buffer_printf(out, " %s=%ld", mishap_names[i],
					  proxy_counters.applied[i]);
	return true;
}

static const Command commands[] = {
	{"clear", run_clear},
	{"drop", run_drop},
	{"stat", run_stat},
	{"random", rule_random},
	{NULL, rule_add}			/* anything else names a mishap */
};

static bool
run_line(const char *line, Buffer *out)
{
	size_t		length = strcspn(line, " \t\r\n");
	const Command *command = commands;

	while (command->name && (strlen(command->name) != length ||
							 strncmp(command->name, line, length) != 0))
		command++;
	return command->run(line, out);
}

static void
answer_line(Control *control, const char *line)
{
	Buffer		out = {NULL, 0, 0};
	Buffer		answer = {NULL, 0, 0};
	bool		valid = run_line(line, &out);

	buffer_printf(&answer, "%s%s\n", valid ? "ok" : "error: ",
				  out.data ? out.data : "");
	if (send(control->fd, answer.data, answer.length, MSG_NOSIGNAL) < 0)
		control->done = true;
	buffer_free(&answer);
	buffer_free(&out);
}

void
control_accept(int listener)
{
	int			fd = accept(listener, NULL, NULL);
	Control    *control;

	if (fd < 0)
		return;
	control = allocate(sizeof(Control));
	control->fd = fd;
	control->next = controls;
	controls = control;
}

static void
read_control(Control *control)
{
	size_t		room = LINE_BYTES - 1 - control->length;
	ssize_t		got = read(control->fd, control->line + control->length, room);
	char	   *end;

	if (got <= 0)
	{
		control->done = true;
		return;
	}
	control->length += got;
	control->line[control->length] = '\0';
	while ((end = strchr(control->line, '\n')))
	{
		*end = '\0';
		answer_line(control, control->line);
		control->length -= end + 1 - control->line;
		memmove(control->line, end + 1, control->length + 1);
	}
}

static void
free_done(void)
{
	Control   **link = &controls;

	while (*link)
	{
		Control    *control = *link;

		if (control->done)
		{
			*link = control->next;
			close(control->fd);
			free(control);
		}
		else
			link = &control->next;
	}
}

int
control_poll_size(void)
{
	int			count = 0;

	free_done();
	for (Control *control = controls; control; control = control->next)
		count++;
	return count;
}

int
control_prepare(struct pollfd *polls)
{
	int			count = 0;

	for (Control *control = controls; control; control = control->next)
	{
		control->polled = true;
		polls[count++] = (struct pollfd) {control->fd, POLLIN, 0};
	}
	return count;
}

void
control_handle(const struct pollfd *polls)
{
	for (Control *control = controls; control; control = control->next)
		if (control->polled && (polls++)->revents)
			read_control(control);
}
