/*
 * page.c
 *	  Bytes of an answer to typed values, one result object at a time.
 *
 * The code here is the skeleton only: a small machine that walks the brackets,
 * colons and commas of page, bucket list, bucket and result list.  Every key,
 * scalar, unknown member and result goes to json-c's incremental parser, which
 * may be interrupted where bytes end.
 *
 * Nothing throws while json-c is on the stack, and all that it allocates hangs
 * on the reader, so that a memory context callback finds it.
 */
#include "postgres.h"

#include <limits.h>
#include <locale.h>

#include "page_reader.h"

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
{"answer", "page", "list of buckets", "bucket", "list of results"};

/* Free all that malloc gave.  May run at any time, so it must not throw. */
static void
release(void *arg)
{
	PageReader *reader = arg;

	json_object_put(reader->result);
	json_object_put(reader->next_page);
	if (reader->tokener != NULL)
		json_tokener_free(reader->tokener);
	reader->result = NULL;
	reader->next_page = NULL;
	reader->tokener = NULL;
}

/* The byte at the cursor can't be there. */
static bool
misplaced(PageReader *reader, const char *why)
{
	return page_broken(reader, "The answer is not valid JSON at byte " INT64_FORMAT ": %s.",
					   reader->offset + (reader->cursor - reader->window) + 1, why);
}

/*
 * Let json-c read on.  False: the value is not complete, because the window
 * ends or because it is broken.  The value is NULL for JSON's null.
 *
 * json-c makes a locale of its own for each call, from the current one.  From
 * the C locale that is much cheaper, 20 against 220 ns with glibc.
 */
static bool
parse(PageReader *reader, json_object **value)
{
	static locale_t c_locale = (locale_t) 0;
	enum json_tokener_error error;
	locale_t	locale;

	if (c_locale == (locale_t) 0)
		c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	locale = uselocale(c_locale);
	*value = json_tokener_parse_ex(reader->tokener, reader->cursor,
								   reader->window_end - reader->cursor);
	uselocale(locale);
	error = json_tokener_get_error(reader->tokener);
	reader->cursor += json_tokener_get_parse_end(reader->tokener);
	reader->parsing = error == json_tokener_continue;
	if (error != json_tokener_success && error != json_tokener_continue)
		misplaced(reader, json_tokener_error_desc(error));
	return error == json_tokener_success;
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
	if (left != IN_BUCKET)
		return false;
	for (Member member = MEMBER_START_TIME; member <= MEMBER_RESULTS; member++)
		if ((reader->bucket_members & (1 << member)) == 0)
			return page_broken(reader, "A bucket has no \"%s\".", member_names[member]);
	return page_emit(reader, PAGE_BUCKET_END);
}

/* A key: which member begins? */
static bool
take_key(PageReader *reader)
{
	int		   *seen = reader->place == IN_PAGE ? &reader->page_members : &reader->bucket_members;
	json_object *key;

	if (!reader->parsing && *reader->cursor != '"')
		return misplaced(reader, "object property name expected");
	if (!parse(reader, &key))
		return reader->event == PAGE_BROKEN;
	reader->member = MEMBER_OTHER;
	for (int i = 0; i < lengthof(members); i++)
		if (members[i].place == reader->place &&
			page_is_string(key, members[i].key))
			reader->member = members[i].member;
	json_object_put(key);
	reader->step = STEP_COLON;
	if (reader->member != MEMBER_OTHER && (*seen & (1 << reader->member)) != 0)
		return page_broken(reader, "A %s has more than one \"%s\".",
						   place_names[reader->place], member_names[reader->member]);
	*seen |= 1 << reader->member;
	return false;
}

static bool
take_result(PageReader *reader)
{
	if (!reader->parsing && *reader->cursor != '{')
		return page_broken(reader, "A result is not an object.");
	if (!parse(reader, &reader->result))
		return reader->event == PAGE_BROKEN;
	reader->step = STEP_COMMA;
	if (reader->result == NULL)
		return page_exhausted(reader);
	return page_take_fields(reader) || page_emit(reader, PAGE_RESULT);
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
			return take_key(reader);
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

/* The value of a member that is no list. */
static bool
take_scalar_member(PageReader *reader)
{
	json_object *json;
	bool		event = false;

	if (!parse(reader, &json))
		return reader->event == PAGE_BROKEN;
	reader->step = STEP_COMMA;
	if (reader->member == MEMBER_START_TIME)
		event = take_time(reader, json, &reader->start_time);
	else if (reader->member == MEMBER_END_TIME)
		event = take_time(reader, json, &reader->end_time);
	else if (reader->member == MEMBER_HAS_MORE)
		event = take_has_more(reader, json);
	else if (reader->member == MEMBER_NEXT_PAGE)
		event = take_next_page(reader, json);
	json_object_put(json);
	return event;
}

static bool
take_value(PageReader *reader)
{
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
		return misplaced(reader, otherwise);
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
						   reader->place == IN_RESULTS && reader->parsing ? "result" :
						   place_names[reader->place]);
	if ((reader->page_members & (1 << MEMBER_DATA)) == 0)
		return page_broken(reader, "The page has no \"data\".");
	if (!has_more_seen && reader->next_page != NULL)
		return page_broken(reader, "The page has a \"next_page\" but no \"has_more\".");
	return page_emit(reader, PAGE_END);
}

static bool
is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* One step on.  True: an event is to be answered. */
static bool
advance(PageReader *reader)
{
	bool		in_object = reader->place == IN_PAGE || reader->place == IN_BUCKET;
	char		close = in_object ? '}' : ']';

	while (!reader->parsing && reader->cursor < reader->window_end &&
		   is_space(*reader->cursor))
		reader->cursor++;
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
			return misplaced(reader, "nothing expected after the page");
	}
	pg_unreachable();
}

/* --- what page.h promises ---------------------------------------------- */

PageReader *
page_open(const PageField *fields, int nfields)
{
	PageReader *reader = palloc0(sizeof(PageReader));

	reader->fields = fields;
	reader->nfields = nfields;
	reader->values = palloc0(sizeof(PageValue) * nfields);
	reader->paths = palloc0(sizeof(Path) * nfields);
	reader->whole = -1;
	for (int i = 0; i < nfields; i++)
		page_open_path(reader, i);
	reader->followers = palloc(sizeof(int) * (nfields + 1));
	memset(reader->followers, -1, sizeof(int) * (nfields + 1));
	initStringInfo(&reader->tail);
	reader->callback.func = release;
	reader->callback.arg = reader;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &reader->callback);
	page_restart(reader);
	return reader;
}

/*
 * The tokener is made anew: a reset one would remember half a surrogate pair
 * of an answer that broke off there.
 */
void
page_restart(PageReader *reader)
{
	release(reader);
	reader->tokener = page_new_tokener();
	if (reader->tokener == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	resetStringInfo(&reader->tail);
	reader->cursor = reader->window_end = reader->window = NULL;
	reader->feed_length = 0;
	reader->offset = 0;
	reader->tail_read = reader->invalid = reader->ended = false;
	reader->event = PAGE_WANTS_BYTES;
	reader->place = OUTSIDE;
	reader->step = STEP_OPEN;
	reader->page_members = reader->bucket_members = 0;
	reader->parsing = false;
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
