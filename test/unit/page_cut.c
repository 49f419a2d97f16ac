/*
 * page_cut.c
 *	  Answers that are read in one feed, byte by byte, and cut in two.
 */
#include "postgres.h"

#include <stdlib.h>

#include "page_cut.h"

const Frame frames[FRAME_COUNT] = {
	{"of the page", "{\"a\":", ",\"data\":[]}", "x", 0},
	{"of a bucket", "{\"data\":[{\"a\":", ",\"start_time\":1,\"end_time\":2,\"results\":[]}]}", "x", 0},
	{"of a result, unread", "{\"data\":[" BUCKET "{\"a\":", "}]}]}", "x", 1},
	{"of a result, read", "{\"data\":[" BUCKET "{\"x\":", "}]}]}", "x", 1},
	{"within one, read", "{\"data\":[" BUCKET "{\"x\":{\"y\":", "}}]}]}", "x.y", 2},
	{"of a result, read as a whole", "{\"data\":[" BUCKET "{\"x\":", "}]}]}", "*", 1}
};

PageEvent
feed(PageReader *reader, const char *bytes, size_t length)
{
	char	   *copy = malloc(length);
	PageEvent	event;

	memcpy(copy, bytes, length);
	page_feed(reader, copy, length);
	while ((event = page_next(reader)) == PAGE_BUCKET || event == PAGE_RESULT ||
		   event == PAGE_BUCKET_END)
		continue;
	free(copy);
	return event;
}

const char *
read_cut(PageReader *reader, const char *text, size_t length, size_t cut)
{
	PageEvent	event = page_next(reader);
	size_t		done = 0;

	while (event == PAGE_WANTS_BYTES)
	{
		size_t		size = cut == 0 ? Min(1, length - done) :
		done == 0 ? Min(cut, length) : length - done;

		event = feed(reader, text + done, size);
		done += size;
	}
	return event == PAGE_END ? "" : page_complaint(reader);
}

char *
complaint_of(const char *path, const char *text, size_t length)
{
	PageField	field = {path, FIELD_JSON};
	PageReader *reader = page_open(&provider_openai.envelopes[PAGE_OF_BUCKETS], &field, 1,
								   MAX_RESULT_BYTES, NULL);
	char	   *complaint = pstrdup(read_cut(reader, text, length, length));

	for (size_t cut = 0; cut < length; cut++)
	{
		const char *other;

		page_restart(reader);
		other = read_cut(reader, text, length, cut);
		if (strcmp(other, complaint) != 0)
			return psprintf("<%s> or, cut at %zu, <%s>", complaint, cut, other);
	}
	return complaint;
}
