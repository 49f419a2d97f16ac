/*
 * page_window.c
 *	  Bytes as they come to windows of text, and values across them.
 *
 * A window is what the server's own check has found to be UTF-8 without NUL, as
 * far as it goes.  It ends in no character: what a feed has of its last one
 * waits for the next feed, and becomes a window of its own.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "page/page_private.h"

/* Let the skeleton read text as far as it is text.  Returns how far that is. */
static size_t
open_window(PageReader *reader, const char *bytes, size_t length)
{
	size_t		valid = pg_encoding_verifymbstr(PG_UTF8, bytes, length);

	reader->window = reader->cursor = bytes;
	reader->window_end = bytes + valid;
	reader->invalid = valid < length;
	return valid;
}

/* A window of the feed; a character that it cuts is put aside. */
static void
open_feed(PageReader *reader)
{
	size_t		valid = open_window(reader, reader->feed, reader->feed_length);
	const char *rest = reader->feed + valid;
	size_t		length = reader->feed_length - valid;

	reader->feed_length = 0;
	if (length == 0 || length >= pg_encoding_mblen(PG_UTF8, rest))
		return;
	reader->invalid = false;
	reader->partial_length = length;
	memcpy(reader->partial, rest, length);
}

/* Complete the character that was put aside, if the feed has enough of it. */
static void
open_partial(PageReader *reader)
{
	int			needed = pg_encoding_mblen(PG_UTF8, reader->partial);

	while (reader->partial_length < needed && reader->feed_length > 0)
	{
		reader->partial[reader->partial_length++] = *reader->feed++;
		reader->feed_length--;
	}
	if (reader->partial_length < needed)
		return;
	open_window(reader, reader->partial, needed);
	reader->partial_length = 0;
}

PageAfter
page_next_window(PageReader *reader)
{
	reader->offset += reader->cursor - reader->window;
	reader->window = reader->cursor;
	if (reader->invalid || (reader->ended && reader->partial_length > 0))
	{
		page_broken(reader, reader->invalid && *reader->cursor == '\0' ?
					"The answer has a null character at byte " INT64_FORMAT "." :
					"The answer is not valid UTF-8 at byte " INT64_FORMAT ".",
					reader->offset + 1);
		return PAGE_AFTER_EVENT;
	}
	if (reader->ended)
		return PAGE_AFTER_END;
	if (reader->feed_length == 0)
	{
		page_emit(reader, PAGE_WANTS_BYTES);
		return PAGE_AFTER_EVENT;
	}
	if (reader->partial_length > 0)
		open_partial(reader);
	else
		open_feed(reader);
	return PAGE_AFTER_WINDOW;
}

/*
 * Keep what was scanned from `start` on.  False: there is no room for it.  That
 * comes before what is wrong at the cursor, as it would if bytes came singly.
 */
static bool
keep(Kept *kept, const char *start, size_t length)
{
	if (kept == NULL)
		return true;
	if (length > kept->max_bytes - kept->text.len)
		return false;
	appendBinaryStringInfo(&kept->text, start, length);
	return true;
}

bool
page_scan_on(PageReader *reader, Kept *kept, int outer)
{
	const char *start = reader->cursor;

	if (!reader->scanning)
		page_scan_begin(&reader->scan, outer);
	reader->cursor = page_scan(&reader->scan, start, reader->window_end);
	reader->scanning = reader->scan.state != SCAN_DONE;
	if (!keep(kept, start, reader->cursor - start))
	{
		reader->overflown = true;
		return false;
	}
	if (reader->scan.complaint != NULL)
		page_misplaced(reader, reader->scan.complaint);
	return !reader->scanning;
}

/*
 * A name too long to be kept is longer than any that matters: it is nobody's,
 * also where it could be read as it came.
 */
bool
page_scan_name(PageReader *reader)
{
	const char *start = reader->cursor;
	Kept	   *kept = &reader->cut_name;
	bool		is_cut = reader->scanning;
	bool		done = page_scan_on(reader, NULL, 0);

	if (!is_cut)
	{
		resetStringInfo(&kept->text);
		reader->is_nobodys = false;
	}
	reader->name = start;
	reader->name_length = reader->cursor - start;
	if (done && !is_cut)
		reader->is_nobodys = reader->name_length > kept->max_bytes;
	else
	{
		if (!keep(kept, start, reader->name_length))
			reader->is_nobodys = true;
		reader->name = kept->text.data;
		reader->name_length = kept->text.len;
	}
	return done;
}
