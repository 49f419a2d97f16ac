/*
 * url_fuzz.c
 *	  Any cursor, any values of filters and any ids: the request's URL goes where the
 *	  base URL says, and carries just them.
 *
 * An input is texts, each ended by a NUL.  Of the first one, the first byte says which
 * endpoint (or an unknown path), the second which base URL and how arrays are written,
 * the third what the request has.  The last one is the cursor; those between are values.
 */
#include "postgres.h"

#include <json-c/json.h>

#include "mb/pg_wchar.h"

#include "page_trace.h"
#include "request/bind_private.h"
#include "request/url.h"
#include "shim.h"
#include "url_part.h"

#define MAX_VALUES 6
#define MAX_PARAMETERS (2 * MAX_VALUES + 12)

/* Bits of the third byte. */
#define BY_ITEM			0x01
#define NEWEST_FIRST	0x02
#define FIRST_PAGE		0x04
#define BY_VALUE		0x08
#define GROUPED			0x10
#define WITHOUT_WHOLE	0x20

typedef struct Input
{
	uint8_t		head[3];
	List	   *values;
	char	   *cursor;			/* NULL: of the first page */
} Input;

typedef struct Parameter
{
	char	   *name;
	char	   *value;
} Parameter;

typedef struct Parameters
{
	int			count;
	Parameter	parameters[MAX_PARAMETERS];
} Parameters;

static char *const base_urls[] = {
	"https://api.openai.com/v1", "http://localhost:8080", "http://[::1]:1/a%20b/v1", "https://h/~x"
};

static const UsageColumn no_columns[] = {{NULL}};
static const UsageEndpoint unknown = {
	.path = "/a/{project_id}/b", .widths = usage_no_width, .columns = no_columns, .shape = USAGE_LIST
};

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- a request -------------------------------------------------------------- */

static const UsageEndpoint *
choose_endpoint(uint8_t number)
{
	int			count = 0;

	while (usage_endpoints[count].name)
		count++;
	number %= count + 1;
	return number == count ? &unknown : &usage_endpoints[number];
}

static void
add_filter(BoundRequest *request, const char *param, UsageFilterForm form, List *values)
{
	BoundFilter *filter = palloc0(sizeof(BoundFilter));

	filter->param = param;
	filter->form = form;
	filter->values = values;
	filter->parts = list_make1(values);
	request->filters = lappend(request->filters, filter);
}

/* The values that the request may have there: what binding lets through. */
static List *
fit_values(const Input *input, bool in_path, bool by_comma)
{
	List	   *fit = NIL;
	ListCell   *lc;

	foreach(lc, input->values)
	{
		if (*(char *) lfirst(lc) && (!in_path || bind_is_segment(lfirst(lc))) &&
			(!by_comma || !strchr(lfirst(lc), ',')))
			fit = lappend(fit, lfirst(lc));
	}
	return fit;
}

/* False: what would be in the path is missing, and nothing is asked. */
static bool
make_request(const Input *input, const UsageTable *table, BoundRequest *request)
{
	bool		by_comma = table->options->array_format == PROVIDER_ARRAY_COMMA;
	List	   *segments = fit_values(input, true, by_comma);
	List	   *values = fit_values(input, false, by_comma);
	bool		by_item = (input->head[2] & BY_ITEM) && table->endpoint->item_path;

	if (by_item || strchr(table->path, '{'))
	{
		if (segments == NIL)
			return false;
		add_filter(request, "id", by_item ? USAGE_FILTER_ITEM : USAGE_FILTER_PATH,
				   list_make1(linitial(segments)));
	}
	if (values != NIL)
		add_filter(request, "models", USAGE_FILTER_ARRAY, values);
	if (values != NIL && (input->head[2] & BY_VALUE))
		add_filter(request, "emails", USAGE_FILTER_VALUE, list_make1(linitial(values)));
	if ((input->head[2] & WITHOUT_WHOLE) && table->endpoint->whole.param)
		add_filter(request, table->endpoint->whole.param, USAGE_FILTER_UNSENT, list_make1("no"));
	if (input->head[2] & GROUPED)
		request->group_by = list_make1("project_id");
	request->newest_first = (input->head[2] & NEWEST_FIRST) != 0;
	bound_count_parts(request);
	return true;
}

/* --- what a URL says --------------------------------------------------------- */

static char *
decode(const char *text, size_t length)
{
	char	   *decoded = palloc(length + 1);
	char	   *to = decoded;
	unsigned int byte;

	for (size_t i = 0; i < length; i++)
	{
		if (text[i] != '%')
			*to++ = text[i];
		else if (i + 2 < length && sscanf(text + i + 1, "%2x", &byte) == 1)
		{
			*to++ = (char) byte;
			i += 2;
		}
		else
			shim_bail_out("a percent sign that encodes nothing");
	}
	*to = '\0';
	return decoded;
}

