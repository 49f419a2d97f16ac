/*
 * fault.c
 *	  The queue of mishaps, and those that stand in for an answer.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "random.h"
#include "text.h"

typedef struct KindName
{
	const char *name;
	FaultKind	kind;
	int			code;			/* HTTP status, unless the fault says */
} KindName;

static const KindName kinds[] = {
	{"status", FAULT_STATUS, 500},
	{"body", FAULT_BODY, 200},
	{"garbage", FAULT_GARBAGE, 200},
	{"html", FAULT_HTML, 502},
	{"redirect", FAULT_REDIRECT, 302},
	{"lookback", FAULT_LOOKBACK, 400},
	{"repeat_cursor", FAULT_REPEAT_CURSOR, 0},
	{"no_cursor", FAULT_NO_CURSOR, 0},
	{"no_data", FAULT_NO_DATA, 0},
	{"empty_page", FAULT_EMPTY_PAGE, 0},
	{"wrong_type", FAULT_WRONG_TYPE, 0},
	{"nul", FAULT_NUL, 0},
	{"bucket_outside", FAULT_BUCKET_OUTSIDE, 0},
	{"bucket_disorder", FAULT_BUCKET_DISORDER, 0},
	{"bucket_duplicate", FAULT_BUCKET_DUPLICATE, 0},
	{"clipped_end", FAULT_CLIPPED_END, 0},
	{"delay", FAULT_DELAY, 0},
	{NULL, 0, 0}
};

typedef struct TextParameter
{
	const char *name;
	size_t		offset;
} TextParameter;

static const TextParameter texts[] = {
	{"endpoint", offsetof(Fault, endpoint)},
	{"match", offsetof(Fault, match)},
	{"path", offsetof(Fault, path)},
	{"content_type", offsetof(Fault, content_type)},
	{"field", offsetof(Fault, field)},
	{"value", offsetof(Fault, value)},
	{"level", offsetof(Fault, level)},
	{"cursor", offsetof(Fault, cursor)},
	{"where", offsetof(Fault, where)},
	{"location", offsetof(Fault, location)},
	{"date", offsetof(Fault, date)},
	{NULL, 0}
};

static const TextParameter numbers[] = {
	{"after", offsetof(Fault, after)},
	{"count", offsetof(Fault, count)},
	{"probability", offsetof(Fault, probability)},
	{"code", offsetof(Fault, code)},
	{"delay_ms", offsetof(Fault, delay_ms)},
	{NULL, 0}
};

typedef struct Queued
{
	struct Queued *next;
	Fault	   *fault;
} Queued;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Queued *queue;
static Random dice;				/* starts anew with an empty queue */

