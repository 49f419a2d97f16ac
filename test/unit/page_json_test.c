/*
 * page_json_test.c
 *	  What is JSON, and what does it cost?  Tests of page, as TAP.
 *
 * Each text is put where values of all kinds are in an answer, and read in one
 * feed, byte by byte, and cut in two at every offset: what is said is the same.
 */
#include "postgres.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "lib/stringinfo.h"

#include "page/page.h"
#include "shim.h"

#define MAX_RESULT_BYTES (64 * 1024)
#define MOST_TREE_BYTES 20000000	/* for that, says page.h */

/* An answer around a value, and the field that reads it, if any does. */
typedef struct Frame
{
	const char *name;
	const char *before;
	const char *behind;
	const char *path;			/* or NULL */
	int			depth;			/* brackets around the value that count */
} Frame;

#define BUCKET "{\"start_time\":1,\"end_time\":2,\"results\":["

static const Frame frames[] = {
	{"of the page", "{\"a\":", ",\"data\":[]}", "x", 0},
	{"of a bucket", "{\"data\":[{\"a\":", ",\"start_time\":1,\"end_time\":2,\"results\":[]}]}", "x", 0},
	{"of a result, unread", "{\"data\":[" BUCKET "{\"a\":", "}]}]}", "x", 1},
	{"of a result, read", "{\"data\":[" BUCKET "{\"x\":", "}]}]}", "x", 1},
	{"within one, read", "{\"data\":[" BUCKET "{\"x\":{\"y\":", "}}]}]}", "x.y", 2},
	{"of a result, read as a whole", "{\"data\":[" BUCKET "{\"x\":", "}]}]}", "*", 1}
};

/* --- reading ------------------------------------------------------------- */

/* Feed bytes in a malloc of their own; returns the last event. */
static PageEvent
feed(PageReader *reader, const char *bytes, size_t length)
{
	char	   *copy = malloc(length);
	PageEvent	event;

	memcpy(copy, bytes, length);
	page_feed(reader, copy, length);
	while ((event = page_next(reader)) == PAGE_BUCKET || event == PAGE_RESULT ||
		   event == PAGE_BUCKET_END)
		continue;
	free(copy);
	return event;
}

/*
 * Read an answer with a cut at `cut`, or at each byte where that is 0.  Returns
 * its complaint, "" where it is a page.
 */
static const char *
read_cut(PageReader *reader, const char *text, size_t length, size_t cut)
{
	PageEvent	event = page_next(reader);
	size_t		done = 0;

	while (event == PAGE_WANTS_BYTES)
	{
		size_t		size = cut == 0 ? Min(1, length - done) :
		done == 0 ? Min(cut, length) : length - done;

		event = feed(reader, text + done, size);
		done += size;
	}
	return event == PAGE_END ? "" : page_complaint(reader);
}

/* The complaint, which is the same however the answer is cut. */
static char *
complaint_of(const char *path, const char *text, size_t length)
{
	PageField	field = {path, PAGE_JSON};
	PageReader *reader = page_open(&field, 1, MAX_RESULT_BYTES, NULL);
	char	   *complaint = pstrdup(read_cut(reader, text, length, length));

	for (size_t cut = 0; cut < length; cut++)
	{
		const char *other;

		page_restart(reader);
		other = read_cut(reader, text, length, cut);
		if (strcmp(other, complaint) != 0)
			return psprintf("<%s> or, cut at %zu, <%s>", complaint, cut, other);
	}
	return complaint;
}

/* Is this said of the value in that frame?  at: of the value's first byte, 1. */
static bool
is_said(const Frame *frame, const char *value, size_t length, const char *why, int at)
{
	StringInfoData text;
	char	   *expected = "";
	char	   *got;

	initStringInfo(&text);
	appendStringInfoString(&text, frame->before);
	appendBinaryStringInfo(&text, value, length);
	appendStringInfoString(&text, frame->behind);
	if (why != NULL && strncmp(why, "The ", 4) == 0)
		expected = psprintf("%s at byte %zu.", why, strlen(frame->before) + at);
	else if (why != NULL)
		expected = psprintf("The answer is not valid JSON at byte %zu: %s.",
							strlen(frame->before) + at, why);
	got = complaint_of(frame->path, text.data, text.len);
	if (strcmp(got, expected) == 0)
		return true;
	printf("# %s: got <%s>, expected <%s>\n", frame->name, got, expected);
	return false;
}

