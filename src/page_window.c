/*
 * page_window.c
 *	  Bytes as they come to windows that json-c can be trusted with.
 *
 * It checks UTF-8 only roughly, and not across calls; a number that is cut in
 * two calls it reads by a looser grammar ("12" and "-3" give 12).  So bytes go
 * to it in windows that the server's own check has found to be UTF-8 without
 * NUL, and that end neither in a character nor in what may be a number.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "page_reader.h"

/* Let the skeleton read text as far as it is text. */
static void
open_window(PageReader *reader, const char *bytes, size_t length)
{
	size_t		valid = pg_encoding_verifymbstr(PG_UTF8, bytes, length);

	reader->window = reader->cursor = bytes;
	reader->window_end = bytes + valid;
	reader->invalid = valid < length;
}

/* May a window end behind this byte? */
static bool
is_cut(char byte)
{
	return (byte & 0x80) == 0 && byte != '-' && byte != '+' && byte != '.' &&
		(byte < '0' || byte > '9') && byte != 'e' && byte != 'E';
}

/* Put bytes of the feed behind the tail, up to a cut if there is one. */
static bool
lengthen_tail(PageReader *reader)
{
	size_t		length = 0;
	bool		cut = false;

	while (length < reader->feed_length && !cut)
		cut = is_cut(reader->feed[length++]);
	appendBinaryStringInfo(&reader->tail, reader->feed, length);
	reader->feed += length;
	reader->feed_length -= length;
	return cut;
}

/* The window is read: make the next one, or ask for more. */
bool
page_next_window(PageReader *reader)
{
	size_t		length = reader->feed_length;

	reader->offset += reader->cursor - reader->window;
	reader->window = reader->cursor;
	if (reader->invalid)
		return page_broken(reader, *reader->cursor == '\0' ?
						   "The answer has a null character at byte " INT64_FORMAT "." :
						   "The answer is not valid UTF-8 at byte " INT64_FORMAT ".",
						   reader->offset + 1);
	if (reader->tail_read)
		resetStringInfo(&reader->tail);
	reader->tail_read = false;
	if (length == 0 && !reader->ended)
		return page_emit(reader, PAGE_WANTS_BYTES);
	if (reader->tail.len == 0 && reader->ended)
		return page_finish(reader);
	if (reader->tail.len > 0)
	{
		reader->tail_read = lengthen_tail(reader) || reader->ended;
		if (reader->tail_read)
			open_window(reader, reader->tail.data, reader->tail.len);
		return false;
	}
	while (length > 0 && !is_cut(reader->feed[length - 1]))
		length--;
	open_window(reader, reader->feed, length);
	appendBinaryStringInfo(&reader->tail, reader->feed + length,
						   reader->feed_length - length);
	reader->feed_length = 0;
	return false;
}