static Parameters *
read_query(char *text)
{
	Parameters *query = palloc0(sizeof(Parameters));
	char	   *piece;

	while (text && (piece = strsep(&text, "&")))
	{
		char	   *value = strchr(piece, '=');
		Parameter  *parameter = &query->parameters[query->count++];

		if (!value || query->count > MAX_PARAMETERS)
			shim_bail_out("a query of other parameters");
		parameter->name = decode(piece, value - piece);
		parameter->value = decode(value + 1, strlen(value + 1));
	}
	return query;
}

static bool
is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	char	   *of_a = url_part(a, part);
	char	   *of_b = url_part(b, part);

	return of_a && of_b ? strcmp(of_a, of_b) == 0 : of_a == of_b;
}

/* --- what it should say ------------------------------------------------------- */

static void
check_characters(const char *url)
{
	for (; *url; url++)
		if (*url <= ' ' || *url > '~' || strchr("\"<>\\^`#", *url))
			shim_bail_out("a URL has a character that it must not have");
}

/* The same host; below the base's path, the endpoint's, whose one segment is the id. */
static void
check_place(CURLU *url, const UsageTable *table, const BoundRequest *request)
{
	static const CURLUPart same[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT, CURLUPART_USER, CURLUPART_FRAGMENT};
	const BoundFilter *item = bound_filter_of_form(request, USAGE_FILTER_ITEM);
	const BoundFilter *filter = item ? item : bound_filter_of_form(request, USAGE_FILTER_PATH);
	const char *pattern = item ? table->endpoint->item_path : table->path;
	CURLU	   *base = url_parse(table->options->base_url);
	char	   *path = url_part(url, CURLUPART_PATH);
	char	   *base_path = url_part(base, CURLUPART_PATH);
	size_t		before = strcspn(pattern, "{");

	for (int i = 0; i < lengthof(same); i++)
		if (!is_same_part(url, base, same[i]))
			shim_bail_out("a request goes to another host");
	curl_url_cleanup(base);
	path += strcmp(base_path, "/") == 0 ? 0 : strlen(base_path);
	if (strncmp(path, pattern, before) != 0)
		shim_bail_out("a path of another endpoint");
	if (filter)
	{
		char	   *rest = strchr(path + before, '/');
		size_t		length = rest ? rest - path - before : strlen(path + before);

		if (strcmp(decode(path + before, length), linitial(filter->values)) != 0)
			shim_bail_out("an id is another");
		if (strcmp(rest ? rest : "", strchr(pattern, '}') + 1) != 0)
			shim_bail_out("an id is more than a segment");
	}
	else if (path[before])
		shim_bail_out("a path that goes on");
}

/* The parameters of that name are the values, in their order: how many there are. */
static int
check_parameter(const Parameters *query, const char *name, List *values, bool by_comma)
{
	int			found = 0;
	char	   *all = "";
	ListCell   *lc;

	foreach(lc, values)
		all = psprintf("%s%s%s", all, *all ? "," : "", (char *) lfirst(lc));
	for (int i = 0; i < query->count; i++)
	{
		if (strcmp(query->parameters[i].name, name) != 0)
			continue;
		if (found == list_length(values) ||
			strcmp(query->parameters[i].value, by_comma ? all : list_nth(values, found)) != 0)
			shim_bail_out("a parameter has another value");
		found++;
	}
	if (found != (by_comma && values ? 1 : list_length(values)))
		shim_bail_out("a parameter is missing");
	return found;
}

/* Parameters that are constants, of a list: how many there are. */
static int
check_constants(const Parameters *query, const UsageEndpoint *endpoint, const BoundRequest *request)
{
	const UsageParameter *whole = &endpoint->whole;
	const UsageParameter *newest = &endpoint->newest_first;
	int			known = 1;		/* its limit */

	if (whole->param)
		known += check_parameter(query, whole->param, bound_filter_of_form(request, USAGE_FILTER_UNSENT) ?
								 NIL : list_make1((char *) whole->value), false);
	if (newest->param)
		known += check_parameter(query, newest->param, request->newest_first ?
								 list_make1((char *) newest->value) : NIL, false);
	return known;
}

/* Those of filters: the same. */
static int
check_filters(const Parameters *query, const BoundRequest *request, const char *suffix, bool by_comma)
{
	int			known = 0;
	ListCell   *lc;

	foreach(lc, request->filters)
	{
		const BoundFilter *filter = lfirst(lc);

		if (filter->form == USAGE_FILTER_ARRAY)
			known += check_parameter(query, psprintf("%s%s", filter->param, suffix), filter->values, by_comma);
		if (filter->form == USAGE_FILTER_VALUE)
			known += check_parameter(query, filter->param, filter->values, false);
	}
	return known;
}

