/*
 * page_envelope.c
 *	  The members of a page and its buckets: their names, and their scalars.
 */
#include "postgres.h"

#include "page/page_private.h"

/* The names that a member may have; messages use the first one. */
static const char *const *
member_names(const PageEnvelope *envelope, Member member)
{
	switch (member)
	{
		case MEMBER_DATA:
			return envelope->data;
		case MEMBER_HAS_MORE:
			return envelope->has_more;
		case MEMBER_CURSOR:
			return envelope->cursor;
		case MEMBER_BUCKET_START:
			return envelope->bucket_start;
		case MEMBER_BUCKET_END:
			return envelope->bucket_end;
		case MEMBER_RESULTS:
			return envelope->results;
		case MEMBER_OTHER:
			break;
	}
	pg_unreachable();
}

const char *
page_member_name(const PageReader *reader, Member member)
{
	return member_names(reader->envelope, member)[0];
}

size_t
page_longest_member(const PageEnvelope *envelope)
{
	size_t		longest = 0;

	for (Member member = 0; member < MEMBER_OTHER; member++)
		for (const char *const *name = member_names(envelope, member); *name; name++)
			longest = Max(longest, strlen(*name));
	return longest;
}

Member
page_find_member(const PageEnvelope *envelope, Member first, Member last, const char *name, size_t length)
{
	for (Member member = first; member <= last; member++)
		for (const char *const *known = member_names(envelope, member); *known; known++)
			if (strlen(*known) == length && memcmp(*known, name, length) == 0)
				return member;
	return MEMBER_OTHER;
}

static bool
read_bucket_time(PageReader *reader, json_object *json, PageValue *time)
{
	const char *name = page_member_name(reader, reader->member);

	time->integer = json_object_get_int64(json);
	if (!json_object_is_type(json, json_type_int))
		return page_unfit(reader, name, strlen(name), "bucket", json, "an integer");
	if (!page_is_exact(json) || json_object_get_uint64(json) > PG_INT64_MAX)
		return page_broken(reader, "The \"%s\" of a bucket is an integer out of range.", name);
	return false;
}

/* If has_more is null, it counts as absent. */
static bool
read_has_more(PageReader *reader, json_object *json)
{
	const char *name = page_member_name(reader, MEMBER_HAS_MORE);

	if (json == NULL)
		reader->page_members &= ~(1 << MEMBER_HAS_MORE);
	else if (!json_object_is_type(json, json_type_boolean))
		return page_unfit(reader, name, strlen(name), "page", json, "a boolean");
	reader->has_more = json_object_get_boolean(json);
	return false;
}

/* An empty cursor would ask for the first page again, so it counts as absent. */
static bool
read_cursor(PageReader *reader, json_object *json)
{
	const char *text = json_object_get_string(json);
	const char *name = page_member_name(reader, MEMBER_CURSOR);

	if (json == NULL)
		return false;
	if (!json_object_is_type(json, json_type_string))
		return page_unfit(reader, name, strlen(name), "page", json, "a string");
	if (strlen(text) != json_object_get_string_len(json))
		return page_broken(reader, "The \"%s\" of a page contains a null character.", name);
	if (text[0] != '\0')
		reader->next_cursor = json_object_get(json);
	return false;
}

bool
page_take_scalar(PageReader *reader)
{
	Kept	   *kept = &reader->scalar;
	bool		failed;
	bool		event = false;
	json_object *json = page_parse(reader->tokener, kept->text.data, kept->text.len + 1, &failed);

	if (failed)
		return page_exhausted(reader);
	if (reader->member == MEMBER_BUCKET_START)
		event = read_bucket_time(reader, json, &reader->bucket_start);
	else if (reader->member == MEMBER_BUCKET_END)
		event = read_bucket_time(reader, json, &reader->bucket_end);
	else if (reader->member == MEMBER_HAS_MORE)
		event = read_has_more(reader, json);
	else
		event = read_cursor(reader, json);
	json_object_put(json);
	return event;
}
