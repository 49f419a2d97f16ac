/*
 * sum.c
 *	  Sum a column of completions over pages, as directly as json-c allows.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef enum Kind
{
	TEXT, BOOLEAN, INTEGER, UNWANTED
} Kind;

static const struct
{
	const char *name;
	Kind		kind;
}			columns[] =

{
	{"project_id", TEXT}, {"user_id", TEXT}, {"api_key_id", TEXT}, {"model", TEXT},
	{"batch", BOOLEAN}, {"service_tier", TEXT},
	{"num_model_requests", INTEGER}, {"input_tokens", INTEGER}, {"output_tokens", INTEGER},
	{"input_cached_tokens", INTEGER}, {"input_cache_write_tokens", INTEGER},
	{"input_cache_write_30m_tokens", INTEGER}, {"input_cache_write_12h_tokens", INTEGER},
	{"input_uncached_tokens", INTEGER}, {"input_text_tokens", INTEGER},
	{"output_text_tokens", INTEGER}, {"input_cached_text_tokens", INTEGER},
	{"input_audio_tokens", INTEGER}, {"input_cached_audio_tokens", INTEGER},
	{"output_audio_tokens", INTEGER}, {"input_image_tokens", INTEGER},
	{"input_cached_image_tokens", INTEGER}, {"output_image_tokens", INTEGER},
	{"object", UNWANTED}, {"api_source", UNWANTED}
};

#define COLUMNS ((int) (sizeof(columns) / sizeof(columns[0])))
#define SUMMED 7				/* input_tokens */

typedef struct Value
{
	bool		isnull;
	bool		boolean;
	int64_t		integer;
	const char *text;			/* belongs to json-c */
	size_t		length;
} Value;

/* Results stand between this and a bracket. */
static const char opening[] = "\"results\":[";

struct SumReader
{
	Sum		   *sum;
	json_tokener *tokener;
	size_t		matched;		/* bytes of `opening`, while outside of a list */
	bool		in_list;
	bool		in_result;
	int			follower[COLUMNS + 1];	/* the column that came last time
										 * after this one, or first; or -1 */
	Value		row[COLUMNS];
};

SumReader *
sum_open(Sum *sum)
{
	SumReader  *reader = calloc(1, sizeof(SumReader));

	if (reader == NULL || (reader->tokener = json_tokener_new()) == NULL)
		bench_fail("parser", "out of memory");
	json_tokener_set_flags(reader->tokener, JSON_TOKENER_ALLOW_TRAILING_CHARS);
	memset(reader->follower, -1, sizeof(reader->follower));
	reader->sum = sum;
	return reader;
}

void
sum_close(SumReader *reader)
{
	json_tokener_free(reader->tokener);
	free(reader);
}

/* The column of this name, or -1; as a rule it is the one of last time. */
static int
find_column(SumReader *reader, int before, const char *name)
{
	int		   *guess = &reader->follower[before + 1];

	if (*guess >= 0 && strcmp(columns[*guess].name, name) == 0)
		return *guess;
	for (int i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i].name, name) == 0)
			return *guess = i;
	return -1;
}

static void
decode(Value *value, Kind kind, json_object *json)
{
	value->isnull = json == NULL;
	if (json == NULL)
		return;
	switch (kind)
	{
		case TEXT:
			value->text = json_object_get_string(json);
			value->length = json_object_get_string_len(json);
			break;
		case BOOLEAN:
			value->boolean = json_object_get_boolean(json);
			break;
		case INTEGER:
			value->integer = json_object_get_int64(json);
			break;
		case UNWANTED:
			break;
	}
}

static void
take_result(SumReader *reader, json_object *result)
{
	int			column = -1;

	for (int i = 0; i < COLUMNS; i++)
		reader->row[i].isnull = true;
	json_object_object_foreach(result, name, json)
	{
		int			found = find_column(reader, column, name);

		if (found < 0)
			continue;
		column = found;
		decode(&reader->row[column], columns[column].kind, json);
	}
	/* The compiler must not find out that nobody reads the other columns. */
	__asm__ volatile (""::"r" (reader->row):"memory");

	if (!reader->row[SUMMED].isnull)
		reader->sum->total += reader->row[SUMMED].integer;
	if (reader->sum->results++ == 0)
		reader->sum->first_ms = bench_clock();
}

/* Look for the next list of results. */
static const char *
skip_envelope(SumReader *reader, const char *at, const char *end)
{
	while (at < end && !reader->in_list)
	{
		char		byte = *at++;

		if (byte == opening[reader->matched])
			reader->matched++;
		else
			reader->matched = byte == opening[0];
		if (opening[reader->matched] == '\0')
		{
			reader->in_list = true;
			reader->matched = 0;
		}
	}
	return at;
}

/* What stands between results. */
static const char *
skip_punctuation(SumReader *reader, const char *at)
{
	reader->in_result = *at == '{';
	reader->in_list = *at != ']';
	return reader->in_result ? at : at + 1;
}

static const char *
parse_result(SumReader *reader, const char *at, const char *end)
{
	json_object *result = json_tokener_parse_ex(reader->tokener, at, end - at);
	enum json_tokener_error error = json_tokener_get_error(reader->tokener);

	if (error == json_tokener_continue)
		return end;
	if (error != json_tokener_success)
		return NULL;
	take_result(reader, result);
	json_object_put(result);
	reader->in_result = false;
	return at + json_tokener_get_parse_end(reader->tokener);
}

bool
sum_feed(SumReader *reader, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	const char *at = bytes;

	while (at != NULL && at < end)
	{
		if (reader->in_result)
			at = parse_result(reader, at, end);
		else if (reader->in_list)
			at = skip_punctuation(reader, at);
		else
			at = skip_envelope(reader, at, end);
	}
	return at != NULL;
}

bool
sum_finish(SumReader *reader)
{
	bool		complete = !reader->in_list;

	json_tokener_reset(reader->tokener);
	reader->in_list = reader->in_result = false;
	reader->matched = 0;
	return complete;
}
