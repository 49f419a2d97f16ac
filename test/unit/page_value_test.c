/*
 * page_value_test.c
 *	  Values of each kind, and what is said of those that do not fit, as TAP.
 */
#include "postgres.h"

#include "page_trace.h"
#include "shim.h"

static void
test_integers(void)
{
	static const ValueCase cases[] = {
		{FIELD_INTEGER, "null"},
		{FIELD_INTEGER, "0", "0"},
		{FIELD_INTEGER, "-0", "0"},
		{FIELD_INTEGER, "-17", "-17"},
		{FIELD_INTEGER, "9223372036854775807", "9223372036854775807"},
		{FIELD_INTEGER, "9223372036854775808", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "18446744073709551614", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "18446744073709551615", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "-9223372036854775807", "-9223372036854775807"},
		{FIELD_INTEGER, "-9223372036854775808", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "true", NULL, "is true, not an integer"},
		{FIELD_INTEGER, "{\"a\":1}", NULL, "is an object, not an integer"},
		{FIELD_INTEGER, "[]", NULL, "is a list, not an integer"}
	};

	are_values(cases, lengthof(cases));
}

/* Integers in other forms: what they are is told by their digits alone. */
static void
test_written_integers(void)
{
	static const ValueCase cases[] = {
		{FIELD_INTEGER, "5.0", "5"},
		{FIELD_INTEGER, "1e3", "1000"},
		{FIELD_INTEGER, "1.23E+2", "123"},
		{FIELD_INTEGER, "-1230000e-4", "-123"},
		{FIELD_INTEGER, "0.00", "0"},
		{FIELD_INTEGER, "-0.0", "0"},
		{FIELD_INTEGER, "0e99999999999999999999", "0"},
		{FIELD_INTEGER, "0.0e-99999999999999999999", "0"},
		{FIELD_INTEGER, "10000000000000000000000000000000000000000e-38", "100"},
		{FIELD_INTEGER, "0.0000000000000000000000000000000000000123e40", "123"},
		{FIELD_INTEGER, "102.0300e2", "10203"},
		/* a double would round these */
		{FIELD_INTEGER, "9007199254740993.0", "9007199254740993"},
		{FIELD_INTEGER, "9223372036854775807.000", "9223372036854775807"},
		{FIELD_INTEGER, "922337203685477580.7e1", "9223372036854775807"},
		{FIELD_INTEGER, "-9.223372036854775807e18", "-9223372036854775807"},
		{FIELD_INTEGER, "9.223372036854775808e18", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "-9223372036854775808.0", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "1e19", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "1e99999999999999999999", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "9007199254740993.0000000000000000000000000001", NULL,
		"is the number 9007199254740993.0000000000000000000000000001, not an integer"},
		{FIELD_INTEGER, "1.5", NULL, "is the number 1.5, not an integer"},
		{FIELD_INTEGER, "5e-1", NULL, "is the number 5e-1, not an integer"},
		{FIELD_INTEGER, "1e-99999999999999999999", NULL,
		"is the number 1e-99999999999999999999, not an integer"},
		{FIELD_INTEGER, "\"5\"", "5"},
		{FIELD_INTEGER, "\"-17\"", "-17"},
		{FIELD_INTEGER, "\"1.23e2\"", "123"},
		{FIELD_INTEGER, "\"0E-6176\"", "0"},
		{FIELD_INTEGER, "\"9223372036854775807\"", "9223372036854775807"},
		{FIELD_INTEGER, "\"-9223372036854775807\"", "-9223372036854775807"},
		{FIELD_INTEGER, "\"9223372036854775808\"", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "\"-9223372036854775808\"", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "\"18446744073709551617\"", NULL, "is an integer out of range"},
		{FIELD_INTEGER, "\"12\\u0000\"", NULL, "is the string \"12 \", not an integer"},
		{FIELD_INTEGER, "\"1.5\"", NULL, "is the string \"1.5\", not an integer"}
	};
	static const char *const texts[] = {"", "-", "+5", " 12", "12 ", "12x", "0x10", "1_000", "1,5",
		".5", "5.", "5.e1", "1e", "1e+", "1e1.0", "--5", "NaN", "Infinity", "true", "1.2.3"
	};

	are_values(cases, lengthof(cases));
	for (int i = 0; i < lengthof(texts); i++)
	{
		ValueCase	text = {FIELD_INTEGER, psprintf("\"%s\"", texts[i]), NULL,
		psprintf("is the string \"%s\", not an integer", texts[i])};

		are_values(&text, 1);
	}
}

