/*
 * http_curl.c
 *	  The options that a transfer sets for curl, and its callbacks.
 *
 * The callbacks only record, in memory that is already there or comes from
 * malloc().  http_engine_private.h says which of its functions call them.
 */
#include "postgres.h"

#include <limits.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/secret.h"
#include "http/http_descriptor_private.h"
#include "http/http_private.h"

#define USER_AGENT		"usage_fdw/" USAGE_FDW_VERSION " PostgreSQL/" PG_MAJORVERSION

/*
 * Most bytes that curl reads at once.  It decompresses all that it has read,
 * and if we pause it meanwhile, it keeps the rest in memory.
 */
#define READ_BYTES		8192

#define MAX_HEAD_BYTES	(256 * 1024)	/* of headers, those of interim
										 * answers included */

/*
 * How many times its size a body may decompress to.  Pages of usage reach 90
 * at most, a decompression bomb 1,000.  The first FREE_UNPACKED_BYTES do no
 * harm and don't count.
 */
#define MAX_UNPACKING	128
#define FREE_UNPACKED_BYTES	(INT64CONST(8) * 1024 * 1024)

#define STATUS_SWITCHING_PROTOCOLS 101

/* The headers that are kept, and their fields in HttpOutcome. */
static const struct
{
	const char *name;
	size_t		field;
}			kept_headers[HTTP_KEPT_HEADERS] = {
	{"x-request-id", offsetof(HttpOutcome, request_id)},
	{"x-should-retry", offsetof(HttpOutcome, should_retry)},
	{"Retry-After", offsetof(HttpOutcome, retry_after)},
	{"retry-after-ms", offsetof(HttpOutcome, retry_after_ms)},
	{"Content-Type", offsetof(HttpOutcome, content_type)},
	{"Date", offsetof(HttpOutcome, date)},
};

#define KEPT_HEADER(outcome, i) \
	(*(const char **) ((char *) (outcome) + kept_headers[i].field))

/* ---- called by curl: these never throw, and never palloc ---- */

/*
 * Add bytes to a buffer, which grows to `limit` at most, or to what these
 * bytes need if that is more.  False if there is no memory.
 */
static bool
buffer_append(HttpBuffer *buffer, const char *data, size_t length, size_t limit)
{
	if (buffer->size - buffer->length < length)
	{
		size_t		size = Min(Max(2 * buffer->size, READ_BYTES), limit);
		char	   *grown;

		size = Max(size, buffer->length + length);
		grown = realloc(buffer->data, size);
		if (grown == NULL)
			return false;
		buffer->data = grown;
		buffer->size = size;
	}
	memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	return true;
}

/* Note why this answer is refused; returns what a callback must to stop curl. */
static size_t
refuse(HttpTransfer *transfer, const char *why)
{
	transfer->refusal = why;
	return 0;
}

/* With `length` more bytes, would the body be far larger than what was sent? */
static bool
is_bomb(HttpTransfer *transfer, size_t length)
{
	int64		wire_bytes = http_outcome(transfer)->wire_bytes;

	/* curl may not have counted yet what it is unpacking */
	return transfer->outcome.decoded_bytes + (int64) length - FREE_UNPACKED_BYTES >
		(wire_bytes + READ_BYTES) * MAX_UNPACKING;
}

/* A host is about to be resolved; if it is an address, that takes no time. */
static int
on_resolve(void *resolver, void *reserved, void *arg)
{
	((HttpTransfer *) arg)->resolving = true;
	return 0;
}

/*
 * The connection is set up, TLS included, and the request is sent next.  Old
 * curls (7.88) take a kept connection that has bytes left of an answer which was
 * longer than it said, and read them as the answer to this request.
 */
static bool
may_request(HttpTransfer *transfer, int own_port)
{
	if (transfer->prompt && transfer->outcome.neglected)
	{
		refuse(transfer, "the request would have been sent too late");
		return false;
	}
	if (http_descriptor_has_unasked(own_port))
	{
		transfer->refused_connection = true;	/* a new one has no such bytes */
		return false;
	}
	transfer->connected = true;
	transfer->own_port = own_port;
	transfer->silent_us = 0;
	return true;
}

