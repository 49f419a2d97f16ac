/*
 * http.c
 *	  One attempt at a GET: start it, wait for it, hand out its bytes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/clock.h"
#include "base/compat.h"
#include "http/http_engine_private.h"
#include "http/http_private.h"
#include "http/http_url.h"

#define HANDOUT_BYTES	((size_t) 256 * 1024)	/* most handed out at once */

HttpTransfer *
http_open(const HttpRequest *request)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "usage_fdw HTTP transfer",
												  ALLOCSET_SMALL_SIZES);
	HttpTransfer *transfer = MemoryContextAllocZero(context, sizeof(HttpTransfer));
	HttpUrl		url;
	MemoryContext old;

	http_make_room(false);
	transfer->context = context;
	transfer->owner = CurrentResourceOwner;
	transfer->on_reset.func = http_transfer_free;
	transfer->on_reset.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->on_reset);

	old = MemoryContextSwitchTo(context);
	if (!http_parse_url(request->url, &url))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not set up an HTTP request: URL is malformed")));
	transfer->host = url.host;
	transfer->tls = strcmp(url.scheme, "https") == 0;
	transfer->prompt = request->prompt;
	transfer->proxied = request->proxy != NULL;
	transfer->connect_timeout_ms = request->connect_timeout_ms;
	transfer->request_timeout_ms = request->request_timeout_ms;
	transfer->buffer_bytes = request->buffer_bytes;
	MemoryContextSwitchTo(old);

	transfer->easy = http_engine_open();
	http_curl_set_up(transfer, request);
	http_transfer_run(transfer);
	return transfer;
}


bool
http_ready(const HttpTransfer *transfer)
{
	return transfer->finished || transfer->filling.length > 0 ||
		transfer->consumed < transfer->reading.length;
}

/*
 * Give the reader its next bytes; false if there are none.  Many bytes are
 * handed out in parts, so that other transfers are driven in between.
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
			code = http_engine_resume(transfer->easy);
			if (code != CURLE_OK)
				http_transfer_finish(transfer, code);
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
	int64		end_us = http_transfer_end(http_ready(transfer) ? DT_NOBEGIN : deadline);
	bool		again;

	do
	{
		CHECK_FOR_INTERRUPTS();
		again = http_transfer_drive(end_us, transfer->connected ? HTTP_WAIT_ANSWER :
									HTTP_WAIT_CONNECT);
		transfer->wanted_at_us = clock_us();
		if (hand_out(transfer, bytes, length))
			return HTTP_BYTES;
		if (transfer->finished)
			return transfer->outcome.error ? HTTP_FAILED : HTTP_DONE;
	} while (again);
	return HTTP_WAITING;
}

bool
http_finished(const HttpTransfer *transfer)
{
	return transfer->finished;
}

void
http_close(HttpTransfer *transfer)
{
	MemoryContextDelete(transfer->context);
}

void
http_sleep(TimestampTz deadline, HttpWait reason)
{
	int64		end_us = http_transfer_end(deadline);

	do
		CHECK_FOR_INTERRUPTS();
	while (http_transfer_drive(end_us, reason));
}
