/*
 * page_fuzz.c
 *	  Any bytes as an answer: read alike in any pieces, and as json-c reads them.
 *
 * The first byte says in which pieces, of what fields and of what shape; the rest is the
 * answer.
 */
#include "postgres.h"

#include <json-c/json.h>

#include "page_trace.h"
#include "shim.h"

#define MAX_RESULTS 256
#define SMALL_BYTES 200

/* Also everything as JSON, and odd kinds, so that more code is met. */
static const PageField mixture[] = {
	{"*", FIELD_JSON}, {"amount", FIELD_JSON}, {"amount.value", FIELD_SCALAR},
	{"input_tokens", FIELD_NUMBER}, {"model", FIELD_SCALAR}, {"batch", FIELD_BOOLEAN},
	{"num_requests", FIELD_INTEGER}, {"project_id", FIELD_TEXT}
};
static const PageField whole[] = {{"*", FIELD_JSON}};

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The results in their order, and whether the reader takes it all for a page. */
static bool
read_results(Bytes page, json_object **results, int *count)
{
	PageReader *reader = open_reader(FIELDS(whole));
	PageEvent	event;
	bool		fed = false;

	*count = 0;
	while ((event = page_next(reader)) != PAGE_END)
	{
		if (event == PAGE_BROKEN && page_numeric_field(reader) > 0)
			shim_bail_out("a field that is none");
		if (event == PAGE_BROKEN || *count == MAX_RESULTS)
			return false;
		if (event == PAGE_RESULT)
			results[(*count)++] = json_tokener_parse(page_values(reader)[0].text);
		if (event != PAGE_WANTS_BYTES)
			continue;
		page_feed(reader, page.data, fed ? 0 : page.length);
		fed = true;
	}
	return true;
}

static int
occurrences(Bytes page, const char *text)
{
	int			count = 0;

	for (size_t i = 0; i + strlen(text) <= page.length; i++)
		count += memcmp(page.data + i, text, strlen(text)) == 0;
	return count;
}

/* Compare the results of a bucket, from that one on; returns which one comes next. */
static int
check_bucket(json_object *bucket, json_object *const *results, int count, int found)
{
	json_object *list;

	/* it has had another name */
	if (!json_object_object_get_ex(bucket, "results", &list) &&
		!json_object_object_get_ex(bucket, "result", &list))
		return found;
	if (!json_object_is_type(list, json_type_array))
		return found;
	for (size_t i = 0; i < json_object_array_length(list); i++, found++)
		if (found >= count || !json_object_equal(json_object_array_get_idx(list, i), results[found]))
			shim_bail_out("a result is not that of json-c");
	return found;
}

/* Those of a page of buckets: how many there are by json-c, or -1 if it can't tell. */
static int
check_buckets(Bytes page, json_object *buckets, json_object *const *results, int count)
{
	int			found = 0;

	/* of members that come twice json-c keeps the last, we read all */
	if (occurrences(page, "\"result") != json_object_array_length(buckets))
		return -1;
	for (size_t i = 0; i < json_object_array_length(buckets); i++)
		found = check_bucket(json_object_array_get_idx(buckets, i), results, count, found);
	return found;
}

/* Those of a list: the same. */
static int
check_list(json_object *list, json_object *const *results, int count)
{
	int			found = json_object_array_length(list);

	for (int i = 0; i < found; i++)
		if (i >= count || !json_object_equal(json_object_array_get_idx(list, i), results[i]))
			shim_bail_out("an object is not that of json-c");
	return found;
}

static int
count_results(Bytes page, json_object *tree, json_object *const *results, int count)
{
	json_object *data = json_object_object_get(tree, "data");

	if (trace_shape == PAGE_IS_RESULT)
	{
		if (count != 1 || !json_object_equal(tree, results[0]))
			shim_bail_out("the object is not that of json-c");
		return 1;
	}
	if (!json_object_is_type(data, json_type_array) || occurrences(page, "\\") != 0 ||
		occurrences(page, "\"data\"") != 1)
		return -1;
	return trace_shape == PAGE_OF_BUCKETS ? check_buckets(page, data, results, count) :
		check_list(data, results, count);
}

/* Are the results those of a plain parse of all? */
static void
check_results(Bytes page, json_object *const *results, int count)
{
	json_tokener *tokener = json_tokener_new_ex(100);
	json_object *tree = json_tokener_parse_ex(tokener, page.data, page.length);
	int			found;

	if (!json_object_is_type(tree, json_type_object))
		shim_bail_out("json-c does not take a page for an object");
	found = count_results(page, tree, results, count);
	if (found >= 0 && found != count)
		shim_bail_out("the reader found more results than json-c");
	json_object_put(tree);
	json_tokener_free(tokener);
}

static void
check(Bytes page, uint8_t how)
{
	Fields		fields = how & 1 ? FIELDS(mixture) : everything;
	char	   *at_once;
	json_object *results[MAX_RESULTS];
	int			count;

	/* what is of no shape: buckets with small results */
	trace_shape = (how >> 1) % 4 == 3 ? PAGE_OF_BUCKETS : (how >> 1) % 4;
	trace_result_bytes = (how >> 1) % 4 == 3 ? SMALL_BYTES : MAX_RESULT_BYTES;
	at_once = trace_page(fields, page, page.length + 1);
	shim_seed(how + 1);
	if (strcmp(at_once, trace_page(fields, page, how >> 3)) != 0)
		shim_bail_out("it depends on the pieces");
	if (read_results(page, results, &count))
		check_results(page, results, count);
	for (int i = 0; i < count; i++)
		json_object_put(results[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context;
	MemoryContext caller;

	if (size == 0)
		return 0;
	context = shim_context();
	caller = MemoryContextSwitchTo(context);
	check((Bytes) {(const char *) data + 1, size - 1}, data[0]);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
