/*
 * page_trace.c
 *	  What a page says, as text, and whether it is what was expected.
 */
#include "postgres.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "page_trace.h"
#include "shim.h"

static const PageField every_field[] = {
	{"input_tokens", FIELD_INTEGER}, {"output_tokens", FIELD_INTEGER},
	{"num_model_requests", FIELD_INTEGER}, {"input_cached_tokens", FIELD_INTEGER},
	{"input_audio_tokens", FIELD_INTEGER}, {"output_audio_tokens", FIELD_INTEGER},
	{"images", FIELD_INTEGER}, {"characters", FIELD_INTEGER},
	{"seconds", FIELD_INTEGER}, {"usage_bytes", FIELD_INTEGER},
	{"num_sessions", FIELD_INTEGER}, {"num_requests", FIELD_INTEGER},
	{"project_id", FIELD_TEXT}, {"user_id", FIELD_TEXT},
	{"api_key_id", FIELD_TEXT}, {"model", FIELD_TEXT},
	{"batch", FIELD_BOOLEAN}, {"service_tier", FIELD_TEXT},
	{"size", FIELD_TEXT}, {"source", FIELD_TEXT},
	{"vector_store_id", FIELD_TEXT}, {"context_level", FIELD_TEXT},
	{"line_item", FIELD_TEXT}, {"amount.value", FIELD_NUMBER},
	{"amount.currency", FIELD_TEXT}, {"quantity", FIELD_NUMBER},
	{"quantity_unit", FIELD_TEXT}
};

PageShape	trace_shape = PAGE_OF_BUCKETS;
size_t		trace_result_bytes = MAX_RESULT_BYTES;

const Fields everything = FIELDS(every_field);

const char *const fixtures[FIXTURE_COUNT] = {
	"completions", "decisions", "embeddings", "moderations", "images",
	"audio_speeches", "audio_transcriptions", "vector_stores",
	"code_interpreter_sessions", "file_search_calls", "web_search_calls",
	"costs", "disordered"
};

Bytes
read_file(const char *name, const char *extension)
{
	char	   *path = psprintf("pages/%s.%s", name, extension);
	FILE	   *file = fopen(path, "r");
	struct stat status;
	char	   *data;

	if (file == NULL || fstat(fileno(file), &status) != 0)
		shim_bail_out(path);
	data = palloc0(status.st_size + 1);
	if (fread(data, 1, status.st_size, file) != status.st_size)
		shim_bail_out(path);
	fclose(file);
	return (Bytes) {data, status.st_size};
}

/* --- traces -------------------------------------------------------------- */

static void
trace_text(StringInfo trace, const char *text, size_t length)
{
	if (strlen(text) != length)
		shim_bail_out("a text has a NUL, or the wrong length");
	if (pg_encoding_verifymbstr(PG_UTF8, text, length) != length)
		shim_bail_out("a text is not UTF-8");
	appendStringInfo(trace, "<%s>", text);
}

static void
trace_values(StringInfo trace, PageReader *reader, Fields wanted)
{
	const PageField *fields = wanted.fields;
	const PageValue *values = page_values(reader);

	appendStringInfoString(trace, "result");
	for (int i = 0; i < wanted.count; i++)
	{
		if (values[i].isnull)
			continue;
		appendStringInfo(trace, " %s=", fields[i].path);
		if (fields[i].kind == FIELD_INTEGER)
			appendStringInfo(trace, INT64_FORMAT, values[i].integer);
		else if (fields[i].kind == FIELD_BOOLEAN)
			appendStringInfoString(trace, values[i].boolean ? "yes" : "no");
		else
			trace_text(trace, values[i].text, values[i].length);
	}
	appendStringInfoChar(trace, '\n');
}

static void
trace_event(StringInfo trace, PageReader *reader, PageEvent event, Fields fields)
{
	switch (event)
	{
		case PAGE_WANTS_BYTES:
			break;
		case PAGE_BUCKET:
			appendStringInfoString(trace, "bucket\n");
			break;
		case PAGE_RESULT:
			trace_values(trace, reader, fields);
			break;
		case PAGE_BUCKET_END:
			appendStringInfo(trace, "end " INT64_FORMAT " " INT64_FORMAT "\n",
							 page_bucket_start(reader)->integer, page_bucket_end(reader)->integer);
			break;
		case PAGE_END:
			appendStringInfoString(trace, page_has_more(reader) ? "page more" : "page");
			if (page_cursor(reader) != NULL)
				trace_text(trace, page_cursor(reader), strlen(page_cursor(reader)));
			appendStringInfoChar(trace, '\n');
			break;
		case PAGE_BROKEN:
			trace_text(trace, page_complaint(reader), strlen(page_complaint(reader)));
			appendStringInfoChar(trace, '\n');
			break;
	}
}

