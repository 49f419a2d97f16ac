/*
 * page.c
 *	  Bytes of an answer to typed values, one result object at a time.
 *
 * The code here is the skeleton only: a small machine that walks the brackets,
 * colons and commas of page, bucket list, bucket, result list and result.  Every
 * name and every other value goes to the scanner (page_scan_private.h).  What is wanted
 * is kept on the way, within bounds, and given to json-c when it is complete;
 * what is not costs no memory, however much it is.
 *
 * Nothing throws while json-c is on the stack, and all that it allocates hangs
 * on the reader, so that a memory context callback finds it.
 */
#include "postgres.h"

#include <limits.h>

#include "page/page_private.h"

static const struct
{
	Place		place;
	const char *key;
	Member		member;
}			members[] =

{
	{IN_PAGE, "data", MEMBER_DATA},
	{IN_PAGE, "has_more", MEMBER_HAS_MORE},
	{IN_PAGE, "next_page", MEMBER_NEXT_PAGE},
	{IN_BUCKET, "start_time", MEMBER_START_TIME},
	{IN_BUCKET, "end_time", MEMBER_END_TIME},
	{IN_BUCKET, "results", MEMBER_RESULTS},
	{IN_BUCKET, "result", MEMBER_RESULTS}	/* of the API's older description */
};

static const char *const member_names[] =
{"data", "has_more", "next_page", "start_time", "end_time", "results"};

static const char *const place_names[] =
{"answer", "page", "list of buckets", "bucket", "list of results", "result"};

/* The longest name of a member, each of its characters escaped, and quotes. */
#define MEMBER_NAME_BYTES	(6 * 10 + 2)

/* Free all that malloc gave.  May run at any time, so it must not throw. */
static void
release(void *arg)
{
	PageReader *reader = arg;

	json_object_put(reader->result);
	json_object_put(reader->next_page);
	json_object_put(reader->decoded);
	if (reader->tokener != NULL)
		json_tokener_free(reader->tokener);
	reader->result = NULL;
	reader->next_page = NULL;
	reader->decoded = NULL;
	reader->tokener = NULL;
}

static void
enter(PageReader *reader, Place place)
{
	reader->cursor++;
	reader->place = place;
	reader->step = STEP_FIRST;
}

/* Leave the list or object that ends here; a bucket's end is an event. */
static bool
leave(PageReader *reader)
{
	Place		left = reader->place;

	reader->cursor++;
	reader->place--;
	reader->step = reader->place == OUTSIDE ? STEP_NOTHING : STEP_COMMA;
	if (left == IN_RESULT)
		return page_end_result(reader);
	if (left != IN_BUCKET)
		return false;
	for (Member member = MEMBER_START_TIME; member <= MEMBER_RESULTS; member++)
		if ((reader->bucket_members & (1 << member)) == 0)
			return page_broken(reader, "A bucket has no \"%s\".", member_names[member]);
	return page_emit(reader, PAGE_BUCKET_END);
}

/*
 * The name that was scanned, without quotes or escapes, or NULL if it is none
 * that matters.  True: no memory.
 */
static bool
decode_name(PageReader *reader, const char **name, size_t *length)
{
	bool		failed;

	*name = reader->is_nobodys ? NULL : reader->name + 1;
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

	reader->member = MEMBER_OTHER;
	for (int i = 0; i < lengthof(members) && name != NULL; i++)
		if (members[i].place == reader->place && strlen(members[i].key) == length &&
			memcmp(members[i].key, name, length) == 0)
			reader->member = members[i].member;
	if (reader->member != MEMBER_OTHER && (*seen & (1 << reader->member)) != 0)
		return page_broken(reader, "A %s has more than one \"%s\".",
						   place_names[reader->place], member_names[reader->member]);
	*seen |= 1 << reader->member;
	return false;
}

static bool
take_name(PageReader *reader)
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
	if (reader->place == IN_RESULT)
		return page_begin_field(reader, name, length);
	return begin_member(reader, name, length);
}

static bool
take_result(PageReader *reader)
{
	if (!reader->scanning && *reader->cursor != '{')
		return page_broken(reader, "A result is not an object.");
	if (!reader->scanning)
		page_begin_result(reader);
	if (reader->whole >= 0)
		return page_take_whole(reader);
	enter(reader, IN_RESULT);
	return false;
}

static bool
take_bucket(PageReader *reader)
{
	if (*reader->cursor != '{')
		return page_broken(reader, "A bucket is not an object.");
	enter(reader, IN_BUCKET);
	reader->bucket_members = 0;
	return page_emit(reader, PAGE_BUCKET);
}

