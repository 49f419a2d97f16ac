/*
 * page_member_test.c
 *	  Members by their paths, and the characters of texts, as TAP.
 */
#include "postgres.h"

#include "page_trace.h"
#include "shim.h"

#define COSTS(result) BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[" result "]}]}")

static void
test_paths(void)
{
	static const PageField fields[] = {
		{"amount.value", FIELD_NUMBER}, {"*", FIELD_JSON}, {"amount.currency", FIELD_TEXT},
		{"amount.value", FIELD_SCALAR}, {"amount", FIELD_JSON}, {"a.b.c", FIELD_INTEGER},
		{"*", FIELD_JSON}
	};
	static const TraceCase cases[] = {
		{"paths, the whole result and fields wanted twice",
			COSTS("{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}"),
			"bucket\nresult amount.value=<0.10> "
			"*=<{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}> "
			"amount.currency=<usd> amount.value=<0.10> "
			"amount=<{\"value\":0.10,\"currency\":\"usd\"}> a.b.c=7 "
			"*=<{\"a\":{\"b\":{\"c\":7}},\"amount\":{\"value\":0.10,\"currency\":\"usd\"}}>\n"
		"end 1 2\npage\n"},
		{"keys that look like paths are not", COSTS("{\"amount.value\":1,\"*\":2,\"\":3}"),
			"bucket\nresult *=<{\"amount.value\":1,\"*\":2,\"\":3}> "
		"*=<{\"amount.value\":1,\"*\":2,\"\":3}>\nend 1 2\npage\n"},
		{"a scalar on the way down a path", COSTS("{\"a\":{\"b\":5}}"),
		"bucket\n<The \"a.b\" of a result is the number 5, not an object.>\n"},
		{"members that change places",
			COSTS("{\"y\":1,\"a\":{\"b\":{\"c\":1}}},{\"a\":{\"b\":{\"c\":2}},\"y\":1},"
				  "{\"x\":0,\"a\":{\"b\":{\"c\":3}}}"),
			"bucket\n"
			"result *=<{\"y\":1,\"a\":{\"b\":{\"c\":1}}}> a.b.c=1 *=<{\"y\":1,\"a\":{\"b\":{\"c\":1}}}>\n"
			"result *=<{\"a\":{\"b\":{\"c\":2}},\"y\":1}> a.b.c=2 *=<{\"a\":{\"b\":{\"c\":2}},\"y\":1}>\n"
			"result *=<{\"x\":0,\"a\":{\"b\":{\"c\":3}}}> a.b.c=3 *=<{\"x\":0,\"a\":{\"b\":{\"c\":3}}}>\n"
		"end 1 2\npage\n"}
	};

	are_traces(FIELDS(fields), cases, lengthof(cases));
	is_trace("null and absent on the way down a path", (Fields) {fields, 1},
			 COSTS("{\"amount\":null},{\"amount\":{}},{},{\"amount\":{\"value\":null}}"),
			 "bucket\nresult\nresult\nresult\nresult\nend 1 2\npage\n");
}

#define BUCKET(text) BYTES("{\"data\":[{\"start_time\":1,\"end_time\":2,\"results\":[{\"x\":\"" text "\"}]}]}")
#define GIVES(text) "bucket\nresult x=<" text ">\nend 1 2\npage\n"
#define AT_56(what) "bucket\n<The answer " what " at byte 56.>\n"

static void
test_text(void)
{
	static const PageField x[] = {{"x", FIELD_TEXT}};
	static const TraceCase cases[] = {
		{"two, three and four bytes", BUCKET("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		GIVES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")},
		{"escaped surrogates", BUCKET("\\ud83d\\ude00"), GIVES("\xf0\x9f\x98\x80")},
		{"lone surrogates", BUCKET("\\ud83da\\ude00\\ud83d\\n\\ud83d\\u0041\\ud83d"),
		GIVES("\xef\xbf\xbd" "a\xef\xbf\xbd\xef\xbf\xbd\n\xef\xbf\xbd" "A\xef\xbf\xbd")},
		{"digits that wait for an end", BUCKET("gpt-5.4-2026-03-05-e\xc3\xa9" "1"),
		GIVES("gpt-5.4-2026-03-05-e\xc3\xa9" "1")},
		{"a byte that begins nothing", BUCKET("\xff"), AT_56("is not valid UTF-8")},
		{"a byte that continues nothing", BUCKET("\x80"), AT_56("is not valid UTF-8")},
		{"an overlong character", BUCKET("\xc0\xaf"), AT_56("is not valid UTF-8")},
		{"a raw surrogate", BUCKET("\xed\xa0\x80"), AT_56("is not valid UTF-8")},
		{"beyond Unicode", BUCKET("\xf4\x90\x80\x80"), AT_56("is not valid UTF-8")},
		{"a character without its end", BUCKET("\xe2\x82"), AT_56("is not valid UTF-8")},
		{"a raw null", BUCKET("\0"), AT_56("has a null character")},
		{"an answer that ends in a character", BYTES("{\"data\":[{\"\xe2\x82"),
		"bucket\n<The answer is not valid UTF-8 at byte 12.>\n"},
		{"a null after the page", BYTES("{\"data\":[]}\0"),
		"<The answer has a null character at byte 12.>\n"}
	};

	are_traces(FIELDS(x), cases, lengthof(cases));
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_paths();
	test_text();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
