/*
 * page_mutation_test.c
 *	  Pages that something happened to are read alike in any pieces.
 *
 *	page_mutation_test [mutations [seed]]
 */
#include "postgres.h"

#include <stdlib.h>

#include "lib/stringinfo.h"

#include "page_trace.h"
#include "shim.h"

#define DEFAULT_MUTATIONS 20000
#define DEFAULT_SEED 20261120

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
	size_t		at = shim_below(text->len + 1);
	size_t		beyond = at + shim_below(8);
	size_t		until = Min(beyond, text->len);

	initStringInfo(&rest);
	switch (shim_below(6))
	{
		case 0:					/* flip a bit */
			if (at < text->len)
				text->data[at] ^= 1 << shim_below(8);
			return;
		case 1:					/* any byte */
			if (at < text->len)
				text->data[at] = shim_below(256);
			return;
		case 2:					/* cut off, seldom */
			if (shim_below(4) == 0)
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
			appendStringInfoString(&rest, morsels[shim_below(lengthof(morsels))]);
			appendBinaryStringInfo(&rest, text->data + at, text->len - at);
	}
	text->len = at;
	appendBinaryStringInfo(text, rest.data, rest.len);
}

/* Also everything as JSON, and odd kinds, so that more code is met. */
static const PageField mixture[] = {
	{"*", FIELD_JSON}, {"amount", FIELD_JSON}, {"amount.value", FIELD_SCALAR},
	{"input_tokens", FIELD_NUMBER}, {"model", FIELD_SCALAR}, {"batch", FIELD_BOOLEAN},
	{"input_tokens", FIELD_INTEGER}, {"project_id", FIELD_TEXT}
};

static bool
mutation_holds(Bytes page, Fields fields)
{
	char	   *whole = trace_page(fields, page, page.length + 1);
	char	   *pieces = trace_page(fields, page, shim_below(4) == 0 ? 1 : 0);

	if (strcmp(whole, pieces) == 0)
		return true;
	for (size_t i = 0; i < page.length; i++)
		printf(i % 32 == 0 ? "%s# %02x" : "%s %02x", i > 0 && i % 32 == 0 ? "\n" : "",
			   (unsigned char) page.data[i]);
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
		Bytes		original = originals[shim_below(lengthof(fixtures))];
		bool		mixed = shim_below(2) == 0;
		StringInfoData text;
		PageError	error;

		initStringInfo(&text);
		appendBinaryStringInfo(&text, original.data, original.length);
		for (int changes = 1 + shim_below(3); changes > 0; changes--)
			mutate(&text);
		held += mutation_holds((Bytes) {text.data, text.len}, mixed ? FIELDS(mixture) : everything);
		page_parse_error(&provider_openai.error, text.data, text.len, SECRET, &error);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	shim_ok(held == mutations, "%d of %d mutations are read alike in any pieces", held, mutations);
}

int
main(int argc, char **argv)
{
	int			mutations = argc > 1 ? atoi(argv[1]) : DEFAULT_MUTATIONS;
	uint64		seed = argc > 2 ? strtoull(argv[2], NULL, 10) : DEFAULT_SEED;

	printf("# seed %llu\n", (unsigned long long) seed);
	shim_seed(seed);
	MemoryContextSwitchTo(shim_context());
	test_mutations(mutations);
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
