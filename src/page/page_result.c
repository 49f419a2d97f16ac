/*
 * page_result.c
 *	  Keeps what is wanted of a result object, and makes its values.
 *
 * The texts of wanted members are kept as one JSON list, in the order in which
 * they come; reader->elements has the field of each.  json-c parses that list
 * and not the object, because names cost it most of its time.  A result that
 * is wanted as a whole is kept as it is.
 */
#include "postgres.h"

#include "page/page_private.h"

/* The tree of a result with more text than this may be too large to stay. */
#define LARGE_TEXT_BYTES	4096

static bool
too_large(PageReader *reader)
{
	reader->result_too_large = true;
	return page_broken(reader, "A result is larger than the %zu bytes of \"max_result_bytes\".",
					   reader->result_text.max_bytes);
}

/* json-c would cut a name at a null character. */
static bool
check_names(PageReader *reader)
{
	return reader->scan.has_null_name &&
		page_broken(reader, "The name of a member within a result contains a null character.");
}

static bool
append_mark(PageReader *reader, char mark)
{
	Kept	   *kept = &reader->result_text;

	if (kept->text.len >= kept->max_bytes)
		return too_large(reader);
	appendStringInfoCharMacro(&kept->text, mark);
	return false;
}

/* Parse the kept text into reader->result. */
static bool
parse_result(PageReader *reader)
{
	bool		failed;

	reader->result = page_parse(reader->tokener, reader->result_text.text.data,
								reader->result_text.text.len, &failed);
	return (failed || reader->result == NULL) && page_exhausted(reader);
}

static bool
has_text(const PageReader *reader, int field)
{
	return !reader->values[field].isnull && reader->fields[field].kind != FIELD_INTEGER &&
		reader->fields[field].kind != FIELD_BOOLEAN;
}

/*
 * Copy the texts of the values and free the tree that they are in, as the
 * caller may need as much memory again for what it makes of them.
 */
static void
free_tree(PageReader *reader)
{
	const char *text;

	resetStringInfo(&reader->texts);
	for (int i = 0; i < reader->nfields; i++)
		if (has_text(reader, i))
			appendBinaryStringInfo(&reader->texts, reader->values[i].text,
								   reader->values[i].length + 1);
	text = reader->texts.data;
	for (int i = 0; i < reader->nfields; i++)
	{
		if (!has_text(reader, i))
			continue;
		reader->values[i].text = text;
		text += reader->values[i].length + 1;
	}
	json_object_put(reader->result);
	reader->result = NULL;
}

/* All values of the result are set. */
static bool
emit_result(PageReader *reader)
{
	if (reader->result_text.text.len > LARGE_TEXT_BYTES)
		free_tree(reader);
	return page_emit(reader, PAGE_RESULT);
}

void
page_begin_result(PageReader *reader)
{
	resetStringInfo(&reader->result_text.text);
	resetStringInfo(&reader->elements);
	reader->before = -1;
	for (int i = 0; i < reader->nfields; i++)
		reader->values[i].isnull = true;
}

bool
page_read_whole(PageReader *reader)
{
	if (!page_scan_on(reader, &reader->result_text, 0))
		return reader->event == PAGE_BROKEN || (reader->overflown && too_large(reader));
	reader->step = STEP_COMMA;
	return check_names(reader) || parse_result(reader) ||
		page_read_members(reader) || emit_result(reader);
}

bool
page_begin_field(PageReader *reader, const char *name, size_t length)
{
	int			field = -1;

	if (name != NULL)
		field = page_find_field(reader, reader->before, name, length);
	reader->is_wanted = field >= 0;
	if (field < 0)
		return false;
	reader->before = field;
	reader->paths[field].element = reader->elements.len / sizeof(int);
	appendBinaryStringInfo(&reader->elements, (const char *) &field, sizeof(field));
	return append_mark(reader, reader->result_text.text.len == 0 ? '[' : ',');
}

bool
page_read_field(PageReader *reader)
{
	Kept	   *kept = reader->is_wanted ? &reader->result_text : NULL;

	if (!page_scan_on(reader, kept, 1))
		return reader->event == PAGE_BROKEN || (reader->overflown && too_large(reader));
	reader->step = STEP_COMMA;
	return reader->is_wanted && check_names(reader);
}

/* Without a wanted member there is nothing to parse: all values are null. */
bool
page_end_result(PageReader *reader)
{
	if (reader->elements.len > 0 &&
		(append_mark(reader, ']') || parse_result(reader) || page_read_elements(reader)))
		return true;
	return emit_result(reader);
}
