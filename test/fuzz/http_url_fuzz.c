/*
 * http_url_fuzz.c
 *	  Any text as a URL, as a value in one, and as a date.
 */
#include "postgres.h"

#include <ctype.h>

#include "http/http_url.h"
#include "shim.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is escaped is the same when it is decoded, and has nothing but plain characters. */
static void
check_escape(const char *value)
{
	const char *escaped = http_escape(value);

	for (; *escaped; value++)
	{
		unsigned int byte = (unsigned char) *escaped;

		if (*escaped == '%' && sscanf(escaped, "%%%2X", &byte) == 1)
			escaped += 3;
		else if (isalnum(byte) || strchr("-._~", byte))
			escaped++;
		else
			shim_bail_out("a character is not escaped");
		if (byte != (unsigned char) *value)
			shim_bail_out("an escape is another character");
	}
	if (*value)
		shim_bail_out("an escape is too short");
}

static void
check_url(const char *url)
{
	HttpUrl		parts;

	if (!http_parse_url(url, &parts))
		return;
	if (parts.host[0] == '\0')
		shim_bail_out("a URL without a host");
	if (parts.loopback && pg_strcasecmp(parts.host, "localhost") != 0 &&
		strncmp(parts.host, "127.", 4) != 0 && parts.host[0] != '[')
		shim_bail_out("a host that is not this one");
	if (strpbrk(parts.host, "/?# "))
		shim_bail_out("a host with more behind it");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);
	char	   *text = pnstrdup((const char *) data, size);
	TimestampTz date;

	check_escape(text);
	check_url(text);
	(void) http_parse_date(text, &date);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
