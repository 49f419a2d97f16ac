/*
 * record.c
 *	  Which requests the API got.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

typedef struct Request
{
	char	   *path;
	char	   *query;
	char	   *organization;	/* or NULL */
	char	   *project;		/* or NULL */
	char	   *accept_encoding;	/* or NULL */
	int			connection;
	int			status;			/* 0: not answered yet */
	size_t		bytes;
	size_t		wire_bytes;
} Request;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Request *requests;
static long request_count;
static long request_capacity;
static long cleared;			/* tickets up to this one are forgotten */
static int	in_flight;
static int	max_in_flight;
static int	connections;
static int	open_connections;

static char *
copy_or_null(const char *text)
{
	return text ? copy_text(text) : NULL;
}

static Request *
new_request(void)
{
	if (request_count == request_capacity)
	{
		request_capacity = request_capacity ? 2 * request_capacity : 256;
		requests = reallocate(requests, request_capacity * sizeof(Request));
	}
	memset(&requests[request_count], 0, sizeof(Request));
	return &requests[request_count++];
}

static Request *
find_request(const Exchange *exchange)
{
	return exchange->ticket > cleared
		? &requests[exchange->ticket - cleared - 1] : NULL;
}

void
record_begin(Exchange *exchange)
{
	Request    *request;

	pthread_mutex_lock(&lock);
	request = new_request();
	request->path = copy_text(exchange->path);
	request->query = copy_text(exchange->query ? exchange->query : "");
	request->organization = copy_or_null(exchange->organization);
	request->project = copy_or_null(exchange->project);
	request->accept_encoding = copy_or_null(exchange->accept_encoding);
	request->connection = exchange->connection;
	exchange->ticket = cleared + request_count;
	if (++in_flight > max_in_flight)
		max_in_flight = in_flight;
	pthread_mutex_unlock(&lock);
}

void
record_answer(const Exchange *exchange, size_t bytes, size_t wire_bytes)
{
	Request    *request;

	pthread_mutex_lock(&lock);
	request = find_request(exchange);
	if (request)
	{
		request->status = exchange->status;
		request->bytes = bytes;
		request->wire_bytes = wire_bytes;
	}
	pthread_mutex_unlock(&lock);
}

void
record_end(const Exchange *exchange)
{
	if (exchange->ticket == 0)
		return;
	pthread_mutex_lock(&lock);
	in_flight--;
	pthread_mutex_unlock(&lock);
}

int
record_connection(void)
{
	int			number;

	pthread_mutex_lock(&lock);
	number = ++connections;
	open_connections++;
	pthread_mutex_unlock(&lock);
	return number;
}

void
record_connection_end(void)
{
	pthread_mutex_lock(&lock);
	open_connections--;
	pthread_mutex_unlock(&lock);
}

static void
free_request(Request *request)
{
	free(request->path);
	free(request->query);
	free(request->organization);
	free(request->project);
	free(request->accept_encoding);
}

void
record_clear(void)
{
	pthread_mutex_lock(&lock);
	for (long i = 0; i < request_count; i++)
		free_request(&requests[i]);
	cleared += request_count;
	request_count = request_capacity = 0;
	free(requests);
	requests = NULL;
	max_in_flight = in_flight;
	pthread_mutex_unlock(&lock);
}

static void
append_field(Buffer *out, const char *text)
{
	buffer_char(out, ',');
	buffer_csv(out, text);
}

static const char *
last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
append_request(Buffer *out, long number, const Request *request)
{
	buffer_integer(out, number);
	append_field(out, last_component(request->path));
	append_field(out, request->path);
	append_field(out, request->query);
	buffer_printf(out, ",%d", request->status);
	append_field(out, request->organization);
	append_field(out, request->project);
	append_field(out, request->accept_encoding);
	buffer_printf(out, ",%d,%zu,%zu\n", request->connection, request->bytes,
				  request->wire_bytes);
}

void
record_csv(Buffer *out)
{
	buffer_text(out, "seq,endpoint,path,query,status,organization,project,"
				"accept_encoding,connection,bytes,wire_bytes\n");
	pthread_mutex_lock(&lock);
	for (long i = 0; i < request_count; i++)
		append_request(out, i + 1, &requests[i]);
	pthread_mutex_unlock(&lock);
}

void
record_stat(Buffer *out)
{
	pthread_mutex_lock(&lock);
	buffer_printf(out, "requests=%ld\nin_flight=%d\nmax_in_flight=%d\n"
				  "connections=%d\nopen_connections=%d\n",
				  request_count, in_flight, max_in_flight,
				  connections, open_connections);
	pthread_mutex_unlock(&lock);
}
