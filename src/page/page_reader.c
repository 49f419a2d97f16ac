/*
 * page_reader.c
 *	  Parses the envelope: a page, its buckets, their results, its cursor.
 *
 * A small state machine walks the brackets, colons and commas of page, bucket
 * list, bucket, result list and result.  Every name and every other value goes
 * to the scanner (page_scan_private.h).  What is wanted is kept meanwhile,
 * within limits, and given to json-c when it is complete; the rest takes no
 * memory.
 */
#include "postgres.h"

#include "page/page_private.h"

static const char *const place_names[] =
{"answer", "page", "list of buckets", "bucket", "list of results", "result"};

static bool
is_result(const PageReader *reader)
{
	return reader->envelope->shape == PAGE_IS_RESULT;
}

static void
enter(PageReader *reader, Place place)
{
	reader->cursor++;
	reader->place = place;
	reader->step = STEP_FIRST;
}

/* Leave the list or object that ends here.  True: reader->event is set. */
static bool
leave(PageReader *reader)
{
	Place		left = reader->place;

	reader->cursor++;
	reader->place--;
	reader->step = reader->place == OUTSIDE ? STEP_NOTHING : STEP_COMMA;
	if (left == IN_RESULT || (left == IN_PAGE && is_result(reader)))
		return page_end_result(reader);
	if (left == IN_RESULTS && reader->envelope->shape == PAGE_OF_RESULTS)
		reader->place = IN_PAGE;
	if (left != IN_BUCKET)
		return false;
	for (Member member = MEMBER_BUCKET_START; member <= MEMBER_RESULTS; member++)
		if ((reader->bucket_members & (1 << member)) == 0)
			return page_broken(reader, "A bucket has no \"%s\".", page_member_name(reader, member));
	return page_emit(reader, PAGE_BUCKET_END);
}

/*
 * Set *name to the name that was scanned, without quotes and escapes, or to
 * NULL if it is too long to matter.  Returns true if out of memory:
 * PAGE_BROKEN.
 */
static bool
decode_name(PageReader *reader, const char **name, size_t *length)
{
	bool		failed;

	*name = reader->is_irrelevant ? NULL : reader->name + 1;
	*length = reader->name_length - 2;
	if (*name == NULL || memchr(*name, '\\', *length) == NULL)
		return false;
	json_object_put(reader->decoded);
	reader->decoded = page_parse(reader->tokener, reader->name, reader->name_length, &failed);
	if (failed)
		return page_exhausted(reader);
	*name = json_object_get_string(reader->decoded);
	*length = json_object_get_string_len(reader->decoded);
	return false;
}

/* Which member of the page or the bucket begins? */
static bool
begin_member(PageReader *reader, const char *name, size_t length)
{
	int		   *seen = reader->place == IN_PAGE ? &reader->page_members : &reader->bucket_members;

	if (name == NULL)
		reader->member = MEMBER_OTHER;
	else if (reader->place == IN_PAGE)
		reader->member = page_find_member(reader->envelope, MEMBER_DATA, MEMBER_CURSOR, name, length);
	else
		reader->member = page_find_member(reader->envelope, MEMBER_BUCKET_START, MEMBER_RESULTS,
										  name, length);
	if (reader->member != MEMBER_OTHER && (*seen & (1 << reader->member)) != 0)
		return page_broken(reader, "A %s has more than one \"%s\".",
						   place_names[reader->place], page_member_name(reader, reader->member));
	*seen |= 1 << reader->member;
	return false;
}

static bool
read_name(PageReader *reader)
{
	const char *name;
	size_t		length;

	if (!reader->scanning && *reader->cursor != '"')
		return page_misplaced(reader, "object property name expected");
	if (!page_scan_name(reader))
		return reader->event == PAGE_BROKEN;
	reader->step = STEP_COLON;
	if (decode_name(reader, &name, &length))
		return true;
	if (reader->place == IN_RESULT || is_result(reader))
		return page_begin_field(reader, name, length);
	return begin_member(reader, name, length);
}

static bool
read_result(PageReader *reader)
{
	if (!reader->scanning && *reader->cursor != '{')
		return page_broken(reader, "A result is not an object.");
	if (!reader->scanning)
		page_begin_result(reader);
	if (reader->whole >= 0)
		return page_read_whole(reader);
	enter(reader, IN_RESULT);
	return false;
}

static bool
read_bucket(PageReader *reader)
{
	if (*reader->cursor != '{')
		return page_broken(reader, "A bucket is not an object.");
	enter(reader, IN_BUCKET);
	reader->bucket_members = 0;
	return page_emit(reader, PAGE_BUCKET);
}

static bool
read_item(PageReader *reader)
{
	reader->step = STEP_ITEM;
	switch (reader->place)
	{
		case IN_DATA:
			return read_bucket(reader);
		case IN_RESULTS:
			return read_result(reader);
		default:
			return read_name(reader);
	}
}

