/*
 * page_limit_test.c
 *	  What is too much, and what the most takes, as TAP.
 */
#include "postgres.h"

#include <malloc.h>
#include <sys/resource.h>

#include "lib/stringinfo.h"

#include "page_cut.h"
#include "shim.h"

#define MOST_TREE_BYTES 20000000	/* for that, says page.h */

/* --- what is too much ---------------------------------------------------- */

/* A string of `bytes`, quotes and all, as that member. */
static char *
sized(const char *before, int bytes, const char *behind)
{
	char	   *filling = palloc0(bytes);

	memset(filling, 'x', bytes - 2);
	return psprintf("%s\"%s\"%s", before, filling, behind);
}

static void
is_bounded(const char *name, const char *path, const char *before, int most_bytes,
		   const char *behind, const char *complaint, bool too_large)
{
	PageField	field = {path, FIELD_JSON};

	for (int excess = 0; excess <= 1; excess++)
		for (size_t cut = 0; cut <= 60000; cut += 20000)
		{
			MemoryContext context = shim_context();
			MemoryContext caller = MemoryContextSwitchTo(context);
			PageReader *reader = page_open(&provider_openai.envelopes[PAGE_OF_BUCKETS], &field, 1, MAX_RESULT_BYTES, NULL);
			char	   *text = sized(before, most_bytes + excess, behind);
			const char *got = read_cut(reader, text, strlen(text), cut);
			bool		held = strcmp(got, excess ? complaint : "") == 0 &&
			page_too_large(reader) == (excess && too_large);

			if (!held)
				printf("# got <%s>\n", got);
			shim_ok(held, "%s with %d bytes, cut at %zu", name, most_bytes + excess, cut);
			MemoryContextSwitchTo(caller);
			MemoryContextDelete(context);
		}
}

static void
test_limits(void)
{
	static const char *const result =
	"A result is larger than the 65536 bytes of \"max_result_bytes\".";

	is_bounded("a wanted member", "x", "{\"data\":[" BUCKET "{\"x\":", MAX_RESULT_BYTES - 2,
			   ",\"y\":\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}]}]}", result, true);
	is_bounded("a whole result", "*", "{\"data\":[" BUCKET "{\"x\":", MAX_RESULT_BYTES - 6,
			   "}]}]}", result, true);
	is_bounded("next_page", "x", "{\"data\":[],\"has_more\":true,\"next_page\":", 8192, "}",
			   "The \"next_page\" of a page is longer than 8192 bytes.", false);
	shim_ok(strcmp(complaint_of("x", "{\"has_more\":[[[],{\"a\":1}]]}", 27),
				   "The \"has_more\" of a page is a list, not a boolean.") == 0, "a list for a scalar");
}

/* --- what it takes ------------------------------------------------------- */

/* Most that is allocated while a megabyte of `morsel` comes, over what was. */
static size_t
growth(PageReader *reader, const char *before, const char *morsel)
{
	size_t		idle;
	size_t		most = 0;
	PageEvent	event;

	page_next(reader);
	event = feed(reader, before, strlen(before));
	idle = mallinfo2().uordblks;
	for (int i = 0; i < 1024 * 1024 && event == PAGE_WANTS_BYTES; i += strlen(morsel))
	{
		event = feed(reader, morsel, strlen(morsel));
		most = Max(most, mallinfo2().uordblks);
	}
	return event == PAGE_WANTS_BYTES ? Max(most, idle) - idle : SIZE_MAX;
}

static void
test_unread(void)
{
	static const struct
	{
		const char *before;
		const char *morsel;
	}			bombs[] = {
		{"[1", ",{},{},{}"}, {"\"", "xxxxxxxxxxxxxxxxxxx"}, {"\"", "\\u1234\\n"},
		{"1", "0123456789"}, {"1.5", "0123456789"}, {"{\"a\":1", ",\"b\":[],\"c\":{\"d\":\"e\"}"},
		{"0", ",\"b\":1"}, {"0,\"", "xxxxxxxxxxxxxxxx"}
	};

	for (int i = 0; i < UNREAD_FRAME_COUNT; i++)
		for (int j = 0; j < lengthof(bombs); j++)
		{
			MemoryContext context = shim_context();
			MemoryContext caller = MemoryContextSwitchTo(context);
			PageField	field = {"x", FIELD_JSON};
			PageReader *reader = page_open(&provider_openai.envelopes[PAGE_OF_BUCKETS], &field, 1, MAX_RESULT_BYTES, NULL);
			size_t		bytes = growth(reader, psprintf("%s%s", frames[i].before, bombs[j].before),
									   bombs[j].morsel);

			shim_ok(bytes <= 1024, "a megabyte of %s %s takes %zd bytes", bombs[j].morsel,
					frames[i].name, (ssize_t) bytes);
			MemoryContextSwitchTo(caller);
			MemoryContextDelete(context);
		}
}

/* Most that this process ever had. */
static size_t
peak_bytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss * (size_t) 1024;
}

/* The most that json-c makes of a result; a sanitizer's malloc takes more. */
static void
is_tree(const char *name, const char *open, const char *morsel, const char *end,
		size_t idle_bytes)
{
	PageField	field = {"x", FIELD_JSON};
	PageReader *reader = page_open(&provider_openai.envelopes[PAGE_OF_BUCKETS], &field, 1, MAX_RESULT_BYTES, NULL);
	StringInfoData text;
	size_t		tree_bytes;
	PageEvent	event;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"data\":[" BUCKET "{\"x\":%s", open);
	while (text.len < MAX_RESULT_BYTES)
		appendStringInfoString(&text, morsel);
	appendStringInfo(&text, "%s}]}]}", end);
	page_feed(reader, text.data, text.len);
	while ((event = page_next(reader)) == PAGE_BUCKET)
		continue;
	tree_bytes = peak_bytes() - idle_bytes;
#ifdef __SANITIZE_ADDRESS__
	tree_bytes = 0;
#endif
	shim_ok(event == PAGE_RESULT && tree_bytes < MOST_TREE_BYTES,
			"64 kB of %s take %.1f MB", name, tree_bytes / 1e6);
}

/* Before all else, and the largest last, as a peak shows only what exceeds it. */
static void
test_tree(void)
{
	size_t		idle_bytes = peak_bytes();

	is_tree("controls", "\"", "\\u0001", "\"", idle_bytes);
	is_tree("numbers", "[0", ",1", "]", idle_bytes);
	is_tree("empty lists", "[0", ",[]", "]", idle_bytes);
	is_tree("objects of one", "[0", ",{\"\":0}", "]", idle_bytes);
	is_tree("empty objects", "[0", ",{}", "]", idle_bytes);
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_tree();
	test_limits();
	test_unread();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