static bool
take_item(PageReader *reader)
{
	reader->step = STEP_ITEM;
	switch (reader->place)
	{
		case IN_DATA:
			return take_bucket(reader);
		case IN_RESULTS:
			return take_result(reader);
		default:
			return take_name(reader);
	}
}

static bool
take_time(PageReader *reader, json_object *json, int64 *time)
{
	const char *name = member_names[reader->member];

	*time = json_object_get_int64(json);
	if (!json_object_is_type(json, json_type_int))
		return page_unfit(reader, name, strlen(name), "bucket", json, "an integer");
	if (!page_is_exact(json) || json_object_get_uint64(json) > PG_INT64_MAX)
		return page_broken(reader, "The \"%s\" of a bucket is an integer out of range.", name);
	return false;
}

/* A null has_more counts as none at all. */
static bool
take_has_more(PageReader *reader, json_object *json)
{
	if (json == NULL)
		reader->page_members &= ~(1 << MEMBER_HAS_MORE);
	else if (!json_object_is_type(json, json_type_boolean))
		return page_unfit(reader, "has_more", 8, "page", json, "a boolean");
	reader->has_more = json_object_get_boolean(json);
	return false;
}

/* An empty cursor would ask for the first page again: it is none. */
static bool
take_next_page(PageReader *reader, json_object *json)
{
	const char *text = json_object_get_string(json);

	if (json == NULL)
		return false;
	if (!json_object_is_type(json, json_type_string))
		return page_unfit(reader, "next_page", 9, "page", json, "a string");
	if (strlen(text) != json_object_get_string_len(json))
		return page_broken(reader, "The \"next_page\" of a page contains a null character.");
	if (text[0] != '\0')
		reader->next_page = json_object_get(json);
	return false;
}

/* A scalar that matters is complete: what is it? */
static bool
take_scalar(PageReader *reader)
{
	Kept	   *kept = &reader->scalar;
	bool		failed;
	bool		event = false;
	json_object *json = page_parse(reader->tokener, kept->text.data, kept->text.len + 1, &failed);

	if (failed)
		return page_exhausted(reader);
	if (reader->member == MEMBER_START_TIME)
		event = take_time(reader, json, &reader->start_time);
	else if (reader->member == MEMBER_END_TIME)
		event = take_time(reader, json, &reader->end_time);
	else if (reader->member == MEMBER_HAS_MORE)
		event = take_has_more(reader, json);
	else
		event = take_next_page(reader, json);
	json_object_put(json);
	return event;
}

/* The value of a member that should be a scalar, or does not matter. */
static bool
take_scalar_member(PageReader *reader)
{
	Kept	   *kept = reader->member == MEMBER_OTHER ? NULL : &reader->scalar;

	if (!reader->scanning)
		resetStringInfo(&reader->scalar.text);
	if (!page_scan_on(reader, kept, 0))
		return reader->event == PAGE_BROKEN ||
			(reader->overflown && page_broken(reader, "The \"%s\" of a %s is longer than %d bytes.",
											  member_names[reader->member],
											  place_names[reader->place], PAGE_SCALAR_BYTES));
	reader->step = STEP_COMMA;
	return kept != NULL && take_scalar(reader);
}

static bool
take_value(PageReader *reader)
{
	if (reader->place == IN_RESULT)
		return page_take_field(reader);
	if (reader->member != MEMBER_DATA && reader->member != MEMBER_RESULTS)
		return take_scalar_member(reader);
	if (*reader->cursor != '[')
		return page_broken(reader, "The \"%s\" of a %s is not a list.",
						   member_names[reader->member], place_names[reader->place]);
	enter(reader, reader->member == MEMBER_DATA ? IN_DATA : IN_RESULTS);
	return false;
}

/* Go over one character of punctuation. */
static bool
take_mark(PageReader *reader, char mark, Step next, const char *otherwise)
{
	if (*reader->cursor != mark)
		return page_misplaced(reader, otherwise);
	reader->cursor++;
	reader->step = next;
	return false;
}

/* The answer is complete: so is the page? */
bool
page_finish(PageReader *reader)
{
	bool		has_more_seen = (reader->page_members & (1 << MEMBER_HAS_MORE)) != 0;

	if (reader->step == STEP_OPEN)
		return page_broken(reader, "The answer is empty.");
	if (reader->step != STEP_NOTHING)
		return page_broken(reader, "The answer ends in the middle of a %s.",
						   reader->place == IN_RESULTS && reader->scanning ? "result" :
						   place_names[reader->place]);
	if ((reader->page_members & (1 << MEMBER_DATA)) == 0)
		return page_broken(reader, "The page has no \"data\".");
	if (!has_more_seen && reader->next_page != NULL)
		return page_broken(reader, "The page has a \"next_page\" but no \"has_more\".");
	return page_emit(reader, PAGE_END);
}