/* Read the value of a member that must be a scalar, or does not matter. */
static bool
read_scalar_member(PageReader *reader)
{
	Kept	   *kept = reader->member == MEMBER_OTHER ? NULL : &reader->scalar;

	if (!reader->scanning)
		resetStringInfo(&reader->scalar.text);
	if (!page_scan_on(reader, kept, 0))
		return reader->event == PAGE_BROKEN ||
			(reader->overflown && page_broken(reader, "The \"%s\" of a %s is longer than %d bytes.",
											  page_member_name(reader, reader->member),
											  place_names[reader->place], PAGE_SCALAR_BYTES));
	reader->step = STEP_COMMA;
	return kept != NULL && page_take_scalar(reader);
}

static bool
read_value(PageReader *reader)
{
	if (reader->place == IN_RESULT || is_result(reader))
		return page_read_field(reader);
	if (reader->member != MEMBER_DATA && reader->member != MEMBER_RESULTS)
		return read_scalar_member(reader);
	if (*reader->cursor != '[')
		return page_broken(reader, "The \"%s\" of a %s is not a list.",
						   page_member_name(reader, reader->member), place_names[reader->place]);
	enter(reader, reader->member == MEMBER_DATA && reader->envelope->shape == PAGE_OF_BUCKETS ?
		  IN_DATA : IN_RESULTS);
	return false;
}

/* Skip one character of punctuation, or complain with `otherwise`. */
static bool
skip_mark(PageReader *reader, char mark, Step next, const char *otherwise)
{
	if (*reader->cursor != mark)
		return page_misplaced(reader, otherwise);
	reader->cursor++;
	reader->step = next;
	return false;
}

/* Read the answer's brace, or all of it where it is a result wanted as a whole. */
static bool
open_answer(PageReader *reader)
{
	bool		event;

	if (!reader->scanning && *reader->cursor != '{')
		return page_broken(reader, "The answer is not a JSON object.");
	if (!reader->scanning && is_result(reader))
		page_begin_result(reader);
	if (!is_result(reader) || reader->whole < 0)
	{
		enter(reader, IN_PAGE);
		return false;
	}
	event = page_read_whole(reader);
	if (reader->step == STEP_COMMA)
		reader->step = STEP_NOTHING;
	return event;
}

/* The answer has ended: check that the page is complete. */
static bool
finish(PageReader *reader)
{
	bool		has_more_seen = (reader->page_members & (1 << MEMBER_HAS_MORE)) != 0;

	if (reader->step == STEP_OPEN && !reader->scanning)
		return page_broken(reader, "The answer is empty.");
	if (reader->step != STEP_NOTHING)
		return page_broken(reader, "The answer ends in the middle of a %s.",
						   is_result(reader) || (reader->place == IN_RESULTS && reader->scanning) ?
						   "result" : place_names[reader->place]);
	if (is_result(reader))
		return page_emit(reader, PAGE_END);
	if ((reader->page_members & (1 << MEMBER_DATA)) == 0)
		return page_broken(reader, "The page has no \"%s\".", page_member_name(reader, MEMBER_DATA));
	if (!has_more_seen && reader->next_cursor != NULL)
		return page_broken(reader, "The page has a \"%s\" but no \"%s\".",
						   page_member_name(reader, MEMBER_CURSOR), page_member_name(reader, MEMBER_HAS_MORE));
	return page_emit(reader, PAGE_END);
}

/* The window has been read.  True: reader->event is set. */
static bool
end_window(PageReader *reader)
{
	switch (page_next_window(reader))
	{
		case PAGE_AFTER_WINDOW:
			return false;
		case PAGE_AFTER_EVENT:
			return true;
		case PAGE_AFTER_END:
			return finish(reader);
	}
	pg_unreachable();
}

/* One step.  True: there is an event to report. */
static bool
advance(PageReader *reader)
{
	bool		in_list = reader->place == IN_DATA || reader->place == IN_RESULTS;
	char		close = in_list ? ']' : '}';

	if (!reader->scanning)
		reader->cursor = page_skip_space(reader->cursor, reader->window_end);
	if (reader->cursor == reader->window_end)
		return end_window(reader);
	switch (reader->step)
	{
		case STEP_OPEN:
			return open_answer(reader);
		case STEP_FIRST:
			return *reader->cursor == close ? leave(reader) : read_item(reader);
		case STEP_ITEM:
			return read_item(reader);
		case STEP_COLON:
			return skip_mark(reader, ':', STEP_VALUE, "colon expected");
		case STEP_VALUE:
			return read_value(reader);
		case STEP_COMMA:
			if (*reader->cursor == close)
				return leave(reader);
			return skip_mark(reader, ',', STEP_ITEM, "comma or end expected");
		case STEP_NOTHING:
			return page_misplaced(reader, "nothing expected after the page");
	}
	pg_unreachable();
}

void
page_advance(PageReader *reader)
{
	while (!advance(reader))
		continue;
}
