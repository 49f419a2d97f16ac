/*
 * page_test.c
 *	  Tests of page outside the server, as TAP.
 *
 *	page_test [mutations [seed]]
 *
 * Whatever a page says is written down as a trace, one line for each event,
 * and traces are compared: with what is expected, and between all ways of
 * cutting the same bytes into feeds.
 */
#include "postgres.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "page/page.h"
#include "shim.h"

#define DEFAULT_MUTATIONS 20000
#define DEFAULT_SEED 20261120
#define MAX_RESULT_BYTES (64 * 1024)
#define SECRET "gateway-Zq7Xv0Wk4/Pd2"

/* Every field of every endpoint, so that one list reads all fixtures. */
static const PageField everything[] = {
	{"input_tokens", PAGE_INTEGER}, {"output_tokens", PAGE_INTEGER},
	{"num_model_requests", PAGE_INTEGER}, {"input_cached_tokens", PAGE_INTEGER},
	{"input_audio_tokens", PAGE_INTEGER}, {"output_audio_tokens", PAGE_INTEGER},
	{"images", PAGE_INTEGER}, {"characters", PAGE_INTEGER},
	{"seconds", PAGE_INTEGER}, {"usage_bytes", PAGE_INTEGER},
	{"num_sessions", PAGE_INTEGER}, {"num_requests", PAGE_INTEGER},
	{"project_id", PAGE_TEXT}, {"user_id", PAGE_TEXT},
	{"api_key_id", PAGE_TEXT}, {"model", PAGE_TEXT},
	{"batch", PAGE_BOOLEAN}, {"service_tier", PAGE_TEXT},
	{"size", PAGE_TEXT}, {"source", PAGE_TEXT},
	{"vector_store_id", PAGE_TEXT}, {"context_level", PAGE_TEXT},
	{"line_item", PAGE_TEXT}, {"amount.value", PAGE_NUMBER},
	{"amount.currency", PAGE_TEXT}, {"quantity", PAGE_NUMBER},
	{"quantity_unit", PAGE_TEXT}
};

static const char *const fixtures[] = {
	"completions", "decisions", "embeddings", "moderations", "images",
	"audio_speeches", "audio_transcriptions", "vector_stores",
	"code_interpreter_sessions", "file_search_calls", "web_search_calls",
	"costs", "disordered"
};

/* A string that may hold NULs. */
typedef struct Bytes
{
	const char *data;
	size_t		length;
} Bytes;

#define BYTES(literal) make_bytes(literal, sizeof(literal) - 1)

static Bytes
make_bytes(const char *data, size_t length)
{
	Bytes		bytes;

	bytes.data = data;
	bytes.length = length;
	return bytes;
}

/* --- numbers by chance --------------------------------------------------- */

static uint64 dice = DEFAULT_SEED;

static uint32
roll(uint32 sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 32) % sides;
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
trace_values(StringInfo trace, PageReader *reader, const PageField *fields, int nfields)
{
	const PageValue *values = page_values(reader);

	appendStringInfoString(trace, "result");
	for (int i = 0; i < nfields; i++)
	{
		if (values[i].isnull)
			continue;
		appendStringInfo(trace, " %s=", fields[i].path);
		if (fields[i].kind == PAGE_INTEGER)
			appendStringInfo(trace, INT64_FORMAT, values[i].integer);
		else if (fields[i].kind == PAGE_BOOLEAN)
			appendStringInfoString(trace, values[i].boolean ? "yes" : "no");
		else
			trace_text(trace, values[i].text, values[i].length);
	}
	appendStringInfoChar(trace, '\n');
}

