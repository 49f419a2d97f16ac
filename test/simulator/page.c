/*
 * page.c
 *	  One page of an answer as JSON, straight into a buffer: with json-c
 *	  objects the simulator would be slower than the client it tests.
 */
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "page.h"
#include "text.h"
#include "value.h"

/* The pieces that every result of a page repeats, escaped once. */
typedef struct Pieces
{
	char	   *head;			/* {"object":"..." */
	char	   *dimension_key[MAX_DIMENSIONS];	/* NULL: not sent */
	char	   *dimension_value[MAX_DIMENSIONS][256];
	char	   *measure_key[MAX_MEASURES];	/* NULL: not sent */
} Pieces;

static char *
key_piece(const PageRequest *request, const char *name, bool newest)
{
	Buffer		piece = {NULL, 0, 0};

	if ((newest && !request->settings->newest) ||
		list_has(request->settings->absent, name))
		return NULL;
	buffer_printf(&piece, ",\"%s\":", name);
	return piece.data;
}

static char *
value_piece(const PageRequest *request, const Dimension *dimension, int value)
{
	Buffer		piece = {NULL, 0, 0};
	const char *text = dimension_value(dimension, value);

	if (text && dimension->boolean && !request->settings->batch_string)
		buffer_text(&piece, text);
	else
		buffer_json(&piece, text);
	return piece.data;
}

static void
make_dimension_pieces(const PageRequest *request, Pieces *pieces, int i)
{
	const Dimension *d = &request->query->endpoint->dimensions[i];

	if (d->hidden)
		return;
	pieces->dimension_key[i] = key_piece(request, d->name, d->newest);
	for (int v = 0; v == 0 || dimension_value(d, v); v++)
		pieces->dimension_value[i][v] = value_piece(request, d, v);
}

static Pieces *
make_pieces(const PageRequest *request)
{
	const Endpoint *endpoint = request->query->endpoint;
	Pieces	   *pieces = allocate(sizeof(Pieces));
	Buffer		head = {NULL, 0, 0};

	buffer_printf(&head, "{\"object\":\"%s\"", endpoint->object);
	pieces->head = head.data;
	for (int i = 0; endpoint->dimensions[i].name; i++)
		make_dimension_pieces(request, pieces, i);
	for (int i = 0; endpoint->measures[i].name; i++)
		pieces->measure_key[i] = key_piece(request, endpoint->measures[i].name,
										   endpoint->measures[i].newest);
	return pieces;
}

static void
free_pieces(Pieces *pieces)
{
	for (int i = 0; i < MAX_DIMENSIONS; i++)
	{
		free(pieces->dimension_key[i]);
		for (int v = 0; v < 256; v++)
			free(pieces->dimension_value[i][v]);
	}
	for (int i = 0; i < MAX_MEASURES; i++)
		free(pieces->measure_key[i]);
	free(pieces->head);
	free(pieces);
}

static bool
grouped_by(const Query *query, const char *name)
{
	int			i = endpoint_dimension(query->endpoint, name);

	return i >= 0 && query->group_mask & 1u << i;
}

static void
render_unit(const PageRequest *request, const char *unit, Buffer *out)
{
	if (list_has(request->settings->absent, "quantity_unit") ||
		(unit == NULL && request->settings->omit_null))
		return;
	buffer_text(out, ",\"quantity_unit\":");
	buffer_json(out, unit);
}

/* Only where grouped by line_item, and only if one unit fits all events. */
static void
render_quantity(const PageRequest *request, const char *key,
				const Group *group, int64_t quantity, Buffer *out)
{
	const char *unit = NULL;

	if (grouped_by(request->query, "line_item") && !group->mixed)
		unit = org_quantity_units[group->unit];
	if (unit)
	{
		buffer_text(out, key);
		buffer_nano(out, quantity);
	}
	else if (!request->settings->omit_null)
	{
		buffer_text(out, key);
		buffer_text(out, "null");
	}
	render_unit(request, unit, out);
}