static const KindName *
kind_by_name(const char *name)
{
	for (const KindName *k = kinds; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static const TextParameter *
find_parameter(const TextParameter *table, const char *name)
{
	for (const TextParameter *p = table; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static char **
text_field(Fault *fault, const TextParameter *parameter)
{
	return (char **) ((char *) fault + parameter->offset);
}

static bool
add_header(Fault *fault, const char *line, Buffer *message)
{
	const char *colon = strchr(line, ':');
	Header	   *header = &fault->headers[fault->header_count];

	if (colon == NULL || fault->header_count == MAX_HEADERS)
	{
		buffer_printf(message, "not a header, or one too many: \"%s\"\n", line);
		return false;
	}
	header->name = strndup(line, colon - line);
	header->value = copy_text(colon + 1 + strspn(colon + 1, " "));
	fault->header_count++;
	return true;
}

static void
set_body(Fault *fault, Buffer *content)
{
	body_release(fault->body);
	fault->body = body_new(content);
}

static bool
load_body(Fault *fault, const char *file, Buffer *message)
{
	FILE	   *stream = fopen(file, "r");
	Buffer		content = {NULL, 0, 0};
	char		block[4096];
	size_t		length;

	if (stream == NULL)
	{
		buffer_printf(message, "could not read \"%s\"\n", file);
		return false;
	}
	while ((length = fread(block, 1, sizeof(block), stream)) > 0)
		buffer_append(&content, block, length);
	fclose(stream);
	set_body(fault, &content);
	return true;
}

static bool
set_kind(Fault *fault, const char *name, Buffer *message)
{
	const KindName *kind = kind_by_name(name);

	if (kind == NULL)
	{
		buffer_printf(message, "there is no kind of fault \"%s\"\n", name);
		return false;
	}
	fault->kind = kind->kind;
	if (fault->code == 0)
		fault->code = kind->code;
	return true;
}

static bool
set_number(Fault *fault, const TextParameter *parameter, const char *value,
		   Buffer *message)
{
	int64_t    *field = (int64_t *) ((char *) fault + parameter->offset);

	if (parse_integer(value, field))
		return true;
	buffer_printf(message, "%s is not an integer: \"%s\"\n", parameter->name,
				  value);
	return false;
}

static bool
set_body_text(Fault *fault, const char *value)
{
	Buffer		content = {NULL, 0, 0};

	buffer_text(&content, value);
	set_body(fault, &content);
	return true;
}

static bool
read_parameter(Fault *fault, const Parameter *p, Buffer *message)
{
	const TextParameter *text = find_parameter(texts, p->name);
	const TextParameter *number = find_parameter(numbers, p->name);

	if (text)
	{
		free(*text_field(fault, text));
		*text_field(fault, text) = copy_text(p->value);
		return true;
	}
	if (number)
		return set_number(fault, number, p->value, message);
	if (strcmp(p->name, "kind") == 0)
		return set_kind(fault, p->value, message);
	if (strcmp(p->name, "headers") == 0 || strcmp(p->name, "header") == 0)
		return add_header(fault, p->value, message);
	if (strcmp(p->name, "body") == 0)
		return set_body_text(fault, p->value);
	if (strcmp(p->name, "body_file") == 0)
		return load_body(fault, p->value, message);
	buffer_printf(message, "a fault has no parameter \"%s\"\n", p->name);
	return false;
}

static bool
read_fault(Fault *fault, const ParameterList *list, Buffer *message)
{
	if (parameter_value(list, "kind") == NULL)
	{
		buffer_text(message, "a fault needs a kind\n");
		return false;
	}
	for (int i = 0; i < list->count; i++)
		if (!read_parameter(fault, &list->items[i], message))
			return false;
	return true;
}

static void
append_to_queue(Fault *fault)
{
	Queued	  **last = &queue;
	Queued	   *queued = allocate(sizeof(Queued));

	queued->fault = fault;
	pthread_mutex_lock(&lock);
	while (*last)
		last = &(*last)->next;
	*last = queued;
	pthread_mutex_unlock(&lock);
}

bool
fault_add(const ParameterList *list, Buffer *content, Buffer *message)
{
	Fault	   *fault = allocate(sizeof(Fault));

	fault->count = 1;
	fault->probability = 100;
	if (!read_fault(fault, list, message))
	{
		fault_free(fault);
		return false;
	}
	if (content->length > 0)
		set_body(fault, content);
	append_to_queue(fault);
	return true;
}

static bool
matches(const Fault *fault, const char *path, const char *query)
{
	const char *name = strrchr(path, '/');

	if (fault->endpoint && (!name || strcmp(name + 1, fault->endpoint) != 0))
		return false;
	if (fault->path && strstr(path, fault->path) == NULL)
		return false;
	return fault->match == NULL || (query && strstr(query, fault->match));
}

/* Counts the request; true if the fault hits it. */
static bool
strikes(Fault *fault, const char *path, const char *query)
{
	if (fault->count == 0 || !matches(fault, path, query))
		return false;
	if (fault->after > 0)
	{
		fault->after--;
		return false;
	}
	if (random_below(&dice, 100) >= fault->probability)
		return false;
	if (fault->count > 0)
		fault->count--;
	return true;
}

static char *
copy_or_null(const char *text)
{
	return text ? copy_text(text) : NULL;
}

static Fault *
copy_fault(const Fault *fault)
{
	Fault	   *copy = allocate(sizeof(Fault));

	*copy = *fault;
	for (const TextParameter *p = texts; p->name; p++)
		*text_field(copy, p) = copy_or_null(*text_field(copy, p));
	for (int i = 0; i < copy->header_count; i++)
	{
		copy->headers[i].name = copy_text(copy->headers[i].name);
		copy->headers[i].value = copy_text(copy->headers[i].value);
	}
	if (copy->body)
		body_hold(copy->body);
	return copy;
}

/* All of the queue count the request until one strikes. */
Fault *
fault_take(const char *path, const char *query)
{
	Fault	   *taken = NULL;

	pthread_mutex_lock(&lock);
	for (Queued *q = queue; q && taken == NULL; q = q->next)
		if (strikes(q->fault, path, query))
			taken = copy_fault(q->fault);
	pthread_mutex_unlock(&lock);
	return taken;
}

void
fault_free(Fault *fault)
{
	if (fault == NULL)
		return;
	for (const TextParameter *p = texts; p->name; p++)
		free(*text_field(fault, p));
	for (int i = 0; i < fault->header_count; i++)
	{
		free(fault->headers[i].name);
		free(fault->headers[i].value);
	}
	body_release(fault->body);
	free(fault);
}

void
fault_clear(void)
{
	pthread_mutex_lock(&lock);
	while (queue)
	{
		Queued	   *first = queue;

		queue = first->next;
		fault_free(first->fault);
		free(first);
	}
	dice.state = 0;
	pthread_mutex_unlock(&lock);
}

void
fault_list(Buffer *out)
{
	pthread_mutex_lock(&lock);
	for (Queued *q = queue; q; q = q->next)
		buffer_printf(out, "kind=%s endpoint=%s after=%lld count=%lld\n",
					  kinds[q->fault->kind].name,
					  q->fault->endpoint ? q->fault->endpoint : "",
					  (long long) q->fault->after,
					  (long long) q->fault->count);
	pthread_mutex_unlock(&lock);
}