static void
trace_event(StringInfo trace, PageReader *reader, PageEvent event,
			const PageField *fields, int nfields)
{
	switch (event)
	{
		case PAGE_WANTS_BYTES:
			break;
		case PAGE_BUCKET:
			appendStringInfoString(trace, "bucket\n");
			break;
		case PAGE_RESULT:
			trace_values(trace, reader, fields, nfields);
			break;
		case PAGE_BUCKET_END:
			appendStringInfo(trace, "end " INT64_FORMAT " " INT64_FORMAT "\n",
							 page_bucket_start(reader), page_bucket_end(reader));
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

	if ((event == PAGE_RESULT || event == PAGE_BUCKET_END) && !within)
		shim_bail_out("a result or a bucket's end outside a bucket");
	if ((event == PAGE_BUCKET || event == PAGE_END) && within)
		shim_bail_out("a bucket or the page's end within a bucket");
}

/*
 * What a reader says of these bytes, fed `chunk` at a time (0: at random).
 * Each feed is a malloc of its own, and gone when it may be.
 */
static char *
trace_with(PageReader *reader, const PageField *fields, int nfields, Bytes bytes, size_t chunk)
{
	StringInfoData trace;
	PageEvent	last = PAGE_BUCKET_END;
	PageEvent	event;
	char	   *fed = NULL;
	size_t		done = 0;

	initStringInfo(&trace);
	while ((event = page_next(reader)) != PAGE_END && event != PAGE_BROKEN)
	{
		size_t		wish = chunk > 0 ? chunk : 1 + roll(100);
		size_t		size = Min(wish, bytes.length - done);

		trace_event(&trace, reader, event, fields, nfields);
		if (event == PAGE_WANTS_BYTES)
		{
			free(fed);
			fed = malloc(size);
			memcpy(fed, bytes.data + done, size);
			page_feed(reader, fed, size);
			done += size;
			continue;
		}
		check_order(last, event);
		last = event;
	}
	check_order(event == PAGE_END ? last : PAGE_BUCKET_END, event);
	trace_event(&trace, reader, event, fields, nfields);
	if (page_next(reader) != event)
		shim_bail_out("the last event does not stay");
	free(fed);
	return trace.data;
}

static char *
trace_bytes(const PageField *fields, int nfields, Bytes bytes, size_t chunk)
{
	return trace_with(page_open(fields, nfields, MAX_RESULT_BYTES, SECRET), fields, nfields, bytes, chunk);
}

/* --- checks -------------------------------------------------------------- */

static void
show(const char *title, const char *text)
{
	char	   *copy = pstrdup(text);

	for (char *line = strtok(copy, "\n"); line != NULL; line = strtok(NULL, "\n"))
		printf("# %s %s\n", title, line);
}

/* These bytes give this trace, in one feed as in feeds of any size. */
static void
is_trace(const char *name, const PageField *fields, int nfields, Bytes bytes,
		 const char *expected)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	bool		same = true;

	for (size_t chunk = 1; chunk <= bytes.length + 1 && same; chunk++)
	{
		char	   *trace = trace_bytes(fields, nfields, bytes, chunk);

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

/* A page with one bucket of one result, which has one member "x". */
static void
is_value(PageKind kind, const char *literal, const char *expected)
{
	PageField	field = {"x", kind};
	char	   *page = psprintf("{\"data\":[{\"start_time\":1,\"end_time\":2,"
								"\"results\":[{\"x\":%s}]}]}", literal);
	bool		broken = expected != NULL && strchr(expected, ' ') != NULL &&
	expected[strlen(expected) - 1] == '.';
	char	   *trace = broken ? psprintf("bucket\n<%s>\n", expected) :
	psprintf("bucket\nresult%s%s\nend 1 2\npage\n", expected != NULL ? " x=" : "",
			 expected != NULL ? expected : "");

	is_trace(psprintf("%.200s as kind %d", literal, kind), &field, 1,
			 make_bytes(page, strlen(page)), trace);
}

static void
is_broken(Bytes bytes, const char *events, const char *complaint)
{
	is_trace(complaint, everything, lengthof(everything), bytes,
			 psprintf("%s<%s>\n", events, complaint));
}

static Bytes
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
	return make_bytes(data, status.st_size);
}

/* --- tests --------------------------------------------------------------- */

static void
test_fixtures(void)
{
	for (int i = 0; i < lengthof(fixtures); i++)
		is_trace(psprintf("page of %s", fixtures[i]), everything, lengthof(everything),
				 read_file(fixtures[i], "json"), read_file(fixtures[i], "events").data);
}

static void
test_envelope(void)
{
	static const PageField x[] = {{"x", PAGE_INTEGER}};

	is_trace("empty page", x, 1, BYTES("{\"data\":[]}"), "page\n");
	is_trace("empty page with white space", x, 1,
			 BYTES(" \r\n\t{ \"data\" : [ ] , \"has_more\" : false , \"next_page\" : null } \n"),
			 "page\n");
	is_trace("empty bucket", x, 1,
			 BYTES("{\"data\":[{\"results\":[],\"start_time\":-5,\"end_time\":0}],\"has_more\":false}"),
			 "bucket\nend -5 0\npage\n");
	is_trace("the older name of the list", x, 1,
			 BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"result\":[{\"x\":3},{\"x\":4}]}]}"),
			 "bucket\nresult x=3\nresult x=4\nend 1 2\npage\n");
	is_trace("times after results, cursor before data", x, 1,
			 BYTES("{\"next_page\":\"p+/=\",\"has_more\":true,\"data\":[{\"results\":[{\"x\":3}],"
				   "\"end_time\":2,\"start_time\":1},{\"start_time\":2,\"results\":[],\"end_time\":3}]}"),
			 "bucket\nresult x=3\nend 1 2\nbucket\nend 2 3\npage more<p+/=>\n");
	is_trace("unknown members at every level", x, 1,
			 BYTES("{\"a\":{\"data\":[{}]},\"b\":[[1.5e3,\"}]\\\"\"],null],\"data\":["
				   "{\"c\":true,\"results\":[{\"y\":{\"x\":1},\"x\":3,\"z\":[9]}],\"results_\":[{\"x\":1}],"
				   "\"start_time\":1,\"end_time\":2,\"d\":-0.1}],\"e\":\"\\ud83d\\ude00\"}"),
			 "bucket\nresult x=3\nend 1 2\npage\n");
	is_trace("more without a cursor is the caller's business", x, 1,
			 BYTES("{\"data\":[],\"has_more\":true,\"next_page\":null}"), "page more\n");
	is_trace("a cursor at the end is told", x, 1,
			 BYTES("{\"data\":[],\"has_more\":false,\"next_page\":\"p\"}"), "page<p>\n");
	is_trace("an empty cursor is none", x, 1,
			 BYTES("{\"data\":[],\"has_more\":true,\"next_page\":\"\"}"), "page more\n");
	is_trace("null has_more and no cursor", x, 1,
			 BYTES("{\"data\":[],\"has_more\":null}"), "page\n");
	is_trace("results of which nothing is wanted", x, 0,
			 BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[{\"x\":3},{}]}]}"),
			 "bucket\nresult\nresult\nend 1 2\npage\n");
}

static void
test_broken_envelope(void)
{
	is_broken(BYTES(""), "", "The answer is empty.");
	is_broken(BYTES(" \n"), "", "The answer is empty.");
	is_broken(BYTES("<html>"), "", "The answer is not a JSON object.");
	is_broken(BYTES("[]"), "", "The answer is not a JSON object.");
	is_broken(BYTES("null"), "", "The answer is not a JSON object.");
	is_broken(BYTES("\"data\""), "", "The answer is not a JSON object.");
	is_broken(BYTES("{}"), "", "The page has no \"data\".");
	is_broken(BYTES("{\"error\":{\"message\":\"no\"}}"), "", "The page has no \"data\".");
	is_broken(BYTES("{\"data\":null}"), "", "The \"data\" of a page is not a list.");
	is_broken(BYTES("{\"data\":{}}"), "", "The \"data\" of a page is not a list.");
	is_broken(BYTES("{\"data\":[],\"data\":[]}"), "", "A page has more than one \"data\".");
	is_broken(BYTES("{\"data\":[],\"has_more\":false,\"has_more\":true}"), "",
			  "A page has more than one \"has_more\".");
	is_broken(BYTES("{\"data\":[],\"has_more\":\"true\"}"), "",
			  "The \"has_more\" of a page is the string \"true\", not a boolean.");
	is_broken(BYTES("{\"data\":[],\"has_more\":1}"), "",
			  "The \"has_more\" of a page is the number 1, not a boolean.");
	is_broken(BYTES("{\"data\":[],\"next_page\":\"p\"}"), "",
			  "The page has a \"next_page\" but no \"has_more\".");
	is_broken(BYTES("{\"data\":[],\"next_page\":\"p\",\"has_more\":null}"), "",
			  "The page has a \"next_page\" but no \"has_more\".");
	is_broken(BYTES("{\"data\":[],\"next_page\":false}"), "",
			  "The \"next_page\" of a page is false, not a string.");
	is_broken(BYTES("{\"data\":[],\"next_page\":[1]}"), "",
			  "The \"next_page\" of a page is a list, not a string.");
	is_broken(BYTES("{\"data\":[],\"next_page\":\"p\\u0000q\"}"), "",
			  "The \"next_page\" of a page contains a null character.");
	is_broken(BYTES("{\"data\":[]}{"), "",
			  "The answer is not valid JSON at byte 12: nothing expected after the page.");
	is_broken(BYTES("{\"data\":[]} 12"), "",
			  "The answer is not valid JSON at byte 13: nothing expected after the page.");
	is_broken(BYTES("{\"data\":[],}"), "",
			  "The answer is not valid JSON at byte 12: object property name expected.");
	is_broken(BYTES("{\"data\" []}"), "",
			  "The answer is not valid JSON at byte 9: colon expected.");
	is_broken(BYTES("{\"data\":[] \"a\":1}"), "",
			  "The answer is not valid JSON at byte 12: comma or end expected.");
	is_broken(BYTES("{\"data\":[]]"), "",
			  "The answer is not valid JSON at byte 11: comma or end expected.");
}

static void
test_broken_bucket(void)
{
	is_broken(BYTES("{\"data\":[null]}"), "", "A bucket is not an object.");
	is_broken(BYTES("{\"data\":[{}]}"), "bucket\n", "A bucket has no \"start_time\".");
	is_broken(BYTES("{\"data\":[{\"start_time\":1,\"results\":[]}]}"), "bucket\n",
			  "A bucket has no \"end_time\".");
	is_broken(BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2}]}"), "bucket\n",
			  "A bucket has no \"results\".");
	is_broken(BYTES("{\"data\":[{\"results\":null}]}"), "bucket\n",
			  "The \"results\" of a bucket is not a list.");
	is_broken(BYTES("{\"data\":[{\"results\":[],\"result\":[]}]}"), "bucket\n",
			  "A bucket has more than one \"results\".");
	is_broken(BYTES("{\"data\":[{\"start_time\":1.0}]}"), "bucket\n",
			  "The \"start_time\" of a bucket is the number 1.0, not an integer.");
	is_broken(BYTES("{\"data\":[{\"start_time\":null}]}"), "bucket\n",
			  "The \"start_time\" of a bucket is null, not an integer.");
	is_broken(BYTES("{\"data\":[{\"end_time\":\"2026-01-01\"}]}"), "bucket\n",
			  "The \"end_time\" of a bucket is the string \"2026-01-01\", not an integer.");
	is_broken(BYTES("{\"data\":[{\"end_time\":9223372036854775808}]}"), "bucket\n",
			  "The \"end_time\" of a bucket is an integer out of range.");
	is_broken(BYTES("{\"data\":[{\"end_time\":1,\"end_time\":1}]}"), "bucket\n",
			  "A bucket has more than one \"end_time\".");
	is_broken(BYTES("{\"data\":[{\"results\":[[]]}]}"), "bucket\n", "A result is not an object.");
	is_broken(BYTES("{\"data\":[{\"results\":[{},null]}]}"), "bucket\nresult\n",
			  "A result is not an object.");
	is_broken(BYTES("{\"data\":[{\"results\":[{},]}]}"), "bucket\nresult\n",
			  "A result is not an object.");
	is_broken(BYTES("{\"data\":[{\"start_time\":1-2}]}"), "bucket\n",
			  "The answer is not valid JSON at byte 25: comma or end expected.");
	is_broken(BYTES("{\"data\":[{\"a\":-}]}"), "bucket\n",
			  "The answer is not valid JSON at byte 16: digit expected.");
}

