/*
 * page.c
 *	  Bytes of an answer to typed values, one result object at a time.
 *
 * The code here is the skeleton only: a small machine that walks the brackets,
 * colons and commas of page, bucket list, bucket and result list.  Every key,
 * scalar, unknown member and result goes to json-c's incremental parser, which
 * may be interrupted where bytes end.
 *
 * What json-c can't be trusted with is done before it sees a byte.  It checks
 * UTF-8 only roughly, and not across calls; a number that is cut in two calls
 * it reads by a looser grammar ("12" and "-3" give 12).  So bytes go to it in
 * windows that the server's own check has found to be UTF-8 without NUL, and
 * that end neither in a character nor in what may be a number.
 *
 * Nothing throws while json-c is on the stack, and all that it allocates hangs
 * on the reader, so that a memory context callback finds it.
 */
#include "postgres.h"

#include <limits.h>
#include <locale.h>

#include <json-c/json_c_version.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <json-c/json_visit.h>
#include <json-c/linkhash.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "page.h"

#define COMPLAINT_BYTES 512
#define QUOTE_BYTES 68			/* 64 of a value, "..." and a NUL */
#define ERROR_BYTES 504			/* 500 of a message, "..." and a NUL */
#define REMEMBERED_MEMBERS 64	/* whose place in a result is remembered */

/* The innermost open bracket of the envelope. */
typedef enum Place
{
	OUTSIDE, IN_PAGE, IN_DATA, IN_BUCKET, IN_RESULTS
} Place;

/* What comes next there. */
typedef enum Step
{
	STEP_OPEN,					/* the page's brace */
	STEP_FIRST,					/* an item, or the end of the list or object */
	STEP_ITEM,					/* an item: a key, a bucket or a result */
	STEP_COLON,
	STEP_VALUE,
	STEP_COMMA,					/* or the end of the list or object */
	STEP_NOTHING				/* only white space */
} Step;

/* The envelope's members that matter; their bits tell which were seen. */
typedef enum Member
{
	MEMBER_DATA, MEMBER_HAS_MORE, MEMBER_NEXT_PAGE,
	MEMBER_START_TIME, MEMBER_END_TIME, MEMBER_RESULTS, MEMBER_OTHER
} Member;

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

/* A wanted field's path, cut at its dots, and what else shares its first key. */
typedef struct Path
{
	const char *keys;			/* each ends with a NUL, the last with two;
								 * NULL for the whole result */
	const char *rest;			/* the keys below the first one */
	int			next;			/* next field with that first key, or -1 */
} Path;

struct PageReader
{
	/* what is wanted, and where it was in the last result */
	const PageField *fields;
	PageValue  *values;
	Path	   *paths;
	int			nfields;
	int			whole;			/* first field that is the whole result, or -1 */
	int			remembered[REMEMBERED_MEMBERS]; /* first field with the key of
												 * the nth member, or -1 */

	/* bytes: those being read, those not yet, those kept for the next feed */
	const char *cursor;
	const char *window_end;
	const char *window;
	const char *feed;
	size_t		feed_length;
	StringInfoData tail;
	int64		offset;			/* of the window in the answer */
	bool		tail_read;		/* the window is the tail */
	bool		invalid;		/* what follows the window is not text */
	bool		ended;			/* there will be no other feed */

	/* the skeleton */
	PageEvent	event;			/* to be answered */
	Place		place;
	Step		step;
	Member		member;			/* whose colon or value is next */
	int			page_members;	/* bits of those seen */
	int			bucket_members;
	bool		parsing;		/* json-c is within a value */

	/* values of the envelope */
	int64		start_time;
	int64		end_time;
	bool		has_more;

	/* what json-c holds for us */
	json_tokener *tokener;
	json_object *result;
	json_object *next_page;

	MemoryContextCallback callback;
	char		complaint[COMPLAINT_BYTES];
};

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

/*
 * json-c 0.18 takes every byte of a character beyond ASCII for a control
 * character when it is strict: no choice but to let it be lax.
 */
