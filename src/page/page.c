/*
 * page.c
 *	  Opening, feeding and restarting a reader.
 *
 * Nothing throws while json-c is on the stack, and all that it allocates is in
 * members of the reader, so that a memory context's callback can free it.
 */
#include "postgres.h"

#include <limits.h>

#include "page/page_private.h"

/* Most bytes of a name in its quotes: each byte may be written as \uXXXX. */
#define ESCAPED_BYTES(length)	(6 * (length) + 2)

/* Free all objects of json-c.  A MemoryContextCallbackFunction, so it must not throw. */
static void
release(void *arg)
{
	PageReader *reader = arg;

	json_object_put(reader->result);
	json_object_put(reader->next_cursor);
	json_object_put(reader->decoded);
	if (reader->tokener != NULL)
		json_tokener_free(reader->tokener);
	reader->result = NULL;
	reader->next_cursor = NULL;
	reader->decoded = NULL;
	reader->tokener = NULL;
}

static void
open_kept(Kept *kept, size_t max_bytes)
{
	initStringInfo(&kept->text);
	kept->max_bytes = max_bytes;
}

/* Set the length of the longest name that may matter. */
static void
open_names(PageReader *reader)
{
	size_t		longest = page_longest_member(reader->envelope);

	for (int i = 0; i < reader->nfields; i++)
		longest = Max(longest, reader->paths[i].key_bytes);
	open_kept(&reader->cut_name, ESCAPED_BYTES(longest));
}

PageReader *
page_open(const PageEnvelope *envelope, const PageField *fields, int nfields,
		  size_t max_result_bytes, const char *secret)
{
	PageReader *reader = palloc0(sizeof(PageReader));

	reader->envelope = envelope;
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
	reader->numeric_field = -1;
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
	page_advance(reader);
	return reader->event;
}

const PageValue *
page_values(PageReader *reader)
{
	return reader->values;
}

const PageValue *
page_bucket_start(PageReader *reader)
{
	return &reader->bucket_start;
}

const PageValue *
page_bucket_end(PageReader *reader)
{
	return &reader->bucket_end;
}

bool
page_has_more(PageReader *reader)
{
	return reader->has_more;
}

const char *
page_cursor(PageReader *reader)
{
	return reader->next_cursor == NULL ? NULL : json_object_get_string(reader->next_cursor);
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

int
page_numeric_field(PageReader *reader)
{
	return reader->numeric_field;
}