static void
test_cut_off(void)
{
	is_broken(BYTES("{"), "", "The answer ends in the middle of a page.");
	is_broken(BYTES("{\"da"), "", "The answer ends in the middle of a page.");
	is_broken(BYTES("{\"data\":[],\"a\":12"), "", "The answer ends in the middle of a page.");
	is_broken(BYTES("{\"data\":["), "", "The answer ends in the middle of a list of buckets.");
	is_broken(BYTES("{\"data\":[{\"start_time\":12"), "bucket\n",
			  "The answer ends in the middle of a bucket.");
	is_broken(BYTES("{\"data\":[{\"results\":["), "bucket\n",
			  "The answer ends in the middle of a list of results.");
	is_broken(BYTES("{\"data\":[{\"results\":[{},{\"x\":\"\xc3\xa9"), "bucket\nresult\n",
			  "The answer ends in the middle of a result.");
}

static void
test_integers(void)
{
	static const char *const range = "The \"x\" of a result is an integer out of range.";

	is_value(PAGE_INTEGER, "null", NULL);
	is_value(PAGE_INTEGER, "0", "0");
	is_value(PAGE_INTEGER, "-0", "0");
	is_value(PAGE_INTEGER, "-17", "-17");
	is_value(PAGE_INTEGER, "9223372036854775807", "9223372036854775807");
	is_value(PAGE_INTEGER, "9223372036854775808", range);
	is_value(PAGE_INTEGER, "18446744073709551614", range);
	is_value(PAGE_INTEGER, "18446744073709551615", range);
	is_value(PAGE_INTEGER, "-9223372036854775807", "-9223372036854775807");
	is_value(PAGE_INTEGER, "-9223372036854775808", range);
	is_value(PAGE_INTEGER, "1e3", "The \"x\" of a result is the number 1e3, not an integer.");
	is_value(PAGE_INTEGER, "5.0", "The \"x\" of a result is the number 5.0, not an integer.");
	is_value(PAGE_INTEGER, "\"5\"", "The \"x\" of a result is the string \"5\", not an integer.");
	is_value(PAGE_INTEGER, "true", "The \"x\" of a result is true, not an integer.");
	is_value(PAGE_INTEGER, "{\"a\":1}", "The \"x\" of a result is an object, not an integer.");
	is_value(PAGE_INTEGER, "[]", "The \"x\" of a result is a list, not an integer.");
}