#ifdef CURL_HAS_PREREQ

static int
on_request(void *arg, char *server_ip, char *own_ip, int server_port, int own_port)
{
	return may_request(arg, own_port) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

#else

/*
 * Called between any two of curl's steps.  That before the request is the first one
 * where the connection is set up and not known.  If curl repeats a request on another
 * connection, it is to be a new one, whose port says that it is another; then this may
 * come before TLS.  The port of a connection that is used again is -1 here.
 */
static int
on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	HttpTransfer *transfer = arg;
	curl_off_t	ready_us = 0;
	long		own_port = 0;

	curl_easy_getinfo(transfer->easy, transfer->tls ? CURLINFO_APPCONNECT_TIME_T :
					  CURLINFO_CONNECT_TIME_T, &ready_us);
	curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &own_port);
	if (ready_us <= 0 || own_port == 0 || own_port == transfer->own_port)
		return 0;
	if (!may_request(transfer, own_port))
		return 1;
	curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
	return 0;
}

#endif

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	HttpTransfer *transfer = arg;
	HttpBuffer *filling = &transfer->filling;
	size_t		length = size * count;

	transfer->silent_us = 0;
	if (filling->length > 0 && filling->length + length > transfer->buffer_bytes)
	{
		transfer->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (is_bomb(transfer, length))
		return refuse(transfer, "it unpacks to far more than what was sent");
	if (!buffer_append(filling, data, length, transfer->buffer_bytes))
		return refuse(transfer, "out of memory");
	transfer->outcome.decoded_bytes += length;
	return length;
}

static void
forget_head(HttpTransfer *transfer)
{
	transfer->outcome.status = 0;
	for (int i = 0; i < lengthof(kept_headers); i++)
		KEPT_HEADER(&transfer->outcome, i) = NULL;
}

/* "HTTP/1.1 200 OK" */
static void
note_status(HttpTransfer *transfer, const char *line, const char *end)
{
	long		status = 0;

	while (line < end && *line != ' ')
		line++;
	while (line < end && *line == ' ')
		line++;
	for (; line < end && *line >= '0' && *line <= '9' && status < 1000; line++)
		status = status * 10 + (*line - '0');
	transfer->outcome.status = status;
}

static void
note_header(HttpTransfer *transfer, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', end - line);
	const char *value;

	if (colon == NULL)
		return;
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t');)
		value++;
	/* A server may repeat the secret: don't keep a value with it. */
	if (secret_occurs(value, end - value, transfer->secret))
		return;
	for (int i = 0; i < lengthof(kept_headers); i++)
	{
		size_t		length = strlen(kept_headers[i].name);

		if (colon - line == length &&
			pg_strncasecmp(line, kept_headers[i].name, length) == 0)
		{
			http_copy_plain(transfer->values[i], HTTP_VALUE_BYTES, value, end - value);
			KEPT_HEADER(&transfer->outcome, i) = transfer->values[i];
		}
	}
}

/* A line of a head, or of a trailer, whose fields must not replace the head's. */
static size_t
on_header(char *line, size_t size, size_t count, void *arg)
{
	HttpTransfer *transfer = arg;
	const char *end = line + size * count;

	transfer->silent_us = 0;
	transfer->head_bytes += size * count;
	if (transfer->head_bytes > MAX_HEAD_BYTES)
		return refuse(transfer, "its headers have no end");
	while (end > line && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	if (end - line > 5 && memcmp(line, "HTTP/", 5) == 0)
	{
		forget_head(transfer);
		note_status(transfer, line, end);
		(void) curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, 0L);
		if (memcmp(line, "HTTP/1", 6) == 0)
			http_descriptor_note_serial(transfer->own_port);
		transfer->in_head = true;
		/* what follows is not HTTP, and may never end */
		if (transfer->outcome.status == STATUS_SWITCHING_PROTOCOLS)
			return refuse(transfer, "it switches to another protocol");
	}
	else if (end == line)
	{
		transfer->in_head = false;
		if (transfer->outcome.status < 200)
			forget_head(transfer);	/* an interim answer */
	}
	else if (transfer->in_head)
		note_header(transfer, line, end);
	return size * count;
}

