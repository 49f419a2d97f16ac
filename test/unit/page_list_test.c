/*
 * page_list_test.c
 *	  Pages without buckets, and answers that are one result, as TAP.
 */
#include "postgres.h"

#include "page_trace.h"
#include "shim.h"

static const PageField members[] = {{"id", FIELD_TEXT}, {"owner.user.id", FIELD_TEXT}, {"x", FIELD_INTEGER}};
static const PageField whole[] = {{"*", FIELD_JSON}, {"x", FIELD_INTEGER}};

static void
test_lists(void)
{
	static const TraceCase cases[] = {
		{"empty list", BYTES("{\"object\":\"list\",\"data\":[]}"), "page\n"},
		{"a list and its cursor",
			BYTES("{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"x\":1},{\"id\":\"b\"}],"
				  "\"first_id\":\"a\",\"last_id\":\"b\",\"has_more\":true}"),
		"result id=<a> x=1\nresult id=<b>\npage more<b>\n"},
		{"the cursor first",
			BYTES("{\"last_id\":\"b\",\"has_more\":false,\"data\":[{\"owner\":{\"user\":{\"id\":\"u\"}}}]}"),
		"result owner.user.id=<u>\npage<b>\n"},
		{"no owner", BYTES("{\"data\":[{\"owner\":{\"user\":null}},{\"owner\":null},{}]}"),
		"result\nresult\nresult\npage\n"},
		{"no objects and no cursor",
			BYTES("{\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}"),
		"page\n"},
		{"members of buckets are nothing here",
			BYTES("{\"next_page\":1,\"results\":3,\"start_time\":[],\"data\":[{\"results\":[],\"x\":5}]}"),
		"result x=5\npage\n"},
		{"data in an object", BYTES("{\"data\":[{\"data\":[{\"x\":1}],\"x\":2}]}"), "result x=2\npage\n"},
		{"more without a cursor", BYTES("{\"data\":[],\"has_more\":true,\"last_id\":\"\"}"), "page more\n"},
		{"no object", BYTES("{\"data\":[{\"x\":1},2]}"), "result x=1\n<A result is not an object.>\n"},
		{"no list", BYTES("{\"data\":{}}"), "<The \"data\" of a page is not a list.>\n"},
		{"no data", BYTES("{\"object\":\"list\"}"), "<The page has no \"data\".>\n"},
		{"two lists", BYTES("{\"data\":[],\"data\":[]}"), "<A page has more than one \"data\".>\n"},
		{"a cursor without has_more", BYTES("{\"data\":[],\"last_id\":\"a\"}"),
		"<The page has a \"last_id\" but no \"has_more\".>\n"},
		{"a cursor that is a number", BYTES("{\"data\":[],\"last_id\":7}"),
		"<The \"last_id\" of a page is the number 7, not a string.>\n"},
		{"a value that does not fit", BYTES("{\"data\":[{\"x\":\"a\"}]}"),
		"<The \"x\" of a result is the string \"a\", not an integer.>\n"},
		{"cut off in an object", BYTES("{\"data\":[{\"x\":1"), "<The answer ends in the middle of a result.>\n"},
		{"cut off in the list", BYTES("{\"data\":[{\"x\":1},"),
		"result x=1\n<The answer ends in the middle of a list of results.>\n"},
		{"something behind it", BYTES("{\"data\":[]}]"),
		"<The answer is not valid JSON at byte 12: nothing expected after the page.>\n"}
	};

	trace_shape = PAGE_OF_RESULTS;
	are_traces(FIELDS(members), cases, lengthof(cases));
	is_trace("whole objects", FIELDS(whole), BYTES("{\"data\":[{\"x\":1,\"y\":[2]},{}]}"),
			 "result *=<{\"x\":1,\"y\":[2]}> x=1\nresult *=<{}>\npage\n");
}

static void
test_objects(void)
{
	static const TraceCase cases[] = {
		{"one result", BYTES(" {\"id\":\"a\", \"x\" : 5 , \"y\":[{}]} \n"), "result id=<a> x=5\npage\n"},
		{"an empty one", BYTES("{}"), "result\npage\n"},
		{"members of pages are nothing here",
			BYTES("{\"data\":3,\"has_more\":\"x\",\"last_id\":1,\"x\":2,\"has_more\":1}"),
		"result x=2\npage\n"},
		{"objects in it", BYTES("{\"owner\":{\"user\":{\"id\":\"u\",\"x\":1}}}"),
		"result owner.user.id=<u>\npage\n"},
		{"nothing", BYTES(""), "<The answer is empty.>\n"},
		{"a list", BYTES("[{\"x\":1}]"), "<The answer is not a JSON object.>\n"},
		{"cut off", BYTES("{\"x\":1,"), "<The answer ends in the middle of a result.>\n"},
		{"a value that does not fit", BYTES("{\"x\":{}}"),
		"<The \"x\" of a result is an object, not an integer.>\n"},
		{"something behind it", BYTES("{\"x\":1}{"),
		"result x=1\n<The answer is not valid JSON at byte 8: nothing expected after the page.>\n"}
	};

	trace_shape = PAGE_IS_RESULT;
	are_traces(FIELDS(members), cases, lengthof(cases));
	is_trace("the whole of it", FIELDS(whole), BYTES(" {\"x\":1,\"y\":[2]} "),
			 "result *=<{\"x\":1,\"y\":[2]}> x=1\npage\n");
	is_trace("the whole of it, cut off", FIELDS(whole), BYTES("{\"x\":1,\"y\":[2]"),
			 "<The answer ends in the middle of a result.>\n");
	is_trace("no object, wanted as a whole", FIELDS(whole), BYTES("7"),
			 "<The answer is not a JSON object.>\n");
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_lists();
	test_objects();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