/* json-c's versions take these for a limit, or refuse them at once. */
static void
test_huge_integers(void)
{
	static const char *const huge[] = {"18446744073709551616", "-9223372036854775809",
	"123456789012345678901234567890"};
	static const PageKind kinds[] = {PAGE_INTEGER, PAGE_NUMBER, PAGE_SCALAR, PAGE_JSON};

	for (int i = 0; i < lengthof(huge); i++)
		for (int kind = 0; kind < lengthof(kinds); kind++)
		{
			PageField	field = {"x", kinds[kind]};
			char	   *page = psprintf("{\"data\":[{\"results\":[{\"x\":%s", huge[i]);
			char	   *trace;

			page = psprintf("%s}],\"start_time\":1,\"end_time\":2}]}", page);
			trace = trace_bytes(&field, 1, make_bytes(page, strlen(page)), 1);
			shim_ok(strstr(trace, "out of range.") || strstr(trace, "not valid JSON"),
					"%s as kind %d is broken", huge[i], kinds[kind]);
		}
}

static void
test_numbers(void)
{
	static const char *const range = "The \"x\" of a result is a number out of range.";

	is_value(PAGE_NUMBER, "null", NULL);
	is_value(PAGE_NUMBER, "0.003627500000000000000000000000000000",
			 "<0.003627500000000000000000000000000000>");
	is_value(PAGE_NUMBER, "12345678901234567890.12345678901234567890",
			 "<12345678901234567890.12345678901234567890>");
	is_value(PAGE_NUMBER, "1E-10", "<1E-10>");
	is_value(PAGE_NUMBER, "-0.0", "<-0.0>");
	is_value(PAGE_NUMBER, "1e+400", "<1e+400>");
	is_value(PAGE_NUMBER, "0E-6176", "<0E-6176>");
	is_value(PAGE_NUMBER, "10000", "<10000>");
	is_value(PAGE_NUMBER, "-42", "<-42>");
	is_value(PAGE_NUMBER, "18446744073709551614", "<18446744073709551614>");
	is_value(PAGE_NUMBER, "18446744073709551615", range);
	is_value(PAGE_NUMBER, "-9223372036854775808", range);
	is_value(PAGE_NUMBER, "\"0E-6176\"", "<0E-6176>");
	is_value(PAGE_NUMBER, "\"12.50\"", "<12.50>");
	is_value(PAGE_NUMBER, "\"1\\u0000\"", "The \"x\" of a result contains a null character.");
	is_value(PAGE_NUMBER, "false", "The \"x\" of a result is false, not a number.");
	is_value(PAGE_NUMBER, "{}", "The \"x\" of a result is an object, not a number.");
}