static json_tokener *
new_tokener(void)
{
	json_tokener *tokener = json_tokener_new();
	bool		lax = (json_c_version_num() >> 8) == 18;

	if (tokener != NULL)
		json_tokener_set_flags(tokener, lax ? JSON_TOKENER_ALLOW_TRAILING_CHARS :
							   JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	return tokener;
}

/* How many bytes at `text` are a control character (C0, DEL or C1), or 0. */
static int
control_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;

	if (byte[0] == 0xC2 && byte[1] >= 0x80 && byte[1] < 0xA0)
		return 2;
	return byte[0] < ' ' || byte[0] == 0x7F ? 1 : 0;
}

/* How many bytes at `text` look like an API key, or 0. */
static int
secret_length(const char *text)
{
	static const char alphabet[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*-";
	size_t		length;

	if (strncmp(text, "sk-", 3) != 0)
		return 0;
	length = strspn(text + 3, alphabet);
	return length >= 8 ? 3 + length : 0;
}

/*
 * Words from elsewhere made fit for a message: control characters become
 * spaces, what looks like a key is masked, the end is cut at a character's
 * boundary.  Of `size` bytes four are for "..." and the NUL.  The source is
 * UTF-8 and has a NUL after its end.
 */
static void
copy_clean(char *target, size_t size, const char *source, size_t length)
{
	const char *end = source + length;
	size_t		room = size - 4;
	size_t		used = 0;

	while (source < end && used < room)
	{
		int			control = control_length(source);
		int			secret = secret_length(source);

		if (secret > 0 && used + 6 > room)
			break;
		if (secret > 0)
			memcpy(target + used, "sk-***", 6);
		else
			target[used] = control > 0 ? ' ' : *source;
		used += secret > 0 ? 6 : 1;
		source += Max(Max(control, secret), 1);
	}
	while (source < end && (*source & 0xC0) == 0x80)
		source--, used--;
	strcpy(target + used, source < end ? "..." : "");
}

/* Answer PAGE_BROKEN.  Always true: an event is there. */
static bool broken(PageReader *reader, const char *format,...) pg_attribute_printf(2, 3);

static bool
broken(PageReader *reader, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(reader->complaint, COMPLAINT_BYTES, format, arguments);
	va_end(arguments);
	reader->event = PAGE_BROKEN;
	return true;
}

/* json-c got no memory. */
static bool
exhausted(PageReader *reader)
{
	return broken(reader, "A result takes more memory than there is.");
}

/* The byte at the cursor can't be there. */
static bool
misplaced(PageReader *reader, const char *why)
{
	return broken(reader, "The answer is not valid JSON at byte " INT64_FORMAT ": %s.",
				  reader->offset + (reader->cursor - reader->window) + 1, why);
}

/* Of what json_object_get_string() gave: a string may hold NULs. */
static size_t
text_length(json_object *json, const char *text)
{
	return json_object_is_type(json, json_type_string) ?
		json_object_get_string_len(json) : strlen(text);
}

/* `owner`'s member is not `wanted`, or is what words of `instead` say. */
static bool
unfit(PageReader *reader, const char *path, int path_length, const char *owner,
	  json_object *value, const char *wanted)
{
	static const char *const kinds[] = {
		[json_type_null] = "",[json_type_boolean] = "",
		[json_type_double] = "the number ",[json_type_int] = "the number ",
		[json_type_object] = "an object",[json_type_array] = "a list",
		[json_type_string] = "the string "
	};
	json_type	type = json_object_get_type(value);
	const char *text = value == NULL ? "null" : json_object_get_string(value);
	const char *quote = type == json_type_string ? "\"" : "";
	char		shown[QUOTE_BYTES] = "";
	char		name[QUOTE_BYTES];

	copy_clean(name, sizeof(name), path, path_length);
	if (text != NULL && type != json_type_object && type != json_type_array)
		copy_clean(shown, sizeof(shown), text, text_length(value, text));
	return broken(reader, "The \"%s\" of a %s is %s%s%s%s, not %s.",
				  name, owner, kinds[type], quote, shown, quote, wanted);
}

/* --- the members of a result ------------------------------------------- */

static bool
unfit_field(PageReader *reader, int field, json_object *value, const char *wanted)
{
	const char *path = reader->fields[field].path;

	return unfit(reader, path, strlen(path), "result", value, wanted);
}

static bool
spoilt_field(PageReader *reader, int field, const char *how)
{
	char		name[QUOTE_BYTES];
	const char *path = reader->fields[field].path;

	copy_clean(name, sizeof(name), path, strlen(path));
	return broken(reader, "The \"%s\" of a result %s.", name, how);
}

/*
 * Did json-c keep this number as it was?  Integers beyond its range it takes,
 * depending on its version, for the nearest one within, so that neither end
 * can be believed.  A double without its literal was "NaN" or "Infinity".
 */
static bool
is_exact(json_object *number)
{
	if (json_object_is_type(number, json_type_double))
		return json_object_get_userdata(number) != NULL;
	return json_object_get_int64(number) != PG_INT64_MIN &&
		json_object_get_uint64(number) != PG_UINT64_MAX;
}

static bool
is_string(json_object *json, const char *text)
{
	size_t		length = strlen(text);

	return json_object_is_type(json, json_type_string) &&
		json_object_get_string_len(json) == length &&
		memcmp(json_object_get_string(json), text, length) == 0;
}

static bool
take_text(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (!json_object_is_type(json, json_type_string))
		return unfit_field(reader, field, json, "a string");
	value->text = json_object_get_string(json);
	value->length = json_object_get_string_len(json);
	if (memchr(value->text, '\0', value->length) != NULL)
		return spoilt_field(reader, field, "contains a null character");
	return false;
}

static bool
take_integer(PageReader *reader, int field, json_object *json)
{
	if (!json_object_is_type(json, json_type_int))
		return unfit_field(reader, field, json, "an integer");
	if (!is_exact(json) || json_object_get_uint64(json) > PG_INT64_MAX)
		return spoilt_field(reader, field, "is an integer out of range");
	reader->values[field].integer = json_object_get_int64(json);
	return false;
}

static bool
take_boolean(PageReader *reader, int field, json_object *json)
{
	bool		yes = is_string(json, "true");

	if (json_object_is_type(json, json_type_boolean))
		yes = json_object_get_boolean(json);
	else if (!yes && !is_string(json, "false"))
		return unfit_field(reader, field, json, "a boolean");
	reader->values[field].boolean = yes;
	return false;
}

/* The literal of a number or boolean, as JSON has it. */
static bool
take_literal(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (!json_object_is_type(json, json_type_boolean) && !is_exact(json))
		return spoilt_field(reader, field, "is a number out of range");
	value->text = json_object_to_json_string_length(json, JSON_C_TO_STRING_PLAIN,
													&value->length);
	return value->text == NULL && exhausted(reader);
}

static bool
take_number(PageReader *reader, int field, json_object *json)
{
	switch (json_object_get_type(json))
	{
		case json_type_string:
			return take_text(reader, field, json);
		case json_type_int:
		case json_type_double:
			return take_literal(reader, field, json);
		default:
			return unfit_field(reader, field, json, "a number");
	}
}

static bool
take_scalar(PageReader *reader, int field, json_object *json)
{
	switch (json_object_get_type(json))
	{
		case json_type_boolean:
			return take_literal(reader, field, json);
		case json_type_object:
		case json_type_array:
			return unfit_field(reader, field, json, "a string, number or boolean");
		default:
			return take_number(reader, field, json);
	}
}

/* For json_c_visit(): stop with an error at a number that isn't exact. */
static int
visit_number(json_object *json, int flags, json_object *parent,
			 const char *key, size_t *index, void *arg)
{
	json_type	type = json_object_get_type(json);

	if ((type == json_type_int || type == json_type_double) && !is_exact(json))
		return JSON_C_VISIT_RETURN_ERROR;
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static bool
take_json(PageReader *reader, int field, json_object *json)
{
	PageValue  *value = &reader->values[field];

	if (json_c_visit(json, 0, visit_number, NULL) < 0)
		return spoilt_field(reader, field, "has a number out of range");
	value->text = json_object_to_json_string_length(json, JSON_C_TO_STRING_PLAIN |
													JSON_C_TO_STRING_NOSLASHESCAPE,
													&value->length);
	return value->text == NULL && exhausted(reader);
}

/* The value of a field, by its kind.  True: it does not fit. */
static bool
take_field(PageReader *reader, int field, json_object *json)
{
	static bool (*const take[]) (PageReader *, int, json_object *) = {
		[PAGE_TEXT] = take_text,
		[PAGE_INTEGER] = take_integer,
		[PAGE_BOOLEAN] = take_boolean,
		[PAGE_NUMBER] = take_number,
		[PAGE_SCALAR] = take_scalar,
		[PAGE_JSON] = take_json
	};

	if (json == NULL)
		return false;
	reader->values[field].isnull = false;
	return take[reader->fields[field].kind] (reader, field, json);
}

/* The same for a field below the member `json` of the result. */
static bool
take_path(PageReader *reader, int field, json_object *json)
{
	const Path *path = &reader->paths[field];

	for (const char *key = path->rest; *key != '\0' && json != NULL; key += strlen(key) + 1)
	{
		if (!json_object_is_type(json, json_type_object))
			return unfit(reader, reader->fields[field].path, key - path->keys - 1,
						 "result", json, "an object");
		if (!json_object_object_get_ex(json, key, &json))
			return false;
	}
	return take_field(reader, field, json);
}

/*
 * The first field that begins with this key, or -1.  Results of a page have
 * their members in the same order as a rule, so look first at what the nth
 * member was last time.
 */
static int
find_field(PageReader *reader, const char *key, int nth)
{
	int			guess = nth < REMEMBERED_MEMBERS ? reader->remembered[nth] : -1;

	if (guess >= 0 && strcmp(reader->paths[guess].keys, key) == 0)
		return guess;
	for (int i = 0; i < reader->nfields; i++)
	{
		const char *wanted = reader->paths[i].keys;

		if (wanted == NULL || wanted[0] != key[0] || strcmp(wanted, key) != 0)
			continue;
		if (nth < REMEMBERED_MEMBERS)
			reader->remembered[nth] = i;
		return i;
	}
	return -1;
}

/* The values of all fields.  True: one does not fit. */
static bool
take_fields(PageReader *reader)
{
	struct lh_entry *entry;
	int			nth = 0;

	for (int i = 0; i < reader->nfields; i++)
		reader->values[i].isnull = true;
	lh_foreach(json_object_get_object(reader->result), entry)
	{
		int			field = find_field(reader, lh_entry_k(entry), nth++);

		for (; field >= 0; field = reader->paths[field].next)
			if (take_path(reader, field, lh_entry_v(entry)))
				return true;
	}
	for (int field = reader->whole; field >= 0; field = reader->paths[field].next)
		if (take_field(reader, field, reader->result))
			return true;
	return false;
}

/* --- the skeleton ------------------------------------------------------ */

static bool
emit(PageReader *reader, PageEvent event)
{
	reader->event = event;
	return true;
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
			return broken(reader, "A bucket has no \"%s\".", member_names[member]);
	return emit(reader, PAGE_BUCKET_END);
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
			is_string(key, members[i].key))
			reader->member = members[i].member;
	json_object_put(key);
	reader->step = STEP_COLON;
	if (reader->member != MEMBER_OTHER && (*seen & (1 << reader->member)) != 0)
		return broken(reader, "A %s has more than one \"%s\".",
					  place_names[reader->place], member_names[reader->member]);
	*seen |= 1 << reader->member;
	return false;
}

static bool
take_result(PageReader *reader)
{
	if (!reader->parsing && *reader->cursor != '{')
		return broken(reader, "A result is not an object.");
	if (!parse(reader, &reader->result))
		return reader->event == PAGE_BROKEN;
	reader->step = STEP_COMMA;
	if (reader->result == NULL)
		return exhausted(reader);
	return take_fields(reader) || emit(reader, PAGE_RESULT);
}

static bool
take_bucket(PageReader *reader)
{
	if (*reader->cursor != '{')
		return broken(reader, "A bucket is not an object.");
	enter(reader, IN_BUCKET);
	reader->bucket_members = 0;
	return emit(reader, PAGE_BUCKET);
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
		return unfit(reader, name, strlen(name), "bucket", json, "an integer");
	if (!is_exact(json) || json_object_get_uint64(json) > PG_INT64_MAX)
		return broken(reader, "The \"%s\" of a bucket is an integer out of range.", name);
	return false;
}

/* A null has_more counts as none at all. */
static bool
take_has_more(PageReader *reader, json_object *json)
{
	if (json == NULL)
		reader->page_members &= ~(1 << MEMBER_HAS_MORE);
	else if (!json_object_is_type(json, json_type_boolean))
		return unfit(reader, "has_more", 8, "page", json, "a boolean");
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
		return unfit(reader, "next_page", 9, "page", json, "a string");
	if (strlen(text) != json_object_get_string_len(json))
		return broken(reader, "The \"next_page\" of a page contains a null character.");
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
		return broken(reader, "The \"%s\" of a %s is not a list.",
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
static bool
finish(PageReader *reader)
{
	bool		has_more_seen = (reader->page_members & (1 << MEMBER_HAS_MORE)) != 0;

	if (reader->step == STEP_OPEN)
		return broken(reader, "The answer is empty.");
	if (reader->step != STEP_NOTHING)
		return broken(reader, "The answer ends in the middle of a %s.",
					  reader->place == IN_RESULTS && reader->parsing ? "result" :
					  place_names[reader->place]);
	if ((reader->page_members & (1 << MEMBER_DATA)) == 0)
		return broken(reader, "The page has no \"data\".");
	if (!has_more_seen && reader->next_page != NULL)
		return broken(reader, "The page has a \"next_page\" but no \"has_more\".");
	return emit(reader, PAGE_END);
}

/* Let the skeleton read text as far as it is text. */
static void
open_window(PageReader *reader, const char *bytes, size_t length)
{
	size_t		valid = pg_encoding_verifymbstr(PG_UTF8, bytes, length);

	reader->window = reader->cursor = bytes;
	reader->window_end = bytes + valid;
	reader->invalid = valid < length;
}

/* May a window end behind this byte? */
static bool
is_cut(char byte)
{
	return (byte & 0x80) == 0 && byte != '-' && byte != '+' && byte != '.' &&
		(byte < '0' || byte > '9') && byte != 'e' && byte != 'E';
}

/* Put bytes of the feed behind the tail, up to a cut if there is one. */
static bool
lengthen_tail(PageReader *reader)
{
	size_t		length = 0;
	bool		cut = false;

	while (length < reader->feed_length && !cut)
		cut = is_cut(reader->feed[length++]);
	appendBinaryStringInfo(&reader->tail, reader->feed, length);
	reader->feed += length;
	reader->feed_length -= length;
	return cut;
}

/* The window is read: make the next one, or ask for more. */
static bool
next_window(PageReader *reader)
{
	size_t		length = reader->feed_length;

	reader->offset += reader->cursor - reader->window;
	reader->window = reader->cursor;
	if (reader->invalid)
		return broken(reader, *reader->cursor == '\0' ?
					  "The answer has a null character at byte " INT64_FORMAT "." :
					  "The answer is not valid UTF-8 at byte " INT64_FORMAT ".",
					  reader->offset + 1);
	if (reader->tail_read)
		resetStringInfo(&reader->tail);
	reader->tail_read = false;
	if (length == 0 && !reader->ended)
		return emit(reader, PAGE_WANTS_BYTES);
	if (reader->tail.len == 0 && reader->ended)
		return finish(reader);
	if (reader->tail.len > 0)
	{
		reader->tail_read = lengthen_tail(reader) || reader->ended;
		if (reader->tail_read)
			open_window(reader, reader->tail.data, reader->tail.len);
		return false;
	}
	while (length > 0 && !is_cut(reader->feed[length - 1]))
		length--;
	open_window(reader, reader->feed, length);
	appendBinaryStringInfo(&reader->tail, reader->feed + length,
						   reader->feed_length - length);
	reader->feed_length = 0;
	return false;
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
		return next_window(reader);
	switch (reader->step)
	{
		case STEP_OPEN:
			if (*reader->cursor != '{')
				return broken(reader, "The answer is not a JSON object.");
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

/* Cut a path at its dots and chain it to an earlier one that begins alike. */
static void
open_path(PageReader *reader, int field)
{
	Path	   *path = &reader->paths[field];
	size_t		length = strlen(reader->fields[field].path);
	char	   *keys = palloc0(length + 2);
	bool		whole = strcmp(reader->fields[field].path, "*") == 0;
	int		   *chain = whole ? &reader->whole : NULL;

	memcpy(keys, reader->fields[field].path, length);
	for (char *dot = keys; (dot = strchr(dot, '.')) != NULL;)
		*dot++ = '\0';
	path->keys = whole ? NULL : keys;
	path->rest = keys + strlen(keys) + 1;
	path->next = -1;
	for (int i = 0; i < field && !whole && chain == NULL; i++)
		if (reader->paths[i].keys != NULL && strcmp(reader->paths[i].keys, keys) == 0)
			chain = &reader->paths[i].next;
	while (chain != NULL && *chain >= 0)
		chain = &reader->paths[*chain].next;
	if (chain != NULL)
		*chain = field;
}

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
		open_path(reader, i);
	memset(reader->remembered, -1, sizeof(reader->remembered));
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
	reader->tokener = new_tokener();
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

/* --- error bodies ------------------------------------------------------ */

/* A member's words, cleaned; the target stays as it is where it has none. */
static void
copy_member(char *target, json_object *object, const char *key)
{
	json_object *json = NULL;
	const char *text;

	if (json_object_is_type(object, json_type_string))
		json = strcmp(key, "message") == 0 ? object : NULL;
	else
		json_object_object_get_ex(object, key, &json);
	if (json == NULL || json_object_is_type(json, json_type_object) ||
		json_object_is_type(json, json_type_array))
		return;
	text = json_object_get_string(json);
	if (text != NULL)
		copy_clean(target, ERROR_BYTES, text, text_length(json, text));
}

static char *
copy_or_null(const char *text)
{
	return text[0] == '\0' ? NULL : pstrdup(text);
}

/*
 * All words are copied out of the tree before anything is palloc'd, which may
 * throw.
 */
void
page_parse_error(const char *body, size_t length, PageError *error)
{
	static const char *const keys[] = {"message", "type", "param", "code"};
	char		words[lengthof(keys)][ERROR_BYTES] = {0};
	json_tokener *tokener = new_tokener();
	json_object *tree = NULL;
	json_object *inner;

	if (tokener != NULL && length <= INT_MAX &&
		pg_encoding_verifymbstr(PG_UTF8, body, length) == length)
		tree = json_tokener_parse_ex(tokener, body, length);
	if (tree != NULL && json_object_is_type(tree, json_type_object))
	{
		if (!json_object_object_get_ex(tree, "error", &inner))
			inner = tree;
		for (int i = 0; i < lengthof(keys); i++)
			copy_member(words[i], inner, keys[i]);
	}
	json_object_put(tree);
	if (tokener != NULL)
		json_tokener_free(tokener);
	error->message = copy_or_null(words[0]);
	error->type = copy_or_null(words[1]);
	error->param = copy_or_null(words[2]);
	error->code = copy_or_null(words[3]);
}