/* ---- setting options ---- */

static void
add_header(HttpTransfer *transfer, const HttpHeader *header)
{
	struct curl_slist *headers;
	char	   *line;
	size_t		size;

	for (const char *c = header->value; *c; c++)
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("value of HTTP header \"%s\" must not contain control characters",
							header->name)));

	/* psprintf() would free what turned out to be too short, not wiped */
	size = strlen(header->name) + strlen(header->prefix) + strlen(header->value) + sizeof(": ");
	line = palloc(size);
	snprintf(line, size, "%s: %s%s", header->name, header->prefix, header->value);
	headers = curl_slist_append(transfer->headers, line);
	explicit_bzero(line, size);
	pfree(line);
	if (headers == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	transfer->headers = headers;
}

static void
check_option(CURLcode code, const char *option)
{
	if (code != CURLE_OK)
		ereport(ERROR,
				(errcode(code == CURLE_OUT_OF_MEMORY ? ERRCODE_OUT_OF_MEMORY :
						 ERRCODE_FDW_ERROR),
				 errmsg("could not set up an HTTP request: %s: %s", option,
						curl_easy_strerror(code))));
}

/*
 * The file of certificates that curl was built to trust, or NULL if it can't
 * be read.  Curl caches the contents of a file; but if it has a directory too,
 * it reads all files for each connection, some 30 ms that can't be canceled.
 */
static const char *
system_ca_file(void)
{
	const char *file = curl_version_info(CURLVERSION_NOW)->cainfo;

	return file != NULL && access(file, R_OK) == 0 ? file : NULL;
}

#define SET(option, value) \
	check_option(curl_easy_setopt(transfer->easy, option, value), #option)

void
http_curl_set_up(HttpTransfer *transfer, const HttpRequest *request)
{
	const char *ca_file = request->ca_file ? request->ca_file : system_ca_file();

	transfer->secret = request->secret ?
		MemoryContextStrdup(transfer->context, request->secret) : NULL;
	for (const HttpHeader *header = request->headers; header->name; header++)
		add_header(transfer, header);

	SET(CURLOPT_URL, request->url);
	SET(CURL_HTTP_PROTOCOLS_OPTION, CURL_HTTP_PROTOCOLS);
	SET(CURLOPT_HTTP_VERSION, (long) CURL_BEST_HTTP_VERSION);
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	SET(CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE); /* none for the proxy */
	SET(CURLOPT_USERAGENT, USER_AGENT);
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_FOLLOWLOCATION, 0L);

	SET(CURLOPT_PRIVATE, transfer);
	SET(CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	SET(CURLOPT_RESOLVER_START_DATA, transfer);
#ifdef CURL_HAS_PREREQ
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, transfer);
#else
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_NOPROGRESS, 0L);
#endif
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_ERRORBUFFER, transfer->curl_error);
	SET(CURLOPT_BUFFERSIZE, (long) READ_BYTES);

	SET(CURLOPT_NOSIGNAL, 1L);	/* an alarm() would be PostgreSQL's */
#ifdef CURL_HAS_QUICK_EXIT
	SET(CURLOPT_QUICK_EXIT, 1L);	/* don't wait for a dead name server */
#endif
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long) (request->connect_timeout_ms > 0 ?
										   request->connect_timeout_ms : INT_MAX));
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_PIPEWAIT, 1L);
	/* A connection that never answered is waited for by others (8.14), in vain. */
	SET(CURLOPT_FORBID_REUSE, 1L);

	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (ca_file != NULL)
	{
		SET(CURLOPT_CAINFO, ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}

	/*
	 * Empty strings keep curl from reading proxies from the server's
	 * environment.
	 */
	SET(CURLOPT_PROXY, request->proxy ? request->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}