/* Is this event possible after the last one? */
static void
check_order(PageEvent last, PageEvent event)
{
	bool		within = last == PAGE_BUCKET || last == PAGE_RESULT;

	if (trace_shape != PAGE_OF_BUCKETS)
	{
		if (event == PAGE_BUCKET || event == PAGE_BUCKET_END)
			shim_bail_out("a bucket in an answer without buckets");
		return;
	}
	if ((event == PAGE_RESULT || event == PAGE_BUCKET_END) && !within)
		shim_bail_out("a result or a bucket's end outside a bucket");
	if ((event == PAGE_BUCKET || event == PAGE_END) && within)
		shim_bail_out("a bucket or the page's end within a bucket");
}

PageReader *
open_reader(Fields fields)
{
	return page_open(&provider_openai.envelopes[trace_shape], fields.fields, fields.count, trace_result_bytes, SECRET);
}

/* Each feed is a malloc of its own, and gone when it may be. */
char *
trace_with(PageReader *reader, Fields fields, Bytes page, size_t chunk)
{
	StringInfoData trace;
	PageEvent	last = PAGE_BUCKET_END;
	PageEvent	event;
	char	   *fed = NULL;
	size_t		done = 0;

	initStringInfo(&trace);
	while ((event = page_next(reader)) != PAGE_END && event != PAGE_BROKEN)
	{
		size_t		wish = chunk > 0 ? chunk : 1 + shim_below(100);
		size_t		size = Min(wish, page.length - done);

		trace_event(&trace, reader, event, fields);
		if (event == PAGE_WANTS_BYTES)
		{
			free(fed);
			fed = malloc(size);
			memcpy(fed, page.data + done, size);
			page_feed(reader, fed, size);
			done += size;
			continue;
		}
		check_order(last, event);
		last = event;
	}
	check_order(event == PAGE_END ? last : PAGE_BUCKET_END, event);
	trace_event(&trace, reader, event, fields);
	if (page_next(reader) != event)
		shim_bail_out("the last event does not stay");
	free(fed);
	return trace.data;
}

char *
trace_page(Fields fields, Bytes page, size_t chunk)
{
	return trace_with(open_reader(fields), fields, page, chunk);
}

/* --- checks -------------------------------------------------------------- */

void
show(const char *title, const char *text)
{
	char	   *copy = pstrdup(text);

	for (char *line = strtok(copy, "\n"); line != NULL; line = strtok(NULL, "\n"))
		printf("# %s %s\n", title, line);
}

void
is_trace(const char *name, Fields fields, Bytes page, const char *expected)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	bool		same = true;

	for (size_t chunk = 1; chunk <= page.length + 1 && same; chunk++)
	{
		char	   *trace = trace_page(fields, page, chunk);

		same = strcmp(trace, expected) == 0;
		if (!same)
		{
			printf("# in feeds of %zu bytes\n", chunk);
			show("got:     ", trace);
			show("expected:", expected);
		}
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	shim_ok(same, "%s", name);
}

void
are_traces(Fields fields, const TraceCase *cases, int ncases)
{
	for (int i = 0; i < ncases; i++)
		is_trace(cases[i].name, fields, cases[i].page, cases[i].trace);
}

void
are_broken(const BrokenCase *cases, int ncases)
{
	for (int i = 0; i < ncases; i++)
		is_trace(cases[i].complaint, everything, cases[i].page,
				 psprintf("%s<%s>\n", cases[i].events, cases[i].complaint));
}

/* A page with one bucket of one result, which has one member. */
static void
is_value(const ValueCase *value)
{
	PageField	field = {"x", value->kind};
	char	   *page = psprintf("{\"data\":[{\"start_time\":1,\"end_time\":2,"
								"\"results\":[{\"x\":%s}]}]}", value->literal);
	char	   *trace = "bucket\nresult\nend 1 2\npage\n";

	if (value->complaint != NULL)
		trace = psprintf("bucket\n<The \"x\" of a result %s.>\n", value->complaint);
	else if (value->value != NULL)
		trace = psprintf("bucket\nresult x=%s\nend 1 2\npage\n", value->value);
	is_trace(psprintf("%.200s as kind %d", value->literal, value->kind), (Fields) {&field, 1},
			 (Bytes) {page, strlen(page)}, trace);
}

void
are_values(const ValueCase *cases, int ncases)
{
	for (int i = 0; i < ncases; i++)
		is_value(&cases[i]);
}
