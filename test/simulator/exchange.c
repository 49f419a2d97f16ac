/*
 * exchange.c
 *	  The answer to a request.
 */
#include <stdlib.h>

#include "exchange.h"

static void
answer(Exchange *exchange, int status, const char *type, Buffer *content)
{
	body_release(exchange->body);
	exchange->status = status;
	exchange->content_type = type;
	exchange->body = body_new(content);
}

void
exchange_text(Exchange *exchange, int status, Buffer *text)
{
	answer(exchange, status, "text/plain; charset=utf-8", text);
}

void
exchange_json(Exchange *exchange, int status, Buffer *json)
{
	answer(exchange, status, "application/json", json);
	exchange->may_gzip = true;
}

void
exchange_error(Exchange *exchange, const ApiError *error)
{
	Buffer		json = {NULL, 0, 0};

	error_render(error, &json);
	exchange_json(exchange, error->status, &json);
}

/* More headers than there is room for are left out. */
void
exchange_header(Exchange *exchange, const char *name, const char *value)
{
	Header	   *header = &exchange->headers[exchange->header_count];

	if (exchange->header_count == MAX_HEADERS)
		return;
	header->name = copy_text(name);
	header->value = copy_text(value);
	exchange->header_count++;
}

void
exchange_free(Exchange *exchange)
{
	for (int i = 0; i < exchange->header_count; i++)
	{
		free(exchange->headers[i].name);
		free(exchange->headers[i].value);
	}
	body_release(exchange->body);
	buffer_free(&exchange->upload);
	free(exchange->path);
	free(exchange->uri);
	free(exchange);
}
