/*
 * http.c
 *	  Transfers: one attempt at a GET each, over the backend's HTTP engine.
 *
 * A transfer lives in a memory context of its own, whose reset callback is the
 * only way in which it ends.  Curl's callbacks below only record, in memory
 * that is already there or comes from malloc(); they may be called wherever
 * the engine is (http_engine.h).
 *
 * Curl's clocks run on while nobody looks, say under an idle cursor.  So the
 * silence of a server is counted here, and only while we wait for it.
 */
#include "postgres.h"

#include <curl/curl.h>

#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "http.h"
#include "http_engine.h"

#define USER_AGENT		"usage_fdw/1.0 PostgreSQL/" PG_MAJORVERSION
#define READ_BYTES		65536	/* most that curl reads at once */
#define HANDOUT_BYTES	((size_t) 256 * 1024)	/* most handed out at once */
#define VALUE_BYTES		128		/* kept of a header's value */
#define NEGLECT_US		INT64CONST(1000000) /* not looked at for so long: what
											 * happened then may be our fault */

/* The headers that are kept, and where HttpOutcome shows them. */
static const struct
{
	const char *name;
	size_t		field;
}			kept_headers[] = {
	{"x-request-id", offsetof(HttpOutcome, request_id)},
	{"x-should-retry", offsetof(HttpOutcome, should_retry)},
	{"Retry-After", offsetof(HttpOutcome, retry_after)},
	{"retry-after-ms", offsetof(HttpOutcome, retry_after_ms)},
	{"Content-Type", offsetof(HttpOutcome, content_type)},
};

#define KEPT_HEADER(outcome, i) \
	(*(const char **) ((char *) (outcome) + kept_headers[i].field))

/* How far a transfer has come; the words are for its failure there. */
typedef enum HttpPhase
{
	PHASE_LOOKUP,
	PHASE_CONNECT,
	PHASE_TLS,
	PHASE_ANSWER,
	PHASE_BODY
} HttpPhase;

static const char *const phase_failure[] = {
	"could not resolve",
	"could not connect to",
	"could not set up TLS with",
	"got no answer from",
	"lost the answer of"
};

/* Bytes on their way to the reader; malloc'd. */
typedef struct HttpBuffer
{
	char	   *data;
	size_t		length;
	size_t		size;			/* allocated */
} HttpBuffer;

struct HttpTransfer
{
	MemoryContext context;		/* holds this struct and its strings */
	MemoryContextCallback on_reset;
	dlist_node	node;			/* in `running` */
	bool		is_running;		/* is it there? */

	/* what was asked */
	const char *host;			/* for messages */
	bool		proxied;
	int			connect_timeout_ms;
	int			request_timeout_ms;
	size_t		buffer_bytes;

	/* what curl holds */
	CURL	   *easy;			/* NULL once it went back to the engine */
	struct curl_slist *headers;
	char		curl_error[CURL_ERROR_SIZE];

	/* bytes: curl fills one buffer while the reader has the other */
	HttpBuffer	filling;
	HttpBuffer	reading;
	size_t		consumed;		/* of `reading` */
	bool		paused;			/* `filling` is full */
	bool		out_of_memory;

	/* clocks, in microseconds */
	bool		connected;
	int64		silent_us;		/* waited since the server's last sign */
	int64		looked_at_us;	/* when it was driven last */
	int64		neglected_us;	/* sum of the long times when it was not */

	/* what came of it */
	bool		finished;
	bool		in_head;		/* between the status and the empty line */
	HttpOutcome outcome;
	char		values[lengthof(kept_headers)][VALUE_BYTES];
	char		error[CURL_ERROR_SIZE + 512];
};

/* Transfers that curl knows and has not done with. */
static dlist_head running = DLIST_STATIC_INIT(running);

