/*
 * encoding.c
 *	  Text conversion between the API's UTF-8 and the database's encoding.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/encoding.h"

static bool
is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	return true;
}

/*
 * Convert the text up to its first character that can't be converted;
 * *converted is how many bytes of it that is.  The result is palloc'd,
 * NUL-terminated.
 */
static char *
convert(const char *text, size_t length, int from, int to, size_t *converted)
{
	size_t		size = length * MAX_CONVERSION_GROWTH + 1;
	char	   *result = palloc(size);
	Oid			proc = FindDefaultConversionProc(from, to);

	*converted = 0;
	result[0] = '\0';
	if (OidIsValid(proc))
		*converted = pg_do_encoding_conversion_buf(proc, from, to, (unsigned char *) text, length,
												   (unsigned char *) result, size, true);
	return result;
}

static bool
needs_conversion(const char *text, size_t length)
{
	return GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII &&
		!is_ascii(text, length);
}

const char *
encoding_from_api(const char *utf8, size_t length, size_t *server_length)
{
	size_t		converted;
	char	   *text;

	*server_length = length;
	if (!needs_conversion(utf8, length))
		return utf8;
	text = convert(utf8, length, PG_UTF8, GetDatabaseEncoding(), &converted);
	*server_length = strlen(text);
	return converted == length ? text : NULL;
}

const char *
encoding_for_message(const char *utf8)
{
	size_t		left = utf8 ? strlen(utf8) : 0;
	StringInfoData text;

	if (!utf8 || !needs_conversion(utf8, left))
		return utf8;
	initStringInfo(&text);
	while (left > 0)
	{
		size_t		converted;
		char	   *part = convert(utf8, left, PG_UTF8, GetDatabaseEncoding(), &converted);

		appendStringInfoString(&text, part);
		pfree(part);
		if (converted < left)
		{
			appendStringInfoChar(&text, '?');
			converted += Min(pg_utf_mblen((const unsigned char *) utf8 + converted),
							 left - converted);
		}
		utf8 += converted;
		left -= converted;
	}
	return text.data;
}

const char *
encoding_to_api(const char *text)
{
	size_t		length = strlen(text);
	size_t		converted;
	char	   *utf8;

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return pg_encoding_verifymbstr(PG_UTF8, text, length) == length ? text : NULL;
	if (!needs_conversion(text, length))
		return text;
	utf8 = convert(text, length, GetDatabaseEncoding(), PG_UTF8, &converted);
	return converted == length ? utf8 : NULL;
}

const char *
encoding_to_api_exactly(const char *text)
{
	if (needs_conversion(text, strlen(text)) && pg_database_encoding_max_length() > 1)
		return NULL;
	return encoding_to_api(text);
}
