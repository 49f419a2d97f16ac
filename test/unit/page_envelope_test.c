/*
 * page_envelope_test.c
 *	  The page, its buckets and its end, as TAP.
 */
#include "postgres.h"

#include "page_trace.h"
#include "shim.h"

static const PageField x[] = {{"x", FIELD_INTEGER}};

static void
test_fixtures(void)
{
	for (int i = 0; i < lengthof(fixtures); i++)
		is_trace(psprintf("page of %s", fixtures[i]), everything,
				 read_file(fixtures[i], "json"), read_file(fixtures[i], "events").data);
}

static void
test_envelope(void)
{
	static const TraceCase cases[] = {
		{"empty page", BYTES("{\"data\":[]}"), "page\n"},
		{"empty page with white space",
			BYTES(" \r\n\t{ \"data\" : [ ] , \"has_more\" : false , \"next_page\" : null } \n"),
		"page\n"},
		{"empty bucket",
			BYTES("{\"data\":[{\"results\":[],\"start_time\":-5,\"end_time\":0}],\"has_more\":false}"),
		"bucket\nend -5 0\npage\n"},
		{"the older name of the list",
			BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"result\":[{\"x\":3},{\"x\":4}]}]}"),
		"bucket\nresult x=3\nresult x=4\nend 1 2\npage\n"},
		{"times after results, cursor before data",
			BYTES("{\"next_page\":\"p+/=\",\"has_more\":true,\"data\":[{\"results\":[{\"x\":3}],"
				  "\"end_time\":2,\"start_time\":1},{\"start_time\":2,\"results\":[],\"end_time\":3}]}"),
		"bucket\nresult x=3\nend 1 2\nbucket\nend 2 3\npage more<p+/=>\n"},
		{"unknown members at every level",
			BYTES("{\"a\":{\"data\":[{}]},\"b\":[[1.5e3,\"}]\\\"\"],null],\"data\":["
				  "{\"c\":true,\"results\":[{\"y\":{\"x\":1},\"x\":3,\"z\":[9]}],\"results_\":[{\"x\":1}],"
				  "\"start_time\":1,\"end_time\":2,\"d\":-0.1}],\"e\":\"\\ud83d\\ude00\"}"),
		"bucket\nresult x=3\nend 1 2\npage\n"},
		{"more without a cursor is the caller's business",
		BYTES("{\"data\":[],\"has_more\":true,\"next_page\":null}"), "page more\n"},
		{"a cursor at the end is told",
		BYTES("{\"data\":[],\"has_more\":false,\"next_page\":\"p\"}"), "page<p>\n"},
		{"an empty cursor is none", BYTES("{\"data\":[],\"has_more\":true,\"next_page\":\"\"}"),
		"page more\n"},
		{"null has_more and no cursor", BYTES("{\"data\":[],\"has_more\":null}"), "page\n"}
	};

	are_traces(FIELDS(x), cases, lengthof(cases));
	is_trace("results of which nothing is wanted", (Fields) {x, 0},
			 BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[{\"x\":3},{}]}]}"),
			 "bucket\nresult\nresult\nend 1 2\npage\n");
}

static void
test_broken_envelope(void)
{
	static const BrokenCase cases[] = {
		{BYTES(""), "", "The answer is empty."},
		{BYTES(" \n"), "", "The answer is empty."},
		{BYTES("<html>"), "", "The answer is not a JSON object."},
		{BYTES("[]"), "", "The answer is not a JSON object."},
		{BYTES("null"), "", "The answer is not a JSON object."},
		{BYTES("\"data\""), "", "The answer is not a JSON object."},
		{BYTES("{}"), "", "The page has no \"data\"."},
		{BYTES("{\"error\":{\"message\":\"no\"}}"), "", "The page has no \"data\"."},
		{BYTES("{\"data\":null}"), "", "The \"data\" of a page is not a list."},
		{BYTES("{\"data\":{}}"), "", "The \"data\" of a page is not a list."},
		{BYTES("{\"data\":[],\"data\":[]}"), "", "A page has more than one \"data\"."},
		{BYTES("{\"data\":[],\"has_more\":false,\"has_more\":true}"), "",
		"A page has more than one \"has_more\"."},
		{BYTES("{\"data\":[],\"has_more\":\"true\"}"), "",
		"The \"has_more\" of a page is the string \"true\", not a boolean."},
		{BYTES("{\"data\":[],\"has_more\":1}"), "",
		"The \"has_more\" of a page is the number 1, not a boolean."},
		{BYTES("{\"data\":[],\"next_page\":\"p\"}"), "",
		"The page has a \"next_page\" but no \"has_more\"."},
		{BYTES("{\"data\":[],\"next_page\":\"p\",\"has_more\":null}"), "",
		"The page has a \"next_page\" but no \"has_more\"."},
		{BYTES("{\"data\":[],\"next_page\":false}"), "",
		"The \"next_page\" of a page is false, not a string."},
		{BYTES("{\"data\":[],\"next_page\":[1]}"), "",
		"The \"next_page\" of a page is a list, not a string."},
		{BYTES("{\"data\":[],\"next_page\":\"p\\u0000q\"}"), "",
		"The \"next_page\" of a page contains a null character."},
		{BYTES("{\"data\":[]}{"), "",
		"The answer is not valid JSON at byte 12: nothing expected after the page."},
		{BYTES("{\"data\":[]} 12"), "",
		"The answer is not valid JSON at byte 13: nothing expected after the page."},
		{BYTES("{\"data\":[],}"), "",
		"The answer is not valid JSON at byte 12: object property name expected."},
		{BYTES("{\"data\" []}"), "", "The answer is not valid JSON at byte 9: colon expected."},
		{BYTES("{\"data\":[] \"a\":1}"), "",
		"The answer is not valid JSON at byte 12: comma or end expected."},
		{BYTES("{\"data\":[]]"), "",
		"The answer is not valid JSON at byte 11: comma or end expected."}
	};

	are_broken(cases, lengthof(cases));
}