/* A member of an error's body beside its message. */
static bool
is_body(const char *value, size_t length, bool taken)
{
	StringInfoData text;
	PageError	error;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"error\":{\"a\":");
	appendBinaryStringInfo(&text, value, length);
	appendStringInfoString(&text, ",\"message\":\"No.\"}}");
	page_parse_error(text.data, text.len, NULL, &error);
	if ((error.message != NULL) == taken)
		return true;
	printf("# in an error's body: %s\n", error.message ? "taken" : "not taken");
	return false;
}

/* why: NULL where it is JSON. */
static void
check(const char *value, size_t length, const char *why, int at)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	char		shown[120];
	bool		held = true;

	for (int i = 0; i < lengthof(frames); i++)
		held = is_said(&frames[i], value, length, why, at) && held;
	held = is_body(value, length, why == NULL) && held;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	for (int i = 0; i <= length && i < sizeof(shown); i++)
		shown[i] = i == length || i == sizeof(shown) - 1 ? '\0' :
			value[i] < ' ' || value[i] > '~' || value[i] == '#' ? '?' : value[i];
	shim_ok(held, "%s: %s", why ? why : "JSON", shown);
}

#define TAKEN(value) check(value, sizeof(value) - 1, NULL, 0)
#define REFUSED(value, why, at) check(value, sizeof(value) - 1, why, at)

/* --- RFC 8259, by its grammar -------------------------------------------- */

static void
test_literals(void)
{
	static const char *const none = "value expected";
	static const char *const other = "null, true or false expected";

	TAKEN("null");
	TAKEN("true");
	TAKEN("false");
	REFUSED("nul", other, 4);
	REFUSED("nulL", other, 4);
	REFUSED("nulls", "comma or end expected", 5);
	REFUSED("tru e", other, 4);
	REFUSED("falze", other, 4);
	REFUSED("Null", none, 1);
	REFUSED("TRUE", none, 1);
	REFUSED("NaN", none, 1);
	REFUSED("nan", other, 2);
	REFUSED("Infinity", none, 1);
	REFUSED("infinity", none, 1);
	REFUSED("undefined", none, 1);
	REFUSED("a", none, 1);
	REFUSED("'a'", none, 1);
	REFUSED("", none, 1);
	REFUSED("/**/1", none, 1);
	REFUSED("//\n1", none, 1);
	REFUSED("#\n1", none, 1);
	REFUSED("1/**/", "comma or end expected", 2);
	REFUSED("1//\n", "comma or end expected", 2);
	REFUSED("[1,/**/2]", none, 4);
	REFUSED("{/**/\"b\":2}", "object property name expected", 2);
	REFUSED("*", none, 1);
	REFUSED("\\u0031", none, 1);
}

static void
test_numbers(void)
{
	static const char *const digit = "digit expected";
	static const char *const end = "comma or end expected";

	TAKEN("0");
	TAKEN("-0");
	TAKEN("7");
	TAKEN("1234567890");
	TAKEN("-98");
	TAKEN("0.0");
	TAKEN("-0.50");
	TAKEN("10.01");
	TAKEN("0e1");
	TAKEN("0E+01");
	TAKEN("1e-00");
	TAKEN("12.5E+007");
	TAKEN("1e999999");
	TAKEN("0.1234567890123456789012345678901234567890");
	REFUSED("-", digit, 2);
	REFUSED("--1", digit, 2);
	REFUSED("+1", "value expected", 1);
	REFUSED("- 1", digit, 2);
	REFUSED("-NaN", digit, 2);
	REFUSED("-Infinity", digit, 2);
	REFUSED("00", end, 2);
	REFUSED("012", end, 2);
	REFUSED("-01", end, 3);
	REFUSED("0x1F", end, 2);
	REFUSED("1.", digit, 3);
	REFUSED("1.e5", digit, 3);
	REFUSED(".5", "value expected", 1);
	REFUSED("-.5", digit, 2);
	REFUSED("1.5.2", end, 4);
	REFUSED("1e", digit, 3);
	REFUSED("1e+", digit, 4);
	REFUSED("1E-x", digit, 4);
	REFUSED("1e+-1", digit, 4);
	REFUSED("1e5.5", end, 4);
	REFUSED("1e5e5", end, 4);
	REFUSED("1-2", end, 2);
	REFUSED("1+2", end, 2);
	REFUSED("1_000", end, 2);
	REFUSED("1 000", end, 3);
	REFUSED("1f", end, 2);
	REFUSED("0b1", end, 2);
	REFUSED("\xef\xbc\x91", "value expected", 1);	/* a full-width one */
}