/* When is another kind of field the remedy? */
static void
test_numeric_field(void)
{
	static const struct
	{
		const char *literal;
		int			field;
	}			cases[] = {
		{"1.5", 1}, {"\"1.5\"", 1}, {"1e30", 1}, {"\"9223372036854775808\"", 1},
		{"9223372036854775808", 1},
		{"\"many\"", -1}, {"\"\"", -1}, {"true", -1}, {"[]", -1}, {"{", -1},
		/* FIELD_NUMBER refuses it too */
		{"18446744073709551615", -1}
	};
	static const PageField fields[] = {{"other", FIELD_TEXT}, {"x", FIELD_INTEGER}};

	for (int i = 0; i < lengthof(cases); i++)
	{
		PageReader *reader = open_reader((Fields) {fields, lengthof(fields)});
		char	   *page = psprintf("{\"data\":[{\"results\":[{\"x\":%s}],", cases[i].literal);

		page_feed(reader, page, strlen(page));
		while (page_next(reader) == PAGE_BUCKET)
			continue;
		shim_ok(page_next(reader) == PAGE_BROKEN && page_numeric_field(reader) == cases[i].field,
				"%s: the field that could be a number", cases[i].literal);
		page_restart(reader);
		shim_ok(page_numeric_field(reader) == -1, "%s: forgotten", cases[i].literal);
	}
}

/* json-c's versions take these for a limit, or refuse them at once. */
static void
test_huge_integers(void)
{
	static const char *const huge[] = {"18446744073709551616", "-9223372036854775809",
	"123456789012345678901234567890"};
	static const FieldKind kinds[] = {FIELD_INTEGER, FIELD_NUMBER, FIELD_SCALAR, FIELD_JSON};

	for (int i = 0; i < lengthof(huge); i++)
		for (int kind = 0; kind < lengthof(kinds); kind++)
		{
			PageField	field = {"x", kinds[kind]};
			char	   *page = psprintf("{\"data\":[{\"results\":[{\"x\":%s", huge[i]);
			char	   *trace;

			page = psprintf("%s}],\"start_time\":1,\"end_time\":2}]}", page);
			trace = trace_page((Fields) {&field, 1}, (Bytes) {page, strlen(page)}, 1);
			shim_ok(strstr(trace, "out of range.") || strstr(trace, "not valid JSON"),
					"%s as kind %d is broken", huge[i], kinds[kind]);
		}
}

static void
test_numbers(void)
{
	static const ValueCase cases[] = {
		{FIELD_NUMBER, "null"},
		{FIELD_NUMBER, "0.003627500000000000000000000000000000",
		"<0.003627500000000000000000000000000000>"},
		{FIELD_NUMBER, "12345678901234567890.12345678901234567890",
		"<12345678901234567890.12345678901234567890>"},
		{FIELD_NUMBER, "1E-10", "<1E-10>"},
		{FIELD_NUMBER, "-0.0", "<-0.0>"},
		{FIELD_NUMBER, "1e+400", "<1e+400>"},
		{FIELD_NUMBER, "0E-6176", "<0E-6176>"},
		{FIELD_NUMBER, "10000", "<10000>"},
		{FIELD_NUMBER, "-42", "<-42>"},
		{FIELD_NUMBER, "18446744073709551614", "<18446744073709551614>"},
		{FIELD_NUMBER, "18446744073709551615", NULL, "is a number out of range"},
		{FIELD_NUMBER, "-9223372036854775808", NULL, "is a number out of range"},
		{FIELD_NUMBER, "\"0E-6176\"", "<0E-6176>"},
		{FIELD_NUMBER, "\"12.50\"", "<12.50>"},
		{FIELD_NUMBER, "\"1\\u0000\"", NULL, "contains a null character"},
		{FIELD_NUMBER, "false", NULL, "is false, not a number"},
		{FIELD_NUMBER, "{}", NULL, "is an object, not a number"}
	};

	are_values(cases, lengthof(cases));
}