static void
test_other_kinds(void)
{
	static const char *const nul = "The \"x\" of a result contains a null character.";

	is_value(PAGE_BOOLEAN, "true", "yes");
	is_value(PAGE_BOOLEAN, "false", "no");
	is_value(PAGE_BOOLEAN, "\"true\"", "yes");
	is_value(PAGE_BOOLEAN, "\"false\"", "no");
	is_value(PAGE_BOOLEAN, "null", NULL);
	is_value(PAGE_BOOLEAN, "0", "The \"x\" of a result is the number 0, not a boolean.");
	is_value(PAGE_BOOLEAN, "\"True\"",
			 "The \"x\" of a result is the string \"True\", not a boolean.");
	is_value(PAGE_TEXT, "null", NULL);
	is_value(PAGE_TEXT, "\"\"", "<>");
	is_value(PAGE_TEXT, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "<a\"\\/\b\f\n\r\t\xc3\xa9>");
	is_value(PAGE_TEXT, "\"a\\u0000\"", nul);
	is_value(PAGE_TEXT, "17", "The \"x\" of a result is the number 17, not a string.");
	is_value(PAGE_SCALAR, "null", NULL);
	is_value(PAGE_SCALAR, "\"a b\"", "<a b>");
	is_value(PAGE_SCALAR, "1.50", "<1.50>");
	is_value(PAGE_SCALAR, "17", "<17>");
	is_value(PAGE_SCALAR, "true", "<true>");
	is_value(PAGE_SCALAR, "false", "<false>");
	is_value(PAGE_SCALAR, "\"a\\u0000\"", nul);
	is_value(PAGE_SCALAR, "[1]",
			 "The \"x\" of a result is a list, not a string, number or boolean.");
	is_value(PAGE_JSON, "null", NULL);
	is_value(PAGE_JSON, "\"a/b\\u0000\\u0001\\\"\"", "<\"a/b\\u0000\\u0001\\\"\">");
	is_value(PAGE_JSON, "{ \"b\" : [ 1.50, -0.0, null, true ], \"a\" : 10 }",
			 "<{\"b\":[1.50,-0.0,null,true],\"a\":10}>");
	is_value(PAGE_JSON, "[[18446744073709551615]]",
			 "The \"x\" of a result has a number out of range.");
}

static void
test_paths(void)
{
	static const PageField fields[] = {
		{"amount.value", PAGE_NUMBER}, {"*", PAGE_JSON}, {"amount.currency", PAGE_TEXT},
		{"amount.value", PAGE_SCALAR}, {"amount", PAGE_JSON}, {"a.b.c", PAGE_INTEGER},
		{"*", PAGE_JSON}
	};

#define COSTS(result) BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[" result "]}]}")

	is_trace("paths, the whole result and fields wanted twice", fields, lengthof(fields),
			 COSTS("{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}"),
			 "bucket\nresult amount.value=<0.10> "
			 "*=<{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}> "
			 "amount.currency=<usd> amount.value=<0.10> "
			 "amount=<{\"value\":0.10,\"currency\":\"usd\"}> a.b.c=7 "
			 "*=<{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}>\n"
			 "end 1 2\npage\n");
	is_trace("null and absent on the way down a path", fields, 1,
			 COSTS("{\"amount\":null},{\"amount\":{}},{},{\"amount\":{\"value\":null}}"),
			 "bucket\nresult\nresult\nresult\nresult\nend 1 2\npage\n");
	is_trace("keys that look like paths are not", fields, lengthof(fields),
			 COSTS("{\"amount.value\":1,\"*\":2,\"\":3}"),
			 "bucket\nresult *=<{\"amount.value\":1,\"*\":2,\"\":3}> "
			 "*=<{\"amount.value\":1,\"*\":2,\"\":3}>\nend 1 2\npage\n");
	is_trace("a scalar on the way down a path", fields, lengthof(fields),
			 COSTS("{\"a\":{\"b\":5}}"),
			 "bucket\n<The \"a.b\" of a result is the number 5, not an object.>\n");
	is_trace("members that change places", fields, lengthof(fields),
			 COSTS("{\"y\":1,\"a\":{\"b\":{\"c\":1}}},{\"a\":{\"b\":{\"c\":2}},\"y\":1},"
				   "{\"x\":0,\"a\":{\"b\":{\"c\":3}}}"),
			 "bucket\n"
			 "result *=<{\"y\":1,\"a\":{\"b\":{\"c\":1}}}> a.b.c=1 *=<{\"y\":1,\"a\":{\"b\":{\"c\":1}}}>\n"
			 "result *=<{\"a\":{\"b\":{\"c\":2}},\"y\":1}> a.b.c=2 *=<{\"a\":{\"b\":{\"c\":2}},\"y\":1}>\n"
			 "result *=<{\"x\":0,\"a\":{\"b\":{\"c\":3}}}> a.b.c=3 *=<{\"x\":0,\"a\":{\"b\":{\"c\":3}}}>\n"
			 "end 1 2\npage\n");
}