static void
test_broken_bucket(void)
{
	static const BrokenCase cases[] = {
		{BYTES("{\"data\":[null]}"), "", "A bucket is not an object."},
		{BYTES("{\"data\":[{}]}"), "bucket\n", "A bucket has no \"start_time\"."},
		{BYTES("{\"data\":[{\"start_time\":1,\"results\":[]}]}"), "bucket\n",
		"A bucket has no \"end_time\"."},
		{BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2}]}"), "bucket\n",
		"A bucket has no \"results\"."},
		{BYTES("{\"data\":[{\"results\":null}]}"), "bucket\n",
		"The \"results\" of a bucket is not a list."},
		{BYTES("{\"data\":[{\"results\":[],\"result\":[]}]}"), "bucket\n",
		"A bucket has more than one \"results\"."},
		{BYTES("{\"data\":[{\"start_time\":1.0}]}"), "bucket\n",
		"The \"start_time\" of a bucket is the number 1.0, not an integer."},
		{BYTES("{\"data\":[{\"start_time\":null}]}"), "bucket\n",
		"The \"start_time\" of a bucket is null, not an integer."},
		{BYTES("{\"data\":[{\"end_time\":\"2026-01-01\"}]}"), "bucket\n",
		"The \"end_time\" of a bucket is the string \"2026-01-01\", not an integer."},
		{BYTES("{\"data\":[{\"end_time\":9223372036854775808}]}"), "bucket\n",
		"The \"end_time\" of a bucket is an integer out of range."},
		{BYTES("{\"data\":[{\"end_time\":1,\"end_time\":1}]}"), "bucket\n",
		"A bucket has more than one \"end_time\"."},
		{BYTES("{\"data\":[{\"results\":[[]]}]}"), "bucket\n", "A result is not an object."},
		{BYTES("{\"data\":[{\"results\":[{},null]}]}"), "bucket\nresult\n",
		"A result is not an object."},
		{BYTES("{\"data\":[{\"results\":[{},]}]}"), "bucket\nresult\n", "A result is not an object."},
		{BYTES("{\"data\":[{\"start_time\":1-2}]}"), "bucket\n",
		"The answer is not valid JSON at byte 25: comma or end expected."},
		{BYTES("{\"data\":[{\"a\":-}]}"), "bucket\n",
		"The answer is not valid JSON at byte 16: digit expected."}
	};

	are_broken(cases, lengthof(cases));
}

static void
test_cut_off(void)
{
	static const BrokenCase cases[] = {
		{BYTES("{"), "", "The answer ends in the middle of a page."},
		{BYTES("{\"da"), "", "The answer ends in the middle of a page."},
		{BYTES("{\"data\":[],\"a\":12"), "", "The answer ends in the middle of a page."},
		{BYTES("{\"data\":["), "", "The answer ends in the middle of a list of buckets."},
		{BYTES("{\"data\":[{\"start_time\":12"), "bucket\n",
		"The answer ends in the middle of a bucket."},
		{BYTES("{\"data\":[{\"results\":["), "bucket\n",
		"The answer ends in the middle of a list of results."},
		{BYTES("{\"data\":[{\"results\":[{},{\"x\":\"\xc3\xa9"), "bucket\nresult\n",
		"The answer ends in the middle of a result."}
	};

	are_broken(cases, lengthof(cases));
}

/* Another API's names: a reader goes by those that it was given. */
static void
test_other_names(void)
{
	static const char *const data[] = {"items", NULL};
	static const char *const has_more[] = {"more", NULL};
	static const char *const cursor[] = {"after", NULL};
	static const char *const start[] = {"starting_at", NULL};
	static const char *const end[] = {"ending_at", NULL};
	static const char *const results[] = {"rows", "entries", NULL};
	static const PageEnvelope envelope = {
		PAGE_OF_BUCKETS, data, has_more, cursor, start, end, results
	};
	static const PageField field = {"n", FIELD_INTEGER};
	Fields		fields = {&field, 1};
	PageReader *reader = page_open(&envelope, fields.fields, fields.count, MAX_RESULT_BYTES, NULL);

	char	   *trace;

	trace = trace_with(reader, fields,
					   BYTES("{\"items\":[{\"starting_at\":1,\"ending_at\":2,\"rows\":[{\"n\":3}]},"
							 "{\"starting_at\":2,\"ending_at\":3,\"entries\":[]}],"
							 "\"data\":[1],\"more\":true,\"after\":\"p\"}"), 1000);
	shim_ok(strcmp(trace, "bucket\nresult n=3\nend 1 2\nbucket\nend 2 3\npage more<p>\n") == 0,
			"names of another API");
	page_restart(reader);
	trace = trace_with(reader, fields, BYTES("{\"data\":[],\"has_more\":false}"), 1000);
	shim_ok(strstr(trace, "The page has no \"items\".") != NULL, "OpenAI's are none of its own");
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_fixtures();
	test_envelope();
	test_broken_envelope();
	test_broken_bucket();
	test_cut_off();
	test_other_names();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
