/*
 * option_fuzz.c
 *	  Any texts as options of any object: they are refused by an ERROR that shows no
 *	  secret, or are what they say and can't be anything else where they are used.
 *
 * The first line says what object (its first byte) and whether a superuser asks (its
 * second, if any); each other line is an option, NAME=VALUE.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalogue/option.c"

#include "server.h"
#include "shim.h"
#include "url_part.h"

#define MAX_OPTIONS 8

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool
rate_is_shared(void)
{
	return false;
}

/* --- what an accepted value is --------------------------------------------- */

static bool
has_only(const char *text, int (*is) (int), const char *others)
{
	for (; *text; text++)
		if (!is((unsigned char) *text) && !strchr(others, *text))
			return false;
	return true;
}

static int
is_ascii_graphic(int c)
{
	return c > ' ' && c < 0x7f;
}

static char *
part_of(const char *text, CURLUPart part)
{
	CURLU	   *url = url_parse(text);
	char	   *value = url_part(url, part);

	curl_url_cleanup(url);
	return value;
}

/* What follows a base URL is its path, and the host is the same. */
static void
check_url(const char *text)
{
	char	   *longer = psprintf("%s/organization/costs?a=b", text);
	char	   *path = part_of(longer, CURLUPART_PATH);

	if (!has_only(text, is_ascii_graphic, "") || text[strlen(text) - 1] == '/')
		shim_bail_out("a URL has characters that it should not have");
	if (strcmp(part_of(text, CURLUPART_HOST), part_of(longer, CURLUPART_HOST)) != 0)
		shim_bail_out("a host that depends on the path");
	if (part_of(longer, CURLUPART_USER) || part_of(longer, CURLUPART_PASSWORD) ||
		part_of(longer, CURLUPART_FRAGMENT) ||
		strcmp(part_of(longer, CURLUPART_QUERY), "a=b") != 0)
		shim_bail_out("a URL with a user, a fragment or a query");
	if (strlen(path) < 19 || strcmp(path + strlen(path) - 19, "/organization/costs") != 0)
		shim_bail_out("a URL that does not end with its path");
}

/* A path stays below the base URL, whatever stands for its braces. */
static void
check_path(const char *text)
{
	char	   *brace = strchr(text, '{');
	char	   *url = psprintf("http://localhost/v1%.*s%s%s", (int) strcspn(text, "{"), text,
							   brace ? "x" : "", brace ? strchr(text, '}') + 1 : "");
	char	   *path = part_of(url, CURLUPART_PATH);

	if (brace && (strchr(brace + 1, '{') || brace[1] == '}' || brace[-1] != '/'))
		shim_bail_out("a path with odd braces");
	if (!has_only(url, isalnum, ":/._-") || strcmp(part_of(url, CURLUPART_HOST), "localhost") != 0)
		shim_bail_out("a path with other characters");
	/* also one that comes back: a proxy may count segments otherwise */
	if (strncmp(path, "/v1/", 4) != 0 || strstr(text, "/..") || part_of(url, CURLUPART_QUERY))
		shim_bail_out("a path that leads elsewhere");
}

/* Names with a dot or a bar between them, none of them empty. */
static void
check_field(const char *text)
{
	if (strcmp(text, "*") == 0)
		return;
	if (!has_only(text, isalnum, "._-|") || strpbrk(text, ".|") == text ||
		strchr(".|", text[strlen(text) - 1]))
		shim_bail_out("a field with other characters");
	for (; text[1]; text++)
		if (strchr(".|", text[0]) && strchr(".|", text[1]))
			shim_bail_out("a field with an empty name");
}

static void
check_filter(const char *text)
{
	if (!has_only(text, islower, "0123456789_") || isdigit((unsigned char) text[0]) ||
		strcmp(text, "page") == 0 || strcmp(text, "after") == 0 || strcmp(text, "limit") == 0 ||
		strcmp(text, "group_by") == 0)
		shim_bail_out("a filter that is no parameter of its own");
}

static void
check_history(const char *text)
{
	int			month = 0;
	int			day = 0;
	long long	time = 0;

	if ((!strstr(text, "days") && sscanf(text, "%d %d %lld", &month, &day, &time) != 3) ||
		(strstr(text, "days") && sscanf(text, "%d days", &day) != 1) || month < 0 || day < 0 || time < 0 ||
		month > 1200 || day > 36525 || (month == 0 && day == 0 && time < USECS_PER_DAY))
		shim_bail_out("a history that is none");
}

/* The names are those between commas, and nothing else. */
static void
check_names(const char *text, const OptionLimits *limits, int value)
{
	int			seen = 0;

	for (int i = 0; limits->names[i]; i++)
		if (strstr(text, limits->names[i]))
			seen |= 1 << i;
	if (value != seen)
		shim_bail_out("names are not those of the text");
}

