/*
 * page_window.c
 *	  Cuts bytes into windows of valid text, and scans values across them.
 *
 * A window is a piece of the answer that PostgreSQL's own check has found to
 * be UTF-8 without NUL.  It never ends within a character: if a feed does, the
 * bytes of that character are put aside, and the completed character becomes a
 * window of its own.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "page/page_private.h"

/* Make a window of the valid text that `bytes` begins with; returns its length. */
static size_t
open_window(PageReader *reader, const char *bytes, size_t length)
{
	size_t		valid = pg_encoding_verifymbstr(PG_UTF8, bytes, length);

	reader->window = reader->cursor = bytes;
	reader->window_end = bytes + valid;
	reader->invalid = valid < length;
	return valid;
}

/* Make a window of the feed; put an incomplete last character aside. */
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
 * Append what was scanned to `kept`, unless that is NULL.  False if it exceeds
 * max_bytes.  The caller reports that rather than a syntax error behind it, as
 * it would if the bytes came one at a time.
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
 * A name too long to be kept can't be one that matters, so it is skipped, also
 * if it is within one window and need not be kept.
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
		reader->is_irrelevant = false;
	}
	reader->name = start;
	reader->name_length = reader->cursor - start;
	if (done && !is_cut)
		reader->is_irrelevant = reader->name_length > kept->max_bytes;
	else
	{
		if (!keep(kept, start, reader->name_length))
			reader->is_irrelevant = true;
		reader->name = kept->text.data;
		reader->name_length = kept->text.len;
	}
	return done;
}
