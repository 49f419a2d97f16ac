/*
 * misfit.c
 *	  Faults that stand in for an answer of the API.
 */
#include <string.h>

#include "fault.h"

#define HTML_PAGE \
	"<!DOCTYPE html>\n<html><head><title>Bad Gateway</title></head>\n" \
	"<body><h1>Bad Gateway</h1><p>The proxy could not reach the server.</p>" \
	"</body></html>\n"
#define GARBAGE "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",%%% oops"

static const char *
default_content(FaultKind kind)
{
	switch (kind)
	{
		case FAULT_HTML:
			return HTML_PAGE;
		case FAULT_GARBAGE:
			return GARBAGE;
		case FAULT_STATUS:
			return "{\"error\":{\"message\":\"The server was told to fail.\","
				"\"type\":\"server_error\",\"param\":null,\"code\":null}}\n";
		default:
			return "";
	}
}

static void
answer_lookback(const Fault *fault, Exchange *exchange)
{
	ApiError	error;

	error_lookback(&error, fault->date ? fault->date : "2025-10-08");
	exchange_error(exchange, &error);
}

static const char *
content_type(const Fault *fault)
{
	if (fault->content_type)
		return fault->content_type;
	return fault->kind == FAULT_HTML ? "text/html" : "application/json";
}

static void
answer_content(const Fault *fault, Exchange *exchange)
{
	Buffer		content = {NULL, 0, 0};

	exchange->status = (int) fault->code;
	exchange->may_gzip = true;
	exchange_header(exchange, "Content-Type", content_type(fault));
	if (fault->kind == FAULT_REDIRECT)
		exchange_header(exchange, "Location",
						fault->location ? fault->location : "/");
	if (fault->body)
	{
		exchange->body = body_hold(fault->body);
		return;
	}
	buffer_text(&content, default_content(fault->kind));
	exchange->body = body_new(&content);
}

bool
fault_answer(const Fault *fault, Exchange *exchange)
{
	if (fault == NULL)
		return false;
	for (int i = 0; i < fault->header_count; i++)
		exchange_header(exchange, fault->headers[i].name,
						fault->headers[i].value);
	if (fault->kind > FAULT_LOOKBACK)
		return false;
	if (fault->kind == FAULT_LOOKBACK)
		answer_lookback(fault, exchange);
	else
		answer_content(fault, exchange);
	return true;
}

bool
fault_reshapes(const Fault *fault)
{
	return fault && fault->kind > FAULT_LOOKBACK && fault->kind < FAULT_DELAY;
}