static void
test_other_kinds(void)
{
	static const ValueCase cases[] = {
		{FIELD_BOOLEAN, "true", "yes"},
		{FIELD_BOOLEAN, "false", "no"},
		{FIELD_BOOLEAN, "\"true\"", "yes"},
		{FIELD_BOOLEAN, "\"false\"", "no"},
		{FIELD_BOOLEAN, "null"},
		{FIELD_BOOLEAN, "0", NULL, "is the number 0, not a boolean"},
		{FIELD_BOOLEAN, "\"True\"", NULL, "is the string \"True\", not a boolean"},
		{FIELD_TEXT, "null"},
		{FIELD_TEXT, "\"\"", "<>"},
		{FIELD_TEXT, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "<a\"\\/\b\f\n\r\t\xc3\xa9>"},
		{FIELD_TEXT, "\"a\\u0000\"", NULL, "contains a null character"},
		{FIELD_TEXT, "17", NULL, "is the number 17, not a string"},
		{FIELD_SCALAR, "null"},
		{FIELD_SCALAR, "\"a b\"", "<a b>"},
		{FIELD_SCALAR, "1.50", "<1.50>"},
		{FIELD_SCALAR, "17", "<17>"},
		{FIELD_SCALAR, "true", "<true>"},
		{FIELD_SCALAR, "false", "<false>"},
		{FIELD_SCALAR, "\"a\\u0000\"", NULL, "contains a null character"},
		{FIELD_SCALAR, "[1]", NULL, "is a list, not a string, number or boolean"},
		{FIELD_JSON, "null"},
		{FIELD_JSON, "\"a/b\\u0000\\u0001\\\"\"", "<\"a/b\\u0000\\u0001\\\"\">"},
		{FIELD_JSON, "{ \"b\" : [ 1.50, -0.0, null, true ], \"a\" : 10 }",
		"<{\"b\":[1.50,-0.0,null,true],\"a\":10}>"},
		{FIELD_JSON, "[[18446744073709551615]]", NULL, "has a number out of range"}
	};

	are_values(cases, lengthof(cases));
}

/* What a complaint quotes is cut and cleaned. */
static void
test_quotes(void)
{
	static const ValueCase cases[] = {
		{FIELD_INTEGER, "\"x123456789012345678901234567890123456789012345678901234567890123\"", NULL,
			"is the string "
		"\"x123456789012345678901234567890123456789012345678901234567890123\", not an integer"},
		{FIELD_INTEGER,
			"\"012345678901234567890123456789012345678901234567890123456789012\xe2\x82\xac\"", NULL,
			"is the string "
		"\"012345678901234567890123456789012345678901234567890123456789012...\", not an integer"},
		{FIELD_INTEGER, "\"a\\n\\u007f\\u0085b\\u0000c sk-proj-12345678\"", NULL,
		"is the string \"a   b c sk-***\", not an integer"}
	};

	are_values(cases, lengthof(cases));
}

/* What a complaint quotes of the secret is masked before it is cut. */
static void
test_secret(void)
{
	static const ValueCase cases[] = {
		{FIELD_INTEGER, "\"" SECRET "\"", NULL,
		"is the string \"*********************\", not an integer"},
		{FIELD_INTEGER, "\"Bearer gateway-Zq7Xv0Wk4\\/Pd2!\"", NULL,
		"is the string \"Bearer *********************!\", not an integer"},
		{FIELD_INTEGER, "\"\\u0067\\u0061\\u0074\\u0065\\u0077\\u0061\\u0079\\u002dZq7\"", NULL,
		"is the string \"***********\", not an integer"},
		{FIELD_BOOLEAN, "\"q7Xv0Wk v0Wk4/Pd2\"", NULL,
		"is the string \"q7Xv0Wk *********\", not a boolean"},
		{FIELD_BOOLEAN,
			"\"0123456789012345678901234567890123456789012345678901234567gateway-Zq7Xv0\"", NULL,
			"is the string "
		"\"0123456789012345678901234567890123456789012345678901234567******...\", not a boolean"}
	};

	are_values(cases, lengthof(cases));
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_integers();
	test_written_integers();
	test_numeric_field();
	test_huge_integers();
	test_numbers();
	test_other_kinds();
	test_quotes();
	test_secret();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