static void
test_strings(void)
{
	static const char *const control = "control character in a string";
	static const char *const escape = "escape in a string expected";
	static const char *const hex = "hexadecimal digit expected";

	TAKEN("\"\"");
	TAKEN("\"a\"");
	TAKEN("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
	TAKEN("\"\\u0041\\u00e9\\u20AC\\uabcd\\uEF01\"");
	TAKEN("\"\\u0001\"");
	TAKEN("\"\\ud83d\\ude00\"");
	TAKEN("\"\\ud83d\"");
	TAKEN("\"\\ude00\\ud83d!\"");
	TAKEN("\"/'[]{},:#\x7f\"");
	TAKEN("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	TAKEN("\"\xc2\x80\xe2\x80\xa8\xef\xbf\xbe\xef\xbb\xbf\"");
	REFUSED("\"\x01\"", control, 2);
	REFUSED("\"\x1f\"", control, 2);
	REFUSED("\"a\tb\"", control, 3);
	REFUSED("\"a\nb\"", control, 3);
	REFUSED("\"a\\\nb\"", escape, 4);
	REFUSED("\"\\a\"", escape, 3);
	REFUSED("\"\\'\"", escape, 3);
	REFUSED("\"\\0\"", escape, 3);
	REFUSED("\"\\x41\"", escape, 3);
	REFUSED("\"\\U0041\"", escape, 3);
	REFUSED("\"\\ \"", escape, 3);
	REFUSED("\"\\\xc3\xa9\"", escape, 3);
	REFUSED("\"\\u\"", hex, 4);
	REFUSED("\"\\u004\"", hex, 7);
	REFUSED("\"\\u00g1\"", hex, 6);
	REFUSED("\"\\u00:1\"", hex, 6);
	REFUSED("\"\\u00@1\"", hex, 6);
	REFUSED("\"\\u-041\"", hex, 4);
	REFUSED("\"\\u{41}\"", hex, 4);
	REFUSED("\"\\ud83d\\u\"", hex, 10);
	REFUSED("\"a\"b", "comma or end expected", 4);
	REFUSED("\"a\" \"b\"", "comma or end expected", 5);
	REFUSED("\"a\0b\"", "The answer has a null character", 3);
	REFUSED("\"\xff\"", "The answer is not valid UTF-8", 2);
	REFUSED("\"\xc3(\"", "The answer is not valid UTF-8", 2);
	REFUSED("\"\xe2\x82\"", "The answer is not valid UTF-8", 2);
	REFUSED("\"\xed\xa0\x80\"", "The answer is not valid UTF-8", 2);
	REFUSED("\"\xf8\x88\x80\x80\x80\"", "The answer is not valid UTF-8", 2);
	REFUSED("\xef\xbb\xbf" "1", "value expected", 1);	/* a byte order mark */
}

static void
test_brackets(void)
{
	static const char *const end = "comma or end expected";
	static const char *const name = "object property name expected";

	TAKEN("[]");
	TAKEN("{}");
	TAKEN(" [ ] ");
	TAKEN("\t{\r\n} ");
	TAKEN("[1,\"a\",null,[],{}]");
	TAKEN("[ 1 , 2.5 , true ]");
	TAKEN("[[[[1]],2]]");
	TAKEN("{\"a\":1}");
	TAKEN("{ \"a\" : 1 , \"\" : { \"b\" : [ ] } }");
	TAKEN("{\"a\":1,\"a\":2}");
	TAKEN("{\"a\\\"b\\u0041\":1}");
	REFUSED("[1,", "value expected", 4);
	REFUSED("[1,]", "value expected", 4);
	REFUSED("[,1]", "value expected", 2);
	REFUSED("[,]", "value expected", 2);
	REFUSED("[1,,2]", "value expected", 4);
	REFUSED("[1 2]", end, 4);
	REFUSED("[1:2]", end, 3);
	REFUSED("[1;2]", end, 3);
	REFUSED("[1}", end, 3);
	REFUSED("[}", "value expected", 2);
	REFUSED("[\"a\":1]", end, 5);
	REFUSED("[1]]", end, 4);
	REFUSED("[\f1]", "value expected", 2);
	REFUSED("[\v1]", "value expected", 2);
	REFUSED("[1\xc2\xa0]", end, 3);
	REFUSED("[\xe2\x80\x83" "1]", "value expected", 2);
	REFUSED("{]", name, 2);
	REFUSED("{,}", name, 2);
	REFUSED("{1:2}", name, 2);
	REFUSED("{a:2}", name, 2);
	REFUSED("{'a':2}", name, 2);
	REFUSED("{null:2}", name, 2);
	REFUSED("{[]:2}", name, 2);
	REFUSED("{\"a\"}", "colon expected", 5);
	REFUSED("{\"a\" 1}", "colon expected", 6);
	REFUSED("{\"a\",1}", "colon expected", 5);
	REFUSED("{\"a\"=1}", "colon expected", 5);
	REFUSED("{\"a\"::1}", "value expected", 6);
	REFUSED("{\"a\":}", "value expected", 6);
	REFUSED("{\"a\":1,}", name, 8);
	REFUSED("{\"a\":1,,\"b\":2}", name, 8);
	REFUSED("{\"a\":1 \"b\":2}", end, 8);
	REFUSED("{\"a\":1]", end, 7);
	REFUSED("{\"a\":1,\"b\"}", "colon expected", 11);
	REFUSED("{\"a\nb\":1}", "control character in a string", 4);
	REFUSED("{\"a\\x\":1}", "escape in a string expected", 5);
	REFUSED("{\"a\":{\"b\":[{\"c\":]}]}}", "value expected", 17);
}

/* Lists and objects in turn, so many within each other. */
static void
nest(StringInfo text, int depth)
{
	for (int i = 0; i < depth; i++)
		appendStringInfoString(text, i % 2 ? "{\"a\":" : "[");
	appendStringInfoChar(text, '1');
	for (int i = depth; i-- > 0;)
		appendStringInfoChar(text, i % 2 ? '}' : ']');
}

/* A result's own brackets count, as do those within. */
static void
test_depth(void)
{
	for (int i = 0; i < lengthof(frames); i++)
	{
		StringInfoData deepest;
		StringInfoData deeper;
		int			most = 32 - frames[i].depth;
		int			at;

		initStringInfo(&deepest);
		initStringInfo(&deeper);
		nest(&deepest, most);
		nest(&deeper, most + 1);
		at = strspn(deeper.data, "[{\"a:") - (most % 2 ? 4 : 0);
		shim_ok(is_said(&frames[i], deepest.data, deepest.len, NULL, 0),
				"32 brackets within each other, %s", frames[i].name);
		shim_ok(is_said(&frames[i], deeper.data, deeper.len, "brackets nested too deeply", at),
				"33 brackets within each other, %s", frames[i].name);
	}
}

/* --- names --------------------------------------------------------------- */

static void
is_integer(const char *name, const char *result, int64 expected, const char *complaint)
{
	PageField	field = {"input_tokens", PAGE_INTEGER};
	char	   *text = psprintf("{\"data\":[" BUCKET "%s]}]}", result);
	size_t		length = strlen(text);
	bool		held = true;

	for (size_t cut = 1; cut <= length && held; cut++)
	{
		PageReader *reader = page_open(&field, 1, MAX_RESULT_BYTES, NULL);
		int64		got = -1;
		PageEvent	event;
		size_t		done = 0;

		while ((event = page_next(reader)) != PAGE_END && event != PAGE_BROKEN)
		{
			if (event == PAGE_RESULT && !page_values(reader)->isnull)
				got = page_values(reader)->integer;
			if (event != PAGE_WANTS_BYTES)
				continue;
			page_feed(reader, text + done, done == 0 ? cut : length - done);
			done = done == 0 ? cut : length;
		}
		held = complaint == NULL ? event == PAGE_END && got == expected :
			event == PAGE_BROKEN && strcmp(page_complaint(reader), complaint) == 0;
		if (!held)
			printf("# cut at %zu: got " INT64_FORMAT " %s\n", cut, got, page_complaint(reader));
	}
	shim_ok(held, "%s", name);
}

static void
test_names(void)
{
	char	   *long_name = palloc0(100001);

	memset(long_name, 'x', 100000);
	is_integer("a name", "{\"input_tokens\":7}", 7, NULL);
	is_integer("a name with escapes", "{\"input\\u005ftok\\u0065ns\":7}", 7, NULL);
	is_integer("a name of escapes",
			   "{\"\\u0069\\u006e\\u0070\\u0075\\u0074\\u005f\\u0074\\u006f\\u006b\\u0065\\u006e\\u0073\":7}",
			   7, NULL);
	is_integer("a name with a null behind", "{\"input_tokens\\u0000x\":7}", -1, NULL);
	is_integer("a name with a null before", "{\"\\u0000input_tokens\":7}", -1, NULL);
	is_integer("both, one way", "{\"input_tokens\":7,\"input_tokens\\u0000x\":8}", 7, NULL);
	is_integer("both, the other way", "{\"input_tokens\\u0000\":8,\"input_tokens\":7}", 7, NULL);
	is_integer("longer and shorter names",
			   "{\"input_tokens_\":1,\"input_token\":2,\"\":3,\"Input_tokens\":4}", -1, NULL);
	is_integer("the last one counts", "{\"input_tokens\":7,\"y\":1,\"input_tokens\":8}", 8, NULL);
	is_integer("also after one that does not fit",
			   "{\"input_tokens\":\"a\",\"input\\u005ftokens\":8}", 8, NULL);
	is_integer("null may be the last one", "{\"input_tokens\":7,\"input_tokens\":null}", -1, NULL);
	is_integer("one that does not fit may be", "{\"input_tokens\":7,\"input_tokens\":\"a\"}", 0,
			   "The \"input_tokens\" of a result is the string \"a\", not an integer.");
	is_integer("a null in an unread member's names", "{\"a\":{\"b\\u0000\":1},\"input_tokens\":7}", 7, NULL);
	is_integer("a null in a read member's names", "{\"input_tokens\":{\"b\\u0000\":1}}", 0,
			   "The name of a member within a result contains a null character.");
	is_integer("no null in them", "{\"input_tokens\":7,\"a\":{\"\\u00000\\u0010\":1}}", 7, NULL);
	shim_ok(strcmp(complaint_of("*", "{\"data\":[{\"results\":[{\"a\\u0000\":1}]}]}", 39),
				   "The name of a member within a result contains a null character.") == 0,
			"a null in a name of a whole result");
	shim_ok(strcmp(complaint_of("*", "{\"data\\u0000\":[],\"data\":[],\"data\\u0000\":[]}", 43), "") == 0,
			"a null in a name of the page");
	for (int i = 0; i < 3000; i++)
		long_name[i] = "\\u0069"[i % 6];
	is_integer("a long name of escapes", psprintf("{\"%.3000s\":1,\"input_tokens\":7}", long_name), 7, NULL);
	memset(long_name, 'x', 3000);
	is_integer("a long name", psprintf("{\"%.3000s\":1,\"input_tokens\":7}", long_name), 7, NULL);
}

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
	PageField	field = {path, PAGE_JSON};

	for (int excess = 0; excess <= 1; excess++)
		for (size_t cut = 0; cut <= 60000; cut += 20000)
		{
			MemoryContext context = shim_context();
			MemoryContext caller = MemoryContextSwitchTo(context);
			PageReader *reader = page_open(&field, 1, MAX_RESULT_BYTES, NULL);
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

	for (int i = 0; i < lengthof(frames) - 3; i++)
		for (int j = 0; j < lengthof(bombs); j++)
		{
			MemoryContext context = shim_context();
			MemoryContext caller = MemoryContextSwitchTo(context);
			PageField	field = {"x", PAGE_JSON};
			PageReader *reader = page_open(&field, 1, MAX_RESULT_BYTES, NULL);
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
	PageField	field = {"x", PAGE_JSON};
	PageReader *reader = page_open(&field, 1, MAX_RESULT_BYTES, NULL);
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
	test_literals();
	test_numbers();
	test_strings();
	test_brackets();
	test_depth();
	test_names();
	test_limits();
	test_unread();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