static void
render_measure(const PageRequest *request, const Pieces *pieces, int i,
			   const Group *group, Buffer *out)
{
	const char *key = pieces->measure_key[i];
	int64_t		value = group->measure[i];

	switch (request->query->endpoint->measures[i].kind)
	{
		case MEASURE_QUANTITY:
			render_quantity(request, key, group, value, out);
			break;
		case MEASURE_AMOUNT:
			buffer_text(out, key);
			value_amount(out, value, request->settings->amount, group->dimension[CURRENCY]);
			break;
		case MEASURE_COUNT:
			if (value == NO_VALUE)
				break;
			buffer_text(out, key);
			buffer_integer(out, value);
			break;
	}
}

static void
render_dimension(const PageRequest *request, const Pieces *pieces, int i,
				 const Group *group, Buffer *out)
{
	if (group->dimension[i] == 0 && request->settings->omit_null)
		return;
	buffer_text(out, pieces->dimension_key[i]);
	buffer_text(out, pieces->dimension_value[i][group->dimension[i]]);
}

static void
render_result(const PageRequest *request, const Pieces *pieces,
			  const Group *group, Buffer *out)
{
	const Endpoint *endpoint = request->query->endpoint;

	buffer_text(out, pieces->head);
	for (int i = 0; endpoint->measures[i].name; i++)
		if (pieces->measure_key[i])
			render_measure(request, pieces, i, group, out);
	for (int i = 0; endpoint->dimensions[i].name; i++)
		if (pieces->dimension_key[i])
			render_dimension(request, pieces, i, group, out);
	if (request->settings->extra_keys)
		buffer_text(out, ",\"organization_id\":\"org-simulated\","
					"\"organization_name\":\"Simulated [{\\\"Inc.\\\"}]\"");
	buffer_char(out, '}');
}

static void
render_bucket(const PageRequest *request, const Pieces *pieces, GroupSet *set,
			  int64_t from, int64_t to, Buffer *out)
{
	if (request->bench_results)
		group_make_up(set, request->query, request->bench_results, from);
	else
		group_collect(set, request->query, request->view, from, to);
	buffer_printf(out, "{\"object\":\"bucket\",\"start_time\":%lld,"
				  "\"end_time\":%lld,\"%s\":[", (long long) from,
				  (long long) to,
				  request->settings->result_envelope ? "result" : "results");
	for (size_t i = 0; i < set->count; i++)
	{
		if (i > 0)
			buffer_char(out, ',');
		render_result(request, pieces, &set->groups[i], out);
	}
	buffer_text(out, "]}");
}

static int64_t
bucket_limit(const PageRequest *request)
{
	int64_t		limit = request->query->limit;

	if (request->settings->page_limit && request->settings->page_limit < limit)
		limit = request->settings->page_limit;
	if (request->bench_results && request->bench_buckets < limit)
		limit = request->bench_buckets;
	return limit;
}

/* Buckets lie on multiples of the width; the range clips first and last. */
static int64_t
bucket_end(const Query *query, int64_t position)
{
	int64_t		end = position - position % query->width->seconds
	+ query->width->seconds;

	return end < query->end ? end : query->end;
}

static int64_t
render_buckets(const PageRequest *request, Buffer *out)
{
	const Query *query = request->query;
	int64_t		position = query->position;
	Pieces	   *pieces = make_pieces(request);
	GroupSet	set = {NULL, 0, 0, NULL, 0};

	for (int64_t left = bucket_limit(request);
		 left > 0 && position < query->end; left--)
	{
		int64_t		end = bucket_end(query, position);

		if (position > query->position)
			buffer_char(out, ',');
		render_bucket(request, pieces, &set, position, end, out);
		position = end;
	}
	group_free(&set);
	free_pieces(pieces);
	return position;
}

/* The endpoint with the empty tail promises a page after the last bucket. */
static bool
has_more(const PageRequest *request, int64_t position)
{
	const Query *query = request->query;

	if (position < query->end)
		return true;
	return query->endpoint->empty_tail && request->settings->costs_empty_tail &&
		position > query->position;
}

void
page_render(const PageRequest *request, Buffer *out)
{
	int64_t		position;

	buffer_text(out, "{\"object\":\"page\",\"data\":[");
	position = render_buckets(request, out);
	if (has_more(request, position))
	{
		char	   *cursor = cursor_make(request->query, position);

		buffer_printf(out, "],\"has_more\":true,\"next_page\":\"%s\"}", cursor);
		free(cursor);
	}
	else
		buffer_text(out, "],\"has_more\":false,\"next_page\":null}");
}
