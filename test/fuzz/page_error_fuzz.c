/*
 * page_error_fuzz.c
 *	  Any bytes as the body of an error: what is taken from it can be shown.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "page_trace.h"
#include "shim.h"

#define MAX_TEXT_BYTES 503		/* 500 and "..." */

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text)
{
	size_t		length = text ? strlen(text) : 0;

	if (length > MAX_TEXT_BYTES)
		shim_bail_out("a text is too long");
	if (text && pg_encoding_verifymbstr(PG_UTF8, text, length) != length)
		shim_bail_out("a text is not UTF-8");
	for (size_t i = 0; i < length; i++)
		if ((unsigned char) text[i] < ' ' || text[i] == 0x7f)
			shim_bail_out("a text has a control character");
	if (text && strstr(text, SECRET))
		shim_bail_out("a text has the secret");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	PageError	error;

	page_parse_error(&provider_openai.error, (const char *) data, size, SECRET, &error);
	check_text(error.message);
	check_text(error.type);
	check_text(error.param);
	check_text(error.code);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