static void
check_query(CURLU *url, const UsageTable *table, const BoundRequest *request, const char *cursor)
{
	Parameters *query = read_query(url_part(url, CURLUPART_QUERY));
	bool		by_comma = table->options->array_format == PROVIDER_ARRAY_COMMA;
	bool		in_buckets = table->endpoint->shape == USAGE_BUCKETS;
	const char *suffix = table->options->array_format == PROVIDER_ARRAY_BRACKETS ? "[]" : "";
	int			known = check_filters(query, request, suffix, by_comma);

	known += check_parameter(query, psprintf("group_by%s", suffix), request->group_by, by_comma);
	known += check_parameter(query, in_buckets ? "page" : "after",
							 cursor ? list_make1((char *) cursor) : NIL, false);
	/* of buckets its time, width and limit */
	known += in_buckets ? 4 : check_constants(query, table->endpoint, request);
	if (known != query->count)
		shim_bail_out("a parameter that nobody asked for");
}

/* A page hands the cursor on as it was, or refuses it. */
static char *
through_page(const char *cursor, PageShape shape)
{
	json_object *json = json_object_new_string(cursor);
	char	   *page = psprintf("{\"data\":[],\"has_more\":true,\"%s\":%s}",
								shape == PAGE_OF_BUCKETS ? "next_page" : "last_id",
								json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	PageReader *reader;
	PageEvent	event;

	json_object_put(json);
	trace_shape = shape;
	reader = open_reader((Fields) {NULL, 0});
	page_feed(reader, page, strlen(page));
	while ((event = page_next(reader)) == PAGE_WANTS_BYTES)
		page_feed(reader, NULL, 0);
	if (event == PAGE_BROKEN && strlen(page) < 4096 &&
		pg_encoding_verifymbstr(PG_UTF8, cursor, strlen(cursor)) == strlen(cursor))
		shim_bail_out(page_complaint(reader));
	if (event != PAGE_END)
		return NULL;
	if (!page_has_more(reader) || strcmp(page_cursor(reader) ? page_cursor(reader) : "", cursor) != 0)
		shim_bail_out("a page has another cursor");
	return page_cursor(reader) ? pstrdup(page_cursor(reader)) : NULL;
}

static void
try_request(const Input *input)
{
	UsageOptions options = {
		.provider = &provider_openai,
		.base_url = base_urls[input->head[1] % lengthof(base_urls)],
		.array_format = input->head[1] / lengthof(base_urls) % (PROVIDER_ARRAY_COMMA + 1)
	};
	const UsageEndpoint *endpoint = choose_endpoint(input->head[0]);
	UsageTable	table = {
		.path = endpoint->path, .endpoint = endpoint, .width = endpoint->widths, .options = &options
	};
	Slice		slice = {.width = table.width, .window = {0, 3 * table.width->width_us}};
	BoundRequest request = {0};
	char	   *cursor = input->cursor;
	char	   *text;
	CURLU	   *url;

	if (!make_request(input, &table, &request))
		return;
	if (bound_shape(&table, &request) == USAGE_OBJECT)
		cursor = NULL;
	else if (cursor)
		cursor = through_page(cursor, endpoint->shape == USAGE_BUCKETS ? PAGE_OF_BUCKETS : PAGE_OF_RESULTS);
	text = url_build(&table, &request, &slice, cursor);
	check_characters(text);
	url = url_parse(text);
	check_place(url, &table, &request);
	if (bound_shape(&table, &request) != USAGE_OBJECT)
		check_query(url, &table, &request, cursor);
	else if (url_part(url, CURLUPART_QUERY))
		shim_bail_out("an object is asked for with parameters");
	curl_url_cleanup(url);
}

/* The texts of an input; none of them is longer than it. */
static Input
read_input(const uint8_t *data, size_t size)
{
	Input		input = {{data[0], data[1], data[2]}};
	const char *text = (const char *) data + 3;
	const char *end = (const char *) data + size;

	while (text < end)
	{
		char	   *copy = pnstrdup(text, end - text);

		text += strlen(copy) + 1;
		if (text < end && list_length(input.values) < MAX_VALUES)
			input.values = lappend(input.values, copy);
		else if (text >= end && !(input.head[2] & FIRST_PAGE))
			input.cursor = copy;
	}
	return input;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);

	if (size >= 3)
	{
		Input		input = read_input(data, size);

		try_request(&input);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
