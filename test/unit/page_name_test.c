/*
 * page_name_test.c
 *	  Which members are meant by a name, as TAP.
 */
#include "postgres.h"

#include "page_cut.h"
#include "shim.h"

/* A result, and what is read of its member "input_tokens". */
typedef struct NameCase
{
	const char *name;
	const char *result;
	int64		integer;		/* -1: null */
	const char *complaint;		/* or NULL */
} NameCase;

static void
is_integer(const NameCase *expected)
{
	PageField	field = {"input_tokens", FIELD_INTEGER};
	char	   *text = psprintf("{\"data\":[" BUCKET "%s]}]}", expected->result);
	size_t		length = strlen(text);
	bool		held = true;

	for (size_t cut = 1; cut <= length && held; cut++)
	{
		PageReader *reader = page_open(&provider_openai.envelopes[PAGE_OF_BUCKETS], &field, 1, MAX_RESULT_BYTES, NULL);
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
		held = expected->complaint == NULL ? event == PAGE_END && got == expected->integer :
			event == PAGE_BROKEN && strcmp(page_complaint(reader), expected->complaint) == 0;
		if (!held)
			printf("# cut at %zu: got " INT64_FORMAT " %s\n", cut, got, page_complaint(reader));
	}
	shim_ok(held, "%s", expected->name);
}

static void
test_names(void)
{
	static const NameCase cases[] = {
		{"a name", "{\"input_tokens\":7}", 7},
		{"a name with escapes", "{\"input\\u005ftok\\u0065ns\":7}", 7},
		{"a name of escapes",
			"{\"\\u0069\\u006e\\u0070\\u0075\\u0074\\u005f\\u0074\\u006f\\u006b\\u0065\\u006e\\u0073\":7}",
		7},
		{"a name with a null behind", "{\"input_tokens\\u0000x\":7}", -1},
		{"a name with a null before", "{\"\\u0000input_tokens\":7}", -1},
		{"both, one way", "{\"input_tokens\":7,\"input_tokens\\u0000x\":8}", 7},
		{"both, the other way", "{\"input_tokens\\u0000\":8,\"input_tokens\":7}", 7},
		{"longer and shorter names",
		"{\"input_tokens_\":1,\"input_token\":2,\"\":3,\"Input_tokens\":4}", -1},
		{"the last one counts", "{\"input_tokens\":7,\"y\":1,\"input_tokens\":8}", 8},
		{"also after one that does not fit", "{\"input_tokens\":\"a\",\"input\\u005ftokens\":8}", 8},
		{"null may be the last one", "{\"input_tokens\":7,\"input_tokens\":null}", -1},
		{"one that does not fit may be", "{\"input_tokens\":7,\"input_tokens\":\"a\"}", 0,
		"The \"input_tokens\" of a result is the string \"a\", not an integer."},
		{"a null in an unread member's names", "{\"a\":{\"b\\u0000\":1},\"input_tokens\":7}", 7},
		{"a null in a read member's names", "{\"input_tokens\":{\"b\\u0000\":1}}", 0,
		"The name of a member within a result contains a null character."},
		{"no null in them", "{\"input_tokens\":7,\"a\":{\"\\u00000\\u0010\":1}}", 7}
	};

	for (int i = 0; i < lengthof(cases); i++)
		is_integer(&cases[i]);
}

static void
test_nulls(void)
{
	shim_ok(strcmp(complaint_of("*", "{\"data\":[{\"results\":[{\"a\\u0000\":1}]}]}", 39),
				   "The name of a member within a result contains a null character.") == 0,
			"a null in a name of a whole result");
	shim_ok(strcmp(complaint_of("*", "{\"data\\u0000\":[],\"data\":[],\"data\\u0000\":[]}", 43), "") == 0,
			"a null in a name of the page");
}

/* Not longer than a result may be, but than any name that is wanted. */
static void
test_long_names(void)
{
	char		text[3001] = "";
	NameCase	escaped = {"a long name of escapes", NULL, 7};
	NameCase	plain = {"a long name", NULL, 7};

	for (int i = 0; i < 3000; i++)
		text[i] = "\\u0069"[i % 6];
	escaped.result = psprintf("{\"%s\":1,\"input_tokens\":7}", text);
	is_integer(&escaped);
	memset(text, 'x', 3000);
	plain.result = psprintf("{\"%s\":1,\"input_tokens\":7}", text);
	is_integer(&plain);
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_names();
	test_nulls();
	test_long_names();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
