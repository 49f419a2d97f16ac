/*
 * server.c
 *	  HTTP on loopback, by libmicrohttpd.
 *
 * Every connection has a thread, so that a delayed answer holds up nobody
 * else.  An Exchange lives from the request line to the end of the answer.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "api.h"
#include "control.h"
#include "record.h"
#include "server.h"
#include "state.h"

#define CONNECTION_MEMORY_BYTES (256 * 1024)	/* bounds URL and headers */
#define GZIP_MIN_BYTES 1024

struct Server
{
	struct MHD_Daemon *daemon;
	bool		tls;
};

/* A new request; what this returns comes back as *request below. */
static void *
begin_exchange(void *cls, const char *uri, struct MHD_Connection *connection)
{
	Exchange   *exchange = allocate(sizeof(Exchange));
	char	   *mark;

	(void) cls;
	(void) connection;
	exchange->uri = copy_text(uri);
	exchange->path = copy_text(uri);
	mark = strchr(exchange->path, '?');
	if (mark)
	{
		*mark = '\0';
		exchange->query = exchange->uri + (mark + 1 - exchange->path);
	}
	return exchange;
}

static void
end_exchange(void *cls, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	(void) cls;
	(void) connection;
	(void) code;
	if (*request)
	{
		record_end(*request);
		exchange_free(*request);
	}
	*request = NULL;
}

static void
notify_connection(void *cls, struct MHD_Connection *connection,
				  void **context, enum MHD_ConnectionNotificationCode code)
{
	(void) cls;
	(void) connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*context = (void *) (intptr_t) record_connection();
	else
		record_connection_end();
}

static const char *
header_value(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void
read_request(Exchange *exchange, struct MHD_Connection *connection,
			 const char *method)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	exchange->connection = (int) (intptr_t) info->socket_context;
	exchange->method = method;
	exchange->authorization = header_value(connection, "Authorization");
	exchange->organization = header_value(connection, "OpenAI-Organization");
	exchange->project = header_value(connection, "OpenAI-Project");
	exchange->accept_encoding = header_value(connection, "Accept-Encoding");
}

static bool
wants_gzip(const Exchange *exchange, size_t length)
{
	return exchange->may_gzip && length > GZIP_MIN_BYTES &&
		exchange->accept_encoding &&
		strstr(exchange->accept_encoding, "gzip") != NULL;
}

static void
release_body(void *body)
{
	body_release(body);
}

static bool
has_header(const Exchange *exchange, const char *name)
{
	for (int i = 0; i < exchange->header_count; i++)
		if (strcasecmp(exchange->headers[i].name, name) == 0)
			return true;
	return false;
}

/* The time by the simulator's own clock, unless a fault has set another. */
static void
add_date(struct MHD_Response *response, const Exchange *exchange)
{
	char		date[64];
	struct tm	parts;
	time_t		now;

	if (has_header(exchange, "Date"))
		return;
	state_read();
	now = (time_t) settings_now(&state_settings);
	state_release();
	gmtime_r(&now, &parts);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts);
	MHD_add_response_header(response, "Date", date);
}

static void
add_headers(struct MHD_Response *response, const Exchange *exchange, bool gzip)
{
	if (exchange->content_type)
		MHD_add_response_header(response, "Content-Type",
								exchange->content_type);
	if (gzip)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	for (int i = 0; i < exchange->header_count; i++)
		MHD_add_response_header(response, exchange->headers[i].name,
								exchange->headers[i].value);
	add_date(response, exchange);
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, Exchange *exchange)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t		length;
	size_t		wire_length;
	const char *bytes = body_bytes(exchange->body, &length);
	bool		gzip = wants_gzip(exchange, length);

	wire_length = length;
	if (gzip)
		bytes = body_gzip(exchange->body, &wire_length);
	record_answer(exchange, length, wire_length);
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		wire_length, (void *) bytes, release_body, body_hold(exchange->body));
	if (response == NULL)
	{
		body_release(exchange->body);
		return MHD_NO;
	}
	add_headers(response, exchange, gzip);
	result = MHD_queue_response(connection, exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Called for the headers, for each piece of the body, and at its end. */
static enum MHD_Result
handle(void *cls, struct MHD_Connection *connection, const char *url,
	   const char *method, const char *version, const char *upload,
	   size_t *upload_size, void **request)
{
	const Server *server = cls;
	Exchange   *exchange = *request;

	(void) url;
	(void) version;
	if (!exchange->started)
	{
		exchange->started = true;
		return MHD_YES;
	}
	if (*upload_size > 0)
	{
		buffer_append(&exchange->upload, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	read_request(exchange, connection, method);
	if (control_owns(exchange->path) && !server->tls)
		control_answer(exchange);
	else
		api_answer(exchange);
	return send_answer(connection, exchange);
}

static Server *
start(uint16_t port, const char *certificate, const char *key)
{
	Server	   *server = allocate(sizeof(Server));
	unsigned	flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	struct MHD_OptionItem tls_options[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *) certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *) key},
		{MHD_OPTION_END, 0, NULL}
	};

	server->tls = certificate != NULL;
	if (server->tls)
		flags |= MHD_USE_TLS;
	else
		tls_options[0].option = MHD_OPTION_END;
	server->daemon = MHD_start_daemon(
		flags, port, NULL, NULL, handle, server,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_MEMORY_BYTES,
		MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, end_exchange, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, notify_connection, NULL,
		MHD_OPTION_ARRAY, tls_options,
		MHD_OPTION_END);
	if (server->daemon)
		return server;
	free(server);
	return NULL;
}

Server *
server_start(uint16_t port)
{
	return start(port, NULL, NULL);
}

Server *
server_start_tls(uint16_t port, const char *certificate, const char *key)
{
	return start(port, certificate, key);
}

uint16_t
server_port(const Server *server)
{
	return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void
server_stop(Server *server)
{
	if (server == NULL)
		return;
	MHD_stop_daemon(server->daemon);
	free(server);
}