static void
test_text(void)
{
	static const PageField x[] = {{"x", PAGE_TEXT}};

#define BUCKET(text) BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[{\"x\":\"" text "\"}]}]}")
#define GIVES(text) "bucket\nresult x=<" text ">\nend 1 2\npage\n"
#define AT_56(what) "bucket\n<The answer " what " at byte 56.>\n"

	is_trace("two, three and four bytes", x, 1, BUCKET("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
			 GIVES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	is_trace("escaped surrogates", x, 1, BUCKET("\\ud83d\\ude00"), GIVES("\xf0\x9f\x98\x80"));
	is_trace("lone surrogates", x, 1, BUCKET("\\ud83da\\ude00\\ud83d\\n\\ud83d\\u0041\\ud83d"),
			 GIVES("\xef\xbf\xbd" "a\xef\xbf\xbd\xef\xbf\xbd\n\xef\xbf\xbd" "A\xef\xbf\xbd"));
	is_trace("digits that wait for an end", x, 1,
			 BUCKET("gpt-5.4-2026-03-05-e\xc3\xa9" "1"), GIVES("gpt-5.4-2026-03-05-e\xc3\xa9" "1"));
	is_trace("a byte that begins nothing", x, 1, BUCKET("\xff"), AT_56("is not valid UTF-8"));
	is_trace("a byte that continues nothing", x, 1, BUCKET("\x80"), AT_56("is not valid UTF-8"));
	is_trace("an overlong character", x, 1, BUCKET("\xc0\xaf"), AT_56("is not valid UTF-8"));
	is_trace("a raw surrogate", x, 1, BUCKET("\xed\xa0\x80"), AT_56("is not valid UTF-8"));
	is_trace("beyond Unicode", x, 1, BUCKET("\xf4\x90\x80\x80"), AT_56("is not valid UTF-8"));
	is_trace("a character without its end", x, 1, BUCKET("\xe2\x82"), AT_56("is not valid UTF-8"));
	is_trace("a raw null", x, 1, BUCKET("\0"), AT_56("has a null character"));
	is_trace("an answer that ends in a character", x, 1, BYTES("{\"data\":[{\"\xe2\x82"),
			 "bucket\n<The answer is not valid UTF-8 at byte 12.>\n");
	is_trace("a null after the page", x, 1, BYTES("{\"data\":[]}\0"),
			 "<The answer has a null character at byte 12.>\n");
}

/* What a complaint quotes is cut and cleaned. */
static void
test_quotes(void)
{
	is_value(PAGE_INTEGER, "\"0123456789012345678901234567890123456789012345678901234567890123\"",
			 "The \"x\" of a result is the string "
			 "\"0123456789012345678901234567890123456789012345678901234567890123\", not an integer.");
	is_value(PAGE_INTEGER, "\"012345678901234567890123456789012345678901234567890123456789012\xe2\x82\xac\"",
			 "The \"x\" of a result is the string "
			 "\"012345678901234567890123456789012345678901234567890123456789012...\", not an integer.");
	is_value(PAGE_INTEGER, "\"a\\n\\u007f\\u0085b\\u0000c sk-proj-12345678\"",
			 "The \"x\" of a result is the string \"a   b c sk-***\", not an integer.");
}

/* What a complaint quotes of the secret is masked before it is cut. */
static void
test_secret(void)
{
	is_value(PAGE_INTEGER, "\"" SECRET "\"",
			 "The \"x\" of a result is the string \"*********************\", not an integer.");
	is_value(PAGE_INTEGER, "\"Bearer gateway-Zq7Xv0Wk4\\/Pd2!\"",
			 "The \"x\" of a result is the string \"Bearer *********************!\", not an integer.");
	is_value(PAGE_INTEGER, "\"\\u0067\\u0061\\u0074\\u0065\\u0077\\u0061\\u0079\\u002dZq7\"",
			 "The \"x\" of a result is the string \"***********\", not an integer.");
	is_value(PAGE_BOOLEAN, "\"q7Xv0Wk v0Wk4/Pd2\"",
			 "The \"x\" of a result is the string \"q7Xv0Wk *********\", not a boolean.");
	is_value(PAGE_BOOLEAN, "\"0123456789012345678901234567890123456789012345678901234567gateway-Zq7Xv0\"",
			 "The \"x\" of a result is the string "
			 "\"0123456789012345678901234567890123456789012345678901234567******...\", not a boolean.");
}

/* A reader used again, after a page of any end. */
static void
test_restart(void)
{
	const Bytes pages[] = {
		BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[{\"model\":\"A\"}]}],"
			  "\"has_more\":true,\"next_page\":\"p\"}"),
		BYTES("{\"data\":[{\"start_time\":3,\"end_time\":4,\"results\":[{\"model\":\"\\ud83d"),
		BYTES("{\"data\":[{\"start_time\":5,\"end_time\":6,\"results\":[{\"model\":\"\\u0041\"}]}]}"),
		BYTES("{\"data\":[{\"start_time\":12"),
		BYTES("{\"data\":[{\"start_time\":7,\"end_time\":8,\"results\":[{\"model\":\"\xff\"}]}]}"),
		BYTES("{\"data\":[]}")
	};
	PageReader *reader = page_open(everything, lengthof(everything), MAX_RESULT_BYTES, SECRET);
	StringInfoData all;

	initStringInfo(&all);
	for (int i = 0; i < lengthof(pages); i++)
	{
		appendStringInfoString(&all, trace_with(reader, everything, lengthof(everything),
												pages[i], 5));
		page_restart(reader);
	}
	if (!shim_ok(strcmp(all.data,
						"bucket\nresult model=<A>\nend 1 2\npage more<p>\n"
						"bucket\n<The answer ends in the middle of a result.>\n"
						"bucket\nresult model=<A>\nend 5 6\npage\n"
						"bucket\n<The answer ends in the middle of a bucket.>\n"
						"bucket\n<The answer is not valid UTF-8 at byte 60.>\n"
						"page\n") == 0, "a reader used again"))
		show("got:", all.data);
}

/* A reader that goes with its context in the middle of a page: no leak. */
static void
test_abandon(void)
{
	static const char page[] = "{\"next_page\":\"p\",\"data\":[{\"results\":[{\"model\":\"a\"},{\"b\":[";
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	PageReader *reader = page_open(everything, lengthof(everything), MAX_RESULT_BYTES, SECRET);
	int			events = 0;

	page_feed(reader, page, strlen(page));
	while (page_next(reader) != PAGE_RESULT)
		events++;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	shim_ok(events == 1, "a reader abandoned at a result");

	context = shim_context();
	MemoryContextSwitchTo(context);
	reader = page_open(everything, lengthof(everything), MAX_RESULT_BYTES, SECRET);
	page_feed(reader, page, strlen(page));
	for (events = 0; page_next(reader) != PAGE_WANTS_BYTES;)
		events++;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	shim_ok(events == 2, "a reader abandoned within a result");
}

/* The heap does not grow with the number of results. */
static void
test_memory(void)
{
	static const char result[] = "{\"model\":\"a model\",\"input_tokens\":12,\"y\":[1,2,{\"z\":3.5}]},";
	PageReader *reader = page_open(everything, lengthof(everything), MAX_RESULT_BYTES, SECRET);
	size_t		early = 0;
	size_t		late = 0;

	page_feed(reader, "{\"data\":[{\"results\":[", 21);
	for (int i = 0; i < 20000; i++)
	{
		while (page_next(reader) != PAGE_WANTS_BYTES)
			continue;
		page_feed(reader, result, strlen(result));
		if (i == 100)
			early = mallinfo2().uordblks;
		late = mallinfo2().uordblks;
	}
	shim_ok(late <= early + 1024, "memory is flat: %zu bytes, then %zu", early, late);
}

/* --- error bodies -------------------------------------------------------- */

static void
is_error(const char *name, Bytes body, const char *message, const char *type,
		 const char *param, const char *code)
{
	char	   *copy = malloc(body.length);
	PageError	error;
	const char *expected[] = {message, type, param, code};
	bool		same = true;

	memcpy(copy, body.data, body.length);
	page_parse_error(copy, body.length, SECRET, &error);
	free(copy);
	for (int i = 0; i < 4; i++)
	{
		const char *got = i == 0 ? error.message : i == 1 ? error.type :
		i == 2 ? error.param : error.code;
		bool		fits = got == NULL || expected[i] == NULL ? got == expected[i] :
		strcmp(got, expected[i]) == 0;

		if (!fits)
			printf("# got <%s>, expected <%s>\n", got ? got : "NULL",
				   expected[i] ? expected[i] : "NULL");
		same = same && fits;
	}
	shim_ok(same, "%s", name);
}

static void
test_errors(void)
{
	char		long_body[1200] = "{\"error\":\"";
	char		long_message[600];

	is_error("the usual form",
			 BYTES("{\"error\":{\"message\":\"No such day.\",\"type\":\"invalid_request_error\","
				   "\"param\":\"start_time\",\"code\":\"reporting_lookback_exceeded\"}}"),
			 "No such day.", "invalid_request_error", "start_time", "reporting_lookback_exceeded");
	is_error("nulls and odd types",
			 BYTES("{\"error\":{\"message\":\"No.\",\"type\":[],\"param\":null,\"code\":403}}"),
			 "No.", NULL, NULL, "403");
	is_error("a bare string", BYTES("{\"error\":\"Missing scopes.\"}"), "Missing scopes.", NULL, NULL, NULL);
	is_error("members at the top", BYTES("{\"message\":\"No.\",\"code\":\"x\"}\n"), "No.", NULL, NULL, "x");
	is_error("null error", BYTES("{\"error\":null}"), NULL, NULL, NULL, NULL);
	is_error("a number as error", BYTES("{\"error\":[7]}"), NULL, NULL, NULL, NULL);
	is_error("HTML", BYTES("<html><body>502 Bad Gateway</body></html>"), NULL, NULL, NULL, NULL);
	is_error("nothing", BYTES(""), NULL, NULL, NULL, NULL);
	is_error("a list", BYTES("[\"no\"]"), NULL, NULL, NULL, NULL);
	is_error("cut off", BYTES("{\"error\":{\"message\":\"No."), NULL, NULL, NULL, NULL);
	is_error("not UTF-8", BYTES("{\"error\":\"\xff\"}"), NULL, NULL, NULL, NULL);
	is_error("a raw null", BYTES("{\"error\":\"a\0\"}"), NULL, NULL, NULL, NULL);
	is_error("control characters",
			 BYTES("{\"error\":\"a\\nb\\r\\tc\\u0000d\\u001be\\u007ff\\u0085g\"}"),
			 "a b  c d e f g", NULL, NULL, NULL);
	is_error("keys", BYTES("{\"error\":\"Incorrect API key: sk-admin-AbC_1234. sk-****. risk-free "
						   "key=sk-********1234\"}"),
			 "Incorrect API key: sk-***. sk-****. risk-free key=sk-***", NULL, NULL, NULL);

	is_error("the secret, and a part of it",
			 BYTES("{\"message\":\"gateway-Zq7Xv0Wk4/Pd2!\",\"type\":\"way-Zq7X\",\"param\":\"ay-Zq7X\","
				   "\"code\":\"gateway-Zq7Xv0Wk4/Pd2\"}"),
			 "*********************!", "********", "ay-Zq7X", "*********************");
	is_error("escapes in it",
			 BYTES("{\"error\":{\"message\":\"gateway-Zq7Xv0Wk4\\/Pd2\",\"param\":\"\\u0067\\u0061teway-Z\"}}"),
			 "*********************", NULL, "*********", NULL);
	is_error("a number for a secret", BYTES("{\"error\":{\"message\":12345678}}"), "12345678", NULL, NULL, NULL);
	is_error("NaN", BYTES("{\"error\":\"No.\",\"a\":NaN}"), NULL, NULL, NULL, NULL);
	is_error("more behind it", BYTES("{\"error\":\"No.\"} {}"), NULL, NULL, NULL, NULL);
	is_error("white space around it", BYTES(" {\"error\":\"No.\"}\r\n\t"), "No.", NULL, NULL, NULL);
	is_error("a number", BYTES("12"), NULL, NULL, NULL, NULL);

	for (int i = 0; i < 497; i++)
		long_body[10 + i] = 'x';
	strcpy(long_body + 507, SECRET "\"}");
	memset(long_message, 'x', 497);
	strcpy(long_message + 497, "***...");
	is_error("the secret where a message is cut", make_bytes(long_body, strlen(long_body)),
			 long_message, NULL, NULL, NULL);

	strcpy(long_body, "{\"error\":\"");
	for (int i = 0; i < 200; i++)
		strcat(long_body, "\xe2\x82\xac");
	strcat(long_body, "\"}");
	long_message[0] = '\0';
	for (int i = 0; i < 166; i++)
		strcat(long_message, "\xe2\x82\xac");
	strcat(long_message, "...");
	is_error("a long message", make_bytes(long_body, strlen(long_body)), long_message, NULL, NULL, NULL);
}

/* --- mutations ----------------------------------------------------------- */

static const char *const morsels[] = {
	"{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\u0000", "null", "true", "NaN",
	"-Infinity", "-", "+", ".", "e", "E5", "0", "12", "-3", "1.5", "9223372036854775808", "/**/",
	" ", "\n", "\t", "\x01", "\x7f", "\x80", "\xc3", "\xa9", "\xe2\x82\xac", "\xf0\x9f", "\xff",
	"\"data\":[", "\"results\":[{}]", "\"start_time\":1", "\"has_more\":true", "{}", "[]"
};

/* Change something in `text`; what it is cut out of has room. */
static void
mutate(StringInfo text)
{
	StringInfoData rest;
	size_t		at = roll(text->len + 1);
	size_t		beyond = at + roll(8);
	size_t		until = Min(beyond, text->len);

	initStringInfo(&rest);
	switch (roll(6))
	{
		case 0:					/* flip a bit */
			if (at < text->len)
				text->data[at] ^= 1 << roll(8);
			return;
		case 1:					/* any byte */
			if (at < text->len)
				text->data[at] = roll(256);
			return;
		case 2:					/* cut off, seldom */
			if (roll(4) == 0)
				text->len = at;
			return;
		case 3:					/* leave out */
			appendBinaryStringInfo(&rest, text->data + until, text->len - until);
			break;
		case 4:					/* repeat */
			appendBinaryStringInfo(&rest, text->data + at, text->len - at);
			at = until;
			break;
		default:				/* put in */
			appendStringInfoString(&rest, morsels[roll(lengthof(morsels))]);
			appendBinaryStringInfo(&rest, text->data + at, text->len - at);
	}
	text->len = at;
	appendBinaryStringInfo(text, rest.data, rest.len);
}

/* Also everything as JSON, and odd kinds, so that more code is met. */
static const PageField mixture[] = {
	{"*", PAGE_JSON}, {"amount", PAGE_JSON}, {"amount.value", PAGE_SCALAR},
	{"input_tokens", PAGE_NUMBER}, {"model", PAGE_SCALAR}, {"batch", PAGE_BOOLEAN},
	{"input_tokens", PAGE_INTEGER}, {"project_id", PAGE_TEXT}
};

static bool
mutation_holds(Bytes bytes, const PageField *fields, int nfields)
{
	char	   *whole = trace_bytes(fields, nfields, bytes, bytes.length + 1);
	char	   *pieces = trace_bytes(fields, nfields, bytes, roll(4) == 0 ? 1 : 0);

	if (strcmp(whole, pieces) == 0)
		return true;
	for (size_t i = 0; i < bytes.length; i++)
		printf(i % 32 == 0 ? "%s# %02x" : "%s %02x", i > 0 && i % 32 == 0 ? "\n" : "",
			   (unsigned char) bytes.data[i]);
	printf("\n");
	show("whole:    ", whole);
	show("in pieces:", pieces);
	return false;
}

static void
test_mutations(int mutations)
{
	Bytes		originals[lengthof(fixtures)];
	int			held = 0;

	for (int i = 0; i < lengthof(fixtures); i++)
		originals[i] = read_file(fixtures[i], "json");
	for (int i = 0; i < mutations; i++)
	{
		MemoryContext context = shim_context();
		MemoryContext caller = MemoryContextSwitchTo(context);
		Bytes		original = originals[roll(lengthof(fixtures))];
		bool		mixed = roll(2) == 0;
		StringInfoData text;
		PageError	error;

		initStringInfo(&text);
		appendBinaryStringInfo(&text, original.data, original.length);
		for (int changes = 1 + roll(3); changes > 0; changes--)
			mutate(&text);
		held += mutation_holds(make_bytes(text.data, text.len), mixed ? mixture : everything,
							   mixed ? lengthof(mixture) : lengthof(everything));
		page_parse_error(text.data, text.len, SECRET, &error);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	shim_ok(held == mutations, "%d of %d mutations are read alike in any pieces", held, mutations);
}

int
main(int argc, char **argv)
{
	int			mutations = argc > 1 ? atoi(argv[1]) : DEFAULT_MUTATIONS;
	MemoryContext context = shim_context();

	if (argc > 2)
		dice = strtoull(argv[2], NULL, 10);
	printf("# seed %llu\n", (unsigned long long) dice);
	MemoryContextSwitchTo(context);
	test_fixtures();
	test_envelope();
	test_broken_envelope();
	test_broken_bucket();
	test_cut_off();
	test_integers();
	test_huge_integers();
	test_numbers();
	test_other_kinds();
	test_paths();
	test_text();
	test_quotes();
	test_secret();
	test_restart();
	test_abandon();
	test_memory();
	test_errors();
	test_mutations(mutations);
	MemoryContextDelete(context);
	return shim_done();
}