/* Copy foreign text as plain ASCII: it may end up in a message. */
static void
copy_plain(char *target, size_t size, const char *text, size_t length)
{
	size_t		n = Min(length, size - 1);

	while (n > 0 && text[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		target[i] = (text[i] >= ' ' && text[i] <= '~') ? text[i] : '?';
	target[n] = '\0';
}

/* ---- called by curl ---- */

/*
 * Add bytes to a buffer that may grow to `limit`, or as far as `length` needs.
 * False if there is no memory.
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
	if (!buffer_append(filling, data, length, transfer->buffer_bytes))
	{
		transfer->out_of_memory = true;
		return 0;
	}
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
	for (int i = 0; i < lengthof(kept_headers); i++)
	{
		size_t		length = strlen(kept_headers[i].name);

		if (colon - line == length &&
			pg_strncasecmp(line, kept_headers[i].name, length) == 0)
		{
			copy_plain(transfer->values[i], VALUE_BYTES, value, end - value);
			KEPT_HEADER(&transfer->outcome, i) = transfer->values[i];
		}
	}
}

/* A line of a head, or of the trailer, which must not replace the head's. */
static size_t
on_header(char *line, size_t size, size_t count, void *arg)
{
	HttpTransfer *transfer = arg;
	const char *end = line + size * count;

	transfer->silent_us = 0;
	while (end > line && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	if (end - line > 5 && memcmp(line, "HTTP/", 5) == 0)
	{
		forget_head(transfer);
		note_status(transfer, line, end);
		transfer->in_head = true;
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

/* ---- a transfer's end ---- */

/* Part from curl; what was received remains.  Can't fail. */
static void
transfer_detach(HttpTransfer *transfer)
{
	if (transfer->is_running)
		dlist_delete(&transfer->node);
	transfer->is_running = false;
	if (transfer->easy != NULL)
		engine_return(transfer->easy);
	transfer->easy = NULL;
	transfer->paused = false;

	for (struct curl_slist *header = transfer->headers; header; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

/* The memory context's callback. */
static void
transfer_free(void *arg)
{
	HttpTransfer *transfer = arg;

	transfer_detach(transfer);
	free(transfer->filling.data);
	free(transfer->reading.data);
}

/* Has curl passed the moment that `info` is the time of? */
static bool
has_passed(HttpTransfer *transfer, CURLINFO info)
{
	curl_off_t	us = 0;

	return curl_easy_getinfo(transfer->easy, info, &us) == CURLE_OK && us > 0;
}

static HttpPhase
transfer_phase(HttpTransfer *transfer)
{
	if (transfer->outcome.status != 0)
		return PHASE_BODY;
	if (has_passed(transfer, CURLINFO_PRETRANSFER_TIME_T))
		return PHASE_ANSWER;
	return has_passed(transfer, CURLINFO_NAMELOOKUP_TIME_T) ? PHASE_CONNECT : PHASE_LOOKUP;
}

/*
 * What curl's code says beyond the phase.  Codes that aren't here are transient
 * failures of the phase.
 */
static const struct
{
	CURLcode	code;
	bool		permanent;		/* comes again however often one tries */
	bool		tls;
}			special_codes[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, true, false},	/* also if it isn't HTTP */
	{CURLE_FAILED_INIT, true, false},
	{CURLE_URL_MALFORMAT, true, false},
	{CURLE_NOT_BUILT_IN, true, false},
	{CURLE_WRITE_ERROR, true, false},	/* on_body() had no memory */
	{CURLE_OUT_OF_MEMORY, true, false},
	{CURLE_BAD_FUNCTION_ARGUMENT, true, false},
	{CURLE_SSL_CONNECT_ERROR, false, true},
	{CURLE_SSL_CERTPROBLEM, true, true},
	{CURLE_SSL_CIPHER, true, true},
	{CURLE_PEER_FAILED_VERIFICATION, true, true},
	{CURLE_SSL_CACERT_BADFILE, true, true},
	{CURLE_SSL_ISSUER_ERROR, true, true},
	{CURLE_SSL_INVALIDCERTSTATUS, true, true},
};

/* The status by which a proxy refused to connect us, or 0. */
static long
refusal_of_proxy(HttpTransfer *transfer)
{
	long		status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status >= 300 ? status : 0;
}

/* Why it failed, in curl's, the system's or our words; may be "". */
static const char *
failure_reason(HttpTransfer *transfer, HttpPhase phase, CURLcode code)
{
	bool		in_connect = phase < PHASE_ANSWER && transfer->connect_timeout_ms > 0;
	char	   *reason = transfer->curl_error;
	long		os_error = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
	if (transfer->out_of_memory)
		return "out of memory";
	if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
		return "";
	if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(reason, CURL_ERROR_SIZE, "nothing came for %g s (%s)",
				 (in_connect ? transfer->connect_timeout_ms :
				  transfer->request_timeout_ms) / 1000.0,
				 in_connect ? "connect_timeout" : "request_timeout");
	else if (refusal_of_proxy(transfer) != 0)
		snprintf(reason, CURL_ERROR_SIZE, "the proxy answered with status %ld",
				 refusal_of_proxy(transfer));
	else if (code == CURLE_COULDNT_CONNECT && os_error != 0)
		return strerror(os_error);
	return reason[0] ? reason : curl_easy_strerror(code);
}

/* Say how and in which phase it failed. */
static void
transfer_fail(HttpTransfer *transfer, CURLcode code)
{
	HttpPhase	phase = transfer_phase(transfer);
	const char *reason = failure_reason(transfer, phase, code);
	char		plain[CURL_ERROR_SIZE];
	char		after[64] = "";

	transfer->outcome.transient = refusal_of_proxy(transfer) / 100 != 4;
	for (int i = 0; i < lengthof(special_codes); i++)
	{
		if (special_codes[i].code != code)
			continue;
		transfer->outcome.transient = !special_codes[i].permanent;
		if (special_codes[i].tls)
			phase = PHASE_TLS;
	}
	if (phase == PHASE_BODY)
		snprintf(after, sizeof(after), " after " INT64_FORMAT " bytes",
				 transfer->outcome.decoded_bytes);
	copy_plain(plain, sizeof(plain), reason, strcspn(reason, "\r\n"));
	snprintf(transfer->error, sizeof(transfer->error), "%s host \"%s\"%s%s%s%s",
			 phase_failure[phase], transfer->host,
			 transfer->proxied ? " through the proxy" : "",
			 after, plain[0] ? ": " : "", plain);
	transfer->outcome.error = transfer->error;
}

static void
transfer_finish(HttpTransfer *transfer, CURLcode code)
{
	http_outcome(transfer);		/* the last look at curl's counters */
	if (code == CURLE_OK && transfer->in_head)
		code = CURLE_PARTIAL_FILE;	/* curl takes an end in there for a good one */
	if (code != CURLE_OK)
		transfer_fail(transfer, code);
	transfer->finished = true;
	transfer_detach(transfer);
}

/* ---- clocks ---- */

/* How long the server may still be silent. */
static int64
transfer_patience(HttpTransfer *transfer)
{
	int64		limit_ms = transfer->request_timeout_ms;

	if (transfer->paused)
		return ENGINE_FOREVER;
	if (!transfer->connected && transfer->connect_timeout_ms > 0)
		limit_ms = transfer->connect_timeout_ms;
	if (limit_ms == 0)
		return ENGINE_FOREVER;
	return Max(limit_ms * 1000 - transfer->silent_us, 0);
}

/*
 * Before waiting: nobody may have looked for long.  Our clock stood still, but
 * curl's limit for a connection did not: put it off.
 */
static void
transfer_excuse(HttpTransfer *transfer, int64 now)
{
	int64		unseen_us = now - transfer->looked_at_us;

	if (unseen_us < NEGLECT_US)
		return;
	transfer->outcome.neglected = true;
	transfer->looked_at_us = now;
	transfer->neglected_us += unseen_us;
	if (!transfer->connected && transfer->connect_timeout_ms > 0)
		curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
						 (long) Min(transfer->connect_timeout_ms +
									transfer->neglected_us / 1000, INT_MAX));
}

/* After waiting, before curl acts: the wait counts, unless we had paused it. */
static void
transfer_age(HttpTransfer *transfer, int64 waited_us, int64 now)
{
	if (transfer->paused)
		return;
	transfer->silent_us += waited_us;
	transfer->looked_at_us = now;
}

/* After curl acted: is it connected now, or has it been silent for too long? */
static void
transfer_check(HttpTransfer *transfer)
{
	if (!transfer->connected && transfer_phase(transfer) >= PHASE_ANSWER)
	{
		transfer->connected = true;
		transfer->silent_us = 0;
	}
	if (transfer_patience(transfer) == 0)
		transfer_finish(transfer, CURLE_OPERATION_TIMEDOUT);
}

/* Time until `deadline` in microseconds. */
static int64
time_left(TimestampTz deadline)
{
	TimestampTz now;

	if (deadline == DT_NOEND)
		return ENGINE_FOREVER;
	if (deadline == DT_NOBEGIN)
		return 0;
	now = GetCurrentTimestamp();
	return deadline > now ? deadline - now : 0;
}

/*
 * One turn of all transfers: wait, at most until `deadline`, and let curl act.
 * False if the deadline had come before; then this was but a look.
 */
static bool
take_turn(TimestampTz deadline)
{
	int64		left_us = time_left(deadline);
	int64		timeout_us = left_us;
	int64		now = engine_clock();
	int64		waited_us;
	HttpTransfer *transfer;
	dlist_mutable_iter iter;
	CURLcode	code;

	dlist_foreach_modify(iter, &running)
	{
		transfer = dlist_container(HttpTransfer, node, iter.cur);
		transfer_excuse(transfer, now);
		timeout_us = Min(timeout_us, transfer_patience(transfer));
	}
	waited_us = engine_wait(timeout_us);
	now = engine_clock();
	dlist_foreach_modify(iter, &running)
		transfer_age(dlist_container(HttpTransfer, node, iter.cur), waited_us, now);
	engine_act();
	while ((transfer = engine_done(&code)) != NULL)
		transfer_finish(transfer, code);
	dlist_foreach_modify(iter, &running)
		transfer_check(dlist_container(HttpTransfer, node, iter.cur));
	return left_us > 0;
}

/* ---- setting up ---- */

/* `name: prefix value`, unless the value is NULL. */
static void
add_header(HttpTransfer *transfer, const char *name, const char *prefix, const char *value)
{
	struct curl_slist *headers;
	char	   *line;

	if (value == NULL)
		return;
	for (const char *c = value; *c; c++)
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("value of HTTP header \"%s\" must not contain control characters",
							name)));

	line = psprintf("%s: %s%s", name, prefix, value);
	headers = curl_slist_append(transfer->headers, line);
	explicit_bzero(line, strlen(line));
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

#define SET(option, value) \
	check_option(curl_easy_setopt(transfer->easy, option, value), #option)

/* Curl's default for HTTP is 2 over TLS where it can, else 1.1. */
static void
set_options(HttpTransfer *transfer, const HttpRequest *request)
{
	SET(CURLOPT_URL, request->url);
	SET(CURL_HTTP_PROTOCOLS_OPTION, CURL_HTTP_PROTOCOLS);
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	SET(CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE);	/* none for the proxy */
	SET(CURLOPT_USERAGENT, USER_AGENT);
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_FOLLOWLOCATION, 0L);

	SET(CURLOPT_PRIVATE, transfer);
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

	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (request->ca_file != NULL)
	{
		SET(CURLOPT_CAINFO, request->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}

	/* Empty strings: the environment that the server was started in is out. */
	SET(CURLOPT_PROXY, request->proxy ? request->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

HttpTransfer *
http_start(const HttpRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "usage_fdw HTTP transfer",
												  ALLOCSET_SMALL_SIZES);
	HttpTransfer *transfer = MemoryContextAllocZero(context, sizeof(HttpTransfer));
	HttpUrl		url;
	MemoryContext old;

	transfer->context = context;
	transfer->on_reset.func = transfer_free;
	transfer->on_reset.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->on_reset);

	old = MemoryContextSwitchTo(context);
	if (!http_parse_url(request->url, &url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not set up an HTTP request: URL is malformed")));
	transfer->host = url.host;
	transfer->proxied = request->proxy != NULL;
	transfer->connect_timeout_ms = request->connect_timeout_ms;
	transfer->request_timeout_ms = request->request_timeout_ms;
	transfer->buffer_bytes = request->buffer_bytes;
	add_header(transfer, "Authorization", "Bearer ", request->token);
	add_header(transfer, "OpenAI-Organization", "", request->organization);
	add_header(transfer, "OpenAI-Project", "", request->project);
	MemoryContextSwitchTo(old);

	transfer->easy = engine_take();
	set_options(transfer, request);
	engine_run(transfer->easy);
	dlist_push_tail(&running, &transfer->node);
	transfer->is_running = true;
	transfer->looked_at_us = engine_clock();
	return transfer;
}

/* ---- reading ---- */

/* Something is there that need not be waited for. */
static bool
transfer_ready(HttpTransfer *transfer)
{
	return transfer->finished || transfer->filling.length > 0 ||
		transfer->consumed < transfer->reading.length;
}

/*
 * Give the reader its next bytes.  Large stocks go out in parts, so that the
 * other transfers get their turn between them.
 */
static bool
hand_out(HttpTransfer *transfer, const char **bytes, size_t *length)
{
	if (transfer->consumed == transfer->reading.length)
	{
		HttpBuffer	empty = transfer->reading;

		empty.length = 0;
		transfer->reading = transfer->filling;
		transfer->filling = empty;
		transfer->consumed = 0;
		if (transfer->paused)
		{
			CURLcode	code;

			transfer->paused = false;	/* on_body() may set it again */
			code = engine_resume(transfer->easy);
			if (code != CURLE_OK)
				transfer_finish(transfer, code);
		}
	}
	*bytes = transfer->reading.data + transfer->consumed;
	*length = Min(transfer->reading.length - transfer->consumed, HANDOUT_BYTES);
	transfer->consumed += *length;
	return *length > 0;
}

HttpState
http_wait(HttpTransfer *transfer, TimestampTz deadline, const char **bytes, size_t *length)
{
	bool		again;

	if (transfer_ready(transfer))
		deadline = DT_NOBEGIN;
	do
	{
		CHECK_FOR_INTERRUPTS();
		again = take_turn(deadline);
		if (hand_out(transfer, bytes, length))
			return HTTP_BYTES;
		if (transfer->finished)
			return transfer->outcome.error ? HTTP_FAILED : HTTP_DONE;
	} while (again);
	return HTTP_WAITING;
}

const HttpOutcome *
http_outcome(HttpTransfer *transfer)
{
	curl_off_t	bytes = 0;

	if (transfer->easy != NULL &&
		curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK)
		transfer->outcome.wire_bytes = bytes;
	return &transfer->outcome;
}

void
http_stop(HttpTransfer *transfer)
{
	MemoryContextDelete(transfer->context);
}

void
http_sleep(TimestampTz deadline)
{
	do
		CHECK_FOR_INTERRUPTS();
	while (take_turn(deadline));
}