/* One step on.  True: an event is to be answered. */
static bool
advance(PageReader *reader)
{
	bool		in_list = reader->place == IN_DATA || reader->place == IN_RESULTS;
	char		close = in_list ? ']' : '}';

	if (!reader->scanning)
		reader->cursor = page_skip_space(reader->cursor, reader->window_end);
	if (reader->cursor == reader->window_end)
		return page_next_window(reader);
	switch (reader->step)
	{
		case STEP_OPEN:
			if (*reader->cursor != '{')
				return page_broken(reader, "The answer is not a JSON object.");
			enter(reader, IN_PAGE);
			return false;
		case STEP_FIRST:
			return *reader->cursor == close ? leave(reader) : take_item(reader);
		case STEP_ITEM:
			return take_item(reader);
		case STEP_COLON:
			return take_mark(reader, ':', STEP_VALUE, "colon expected");
		case STEP_VALUE:
			return take_value(reader);
		case STEP_COMMA:
			if (*reader->cursor == close)
				return leave(reader);
			return take_mark(reader, ',', STEP_ITEM, "comma or end expected");
		case STEP_NOTHING:
			return page_misplaced(reader, "nothing expected after the page");
	}
	pg_unreachable();
}

/* --- what page.h promises ---------------------------------------------- */

static void
open_kept(Kept *kept, size_t max_bytes)
{
	initStringInfo(&kept->text);
	kept->max_bytes = max_bytes;
}

/* Room for the longest name that matters, each of its characters escaped. */
static void
open_names(PageReader *reader)
{
	size_t		longest = MEMBER_NAME_BYTES;

	for (int i = 0; i < reader->nfields; i++)
		longest = Max(longest, 6 * reader->paths[i].key_bytes + 2);
	open_kept(&reader->cut_name, longest);
}

PageReader *
page_open(const PageField *fields, int nfields, size_t max_result_bytes, const char *secret)
{
	PageReader *reader = palloc0(sizeof(PageReader));

	reader->fields = fields;
	reader->nfields = nfields;
	reader->secret = secret;
	reader->values = palloc0(sizeof(PageValue) * nfields);
	reader->paths = palloc0(sizeof(Path) * nfields);
	reader->whole = -1;
	for (int i = 0; i < nfields; i++)
		page_open_path(reader, i);
	reader->followers = palloc(sizeof(int) * (nfields + 1));
	memset(reader->followers, -1, sizeof(int) * (nfields + 1));
	open_names(reader);
	open_kept(&reader->scalar, PAGE_SCALAR_BYTES);
	open_kept(&reader->result_text, max_result_bytes);
	initStringInfo(&reader->elements);
	initStringInfo(&reader->texts);
	reader->callback.func = release;
	reader->callback.arg = reader;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &reader->callback);
	page_restart(reader);
	return reader;
}

void
page_restart(PageReader *reader)
{
	release(reader);
	reader->tokener = page_new_tokener();
	if (reader->tokener == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	reader->cursor = reader->window_end = reader->window = NULL;
	reader->feed_length = 0;
	reader->partial_length = 0;
	reader->offset = 0;
	reader->invalid = reader->ended = false;
	reader->event = PAGE_WANTS_BYTES;
	reader->place = OUTSIDE;
	reader->step = STEP_OPEN;
	reader->page_members = reader->bucket_members = 0;
	reader->scanning = false;
	reader->overflown = reader->result_too_large = false;
	reader->has_more = false;
}

void
page_feed(PageReader *reader, const char *bytes, size_t length)
{
	Assert(reader->feed_length == 0 && !reader->ended && length <= INT_MAX);
	reader->feed = bytes;
	reader->feed_length = length;
	reader->ended = length == 0;
}

PageEvent
page_next(PageReader *reader)
{
	if (reader->event == PAGE_BROKEN || reader->event == PAGE_END)
		return reader->event;
	json_object_put(reader->result);
	reader->result = NULL;
	reader->event = PAGE_WANTS_BYTES;
	while (!advance(reader))
		continue;
	return reader->event;
}

const PageValue *
page_values(PageReader *reader)
{
	return reader->values;
}

int64
page_bucket_start(PageReader *reader)
{
	return reader->start_time;
}

int64
page_bucket_end(PageReader *reader)
{
	return reader->end_time;
}

bool
page_has_more(PageReader *reader)
{
	return reader->has_more;
}

const char *
page_cursor(PageReader *reader)
{
	return reader->next_page == NULL ? NULL : json_object_get_string(reader->next_page);
}

const char *
page_complaint(PageReader *reader)
{
	return reader->complaint;
}

bool
page_too_large(PageReader *reader)
{
	return reader->result_too_large;
}