/* Numbers and names, which are not kept as texts: false if it is neither. */
static bool
check_number(const Option *option, const char *text, const void *field)
{
	const OptionLimits *limits = &option->limits;

	if (option->parse == option_parse_boolean)
	{
		if (strcmp(*(const bool *) field ? "true" : "false", text) != 0)
			shim_bail_out("a boolean is another");
	}
	else if (option->parse == option_parse_integer)
	{
		if (*(const int *) field < limits->min || *(const int *) field > limits->max)
			shim_bail_out("an integer beyond its limits");
	}
	else if (option->parse == option_parse_name)
	{
		if (strcmp(limits->names[*(const int *) field], text) != 0)
			shim_bail_out("a name is another");
	}
	else if (option->parse == option_parse_names)
		check_names(text, limits, *(const int *) field);
	else
		return false;
	return true;
}

static void
check_text(const Option *option, const char *text, const char *stored)
{
	if (*stored == '\0' || (option->parse != option_parse_url && strcmp(stored, text) != 0))
		shim_bail_out("a text is another");
	if (option->parse == option_parse_url)
		check_url(stored);
	if (option->parse == option_parse_token && !has_only(stored, is_ascii_graphic, ""))
		shim_bail_out("a header's value has other characters");
	if (option->parse == option_parse_file && *stored != '/')
		shim_bail_out("a file without a folder");
	if (option->parse == option_parse_path)
		check_path(stored);
	if (option->parse == option_parse_field)
		check_field(stored);
	if (option->parse == option_parse_filter)
		check_filter(stored);
	if (option->parse == option_parse_history)
		check_history(stored);
	if (option->parse == option_parse_width && strcmp(stored, "1m") != 0 &&
		strcmp(stored, "1h") != 0 && strcmp(stored, "1d") != 0)
		shim_bail_out("a width that is none");
}

/* All options of an object were accepted. */
static void
check_accepted(const OptionPlace *place, List *list)
{
	AnyOptions	set;
	ListCell   *lc;

	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const Option *option = find_option(def->defname, place->place);
		void	   *field = (char *) &set + option->offset;

		if ((option->flags & SUPERUSER) && !server_superuser)
			shim_bail_out("not everybody may set this");
		memset(&set, 0, sizeof(set));
		set_option(option, pstrdup(defGetString(def)), &set);
		if (!check_number(option, defGetString(def), field))
			check_text(option, defGetString(def), *(char *const *) field);
	}
}

static bool
is_secret(const OptionPlace *place, const DefElem *def)
{
	const Option *option = find_option(def->defname, place->place);

	return option && (option->flags & SECRET);
}

/* A message may say what is a name or the value of an option that is no secret. */
static bool
may_be_said(const OptionPlace *place, List *list, const char *text)
{
	ListCell   *lc;

	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (strstr(def->defname, text) || (!is_secret(place, def) && strstr(defGetString(def), text)))
			return true;
	}
	return false;
}

/* No secret of the list is in the message; those of few characters may be by chance. */
static void
check_refused(const OptionPlace *place, List *list)
{
	ListCell   *lc;

	if (geterrcode() == ERRCODE_INTERNAL_ERROR)
		shim_bail_out(shim_error());
	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		char	   *value = defGetString(def);

		if (is_secret(place, def) && strlen(value) >= 8 && strncmp(value, "SECRET", 6) == 0 &&
			strstr(shim_error(), value) && !may_be_said(place, list, value))
			shim_bail_out("a message has a secret");
	}
}

/* --- the options of an input ----------------------------------------------- */

static List *
read_options(char *text)
{
	List	   *list = NIL;
	char	   *line;

	while ((line = strsep(&text, "\n")) && list_length(list) < MAX_OPTIONS)
	{
		char	   *name = strsep(&line, "=");

		if (line)
			list = lappend(list, server_option(name, line));
	}
	return list;
}

static void
try_options(char *text)
{
	char	   *head = strsep(&text, "\n");
	const OptionPlace *place = &option_places[(unsigned char) head[0] % lengthof(option_places)];
	List	   *list = read_options(text);
	volatile bool accepted = false;

	server_superuser = head[0] == '\0' || head[1] == '\0';
	PG_TRY();
	{
		if (place->place == ON_IMPORT)
			option_import(list);
		else
			option_validate(list, place->catalog, InvalidOid);
		accepted = true;
	}
	PG_CATCH();
	{
		check_refused(place, list);
		FlushErrorState();
	}
	PG_END_TRY();
	if (accepted)
		check_accepted(place, list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MemoryContext context = shim_context();
	MemoryContext caller = MemoryContextSwitchTo(context);

	if (memchr(data, '\n', size) && !memchr(data, '\0', size))
		try_options(pnstrdup((const char *) data, size));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return 0;
}
