/*
 * page_grammar_test.c
 *	  What is JSON: RFC 8259, by its grammar, as TAP.
 *
 * Each text is put where values of all kinds are in an answer, and read in one
 * feed, byte by byte, and cut in two at every offset: what is said is the same.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "page_cut.h"
#include "shim.h"

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
	page_parse_error(&provider_openai.error, text.data, text.len, NULL, &error);
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

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_literals();
	test_numbers();
	test_strings();
	test_brackets();
	test_depth();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
