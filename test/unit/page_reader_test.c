/*
 * page_reader_test.c
 *	  A reader used again, abandoned, and what it keeps, as TAP.
 */
#include "postgres.h"

#include <malloc.h>

#include "lib/stringinfo.h"

#include "page_trace.h"
#include "shim.h"

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
	PageReader *reader = open_reader(everything);
	StringInfoData all;

	initStringInfo(&all);
	for (int i = 0; i < lengthof(pages); i++)
	{
		appendStringInfoString(&all, trace_with(reader, everything, pages[i], 5));
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
	PageReader *reader = open_reader(everything);
	int			events = 0;

	page_feed(reader, page, strlen(page));
	while (page_next(reader) != PAGE_RESULT)
		events++;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	shim_ok(events == 1, "a reader abandoned at a result");

	context = shim_context();
	MemoryContextSwitchTo(context);
	reader = open_reader(everything);
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
	PageReader *reader = open_reader(everything);
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

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_restart();
	test_abandon();
	test_memory();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
