/*
 * option_value.c
 *	  Parsers for the values of options.
 *
 * A value that goes into a URL or a header may have only characters that can't
 * change the meaning of what is around it.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "catalogue/endpoint.h"
#include "catalogue/option_value.h"
#include "catalogue/provider.h"
#include "http/http_url.h"

#define MAX_HISTORY_DAYS	36525	/* a hundred years */

#define LETTERS_AND_DIGITS	LOWER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
#define LOWER_CASE			"abcdefghijklmnopqrstuvwxyz"
#define DIGITS				"0123456789"

/* Does it have only these characters, and at least one? */
static bool
consists_of(const char *text, const char *characters)
{
	return *text && text[strspn(text, characters)] == '\0';
}

/*
 * Is it all graphic ASCII, and at least one character?  A control character
 * could smuggle a header into a request.
 */
static bool
is_graphic(const char *text)
{
	const char *c = text;

	while (*c > ' ' && *c <= '~')
		c++;
	return c > text && *c == '\0';
}

const char *
option_parse_integer(char *text, const OptionLimits *limits, void *result)
{
	const char *hint = NULL;
	int			number;

	if (parse_int(text, &number, limits->unit, &hint) &&
		number >= limits->min && number <= limits->max)
	{
		*(int *) result = number;
		return NULL;
	}
	if (hint)
		return _(hint);
	if (limits->unit == GUC_UNIT_MS)
		return psprintf(_("Valid values are times from %d ms to %d ms, such as \"10s\" or \"500ms\"."),
						limits->min, limits->max);
	if (limits->unit == GUC_UNIT_BYTE)
		return psprintf(_("Valid values are sizes from %d kB to %d kB, such as \"512kB\" or \"8MB\"."),
						limits->min / 1024, limits->max / 1024);
	return psprintf(_("Valid values are from %d to %d."), limits->min, limits->max);
}

const char *
option_parse_name(char *text, const OptionLimits *limits, void *result)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; limits->names[i]; i++)
	{
		if (strcmp(limits->names[i], text) == 0)
		{
			*(int *) result = i;
			return NULL;
		}
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", limits->names[i]);
	}
	return psprintf(_("Valid values are: %s."), list.data);
}

const char *
option_parse_names(char *text, const OptionLimits *limits, void *result)
{
	char	   *rest = pstrdup(text);
	char	   *name;
	int			index;

	*(int *) result = 0;
	while ((name = strsep(&rest, ",")))
	{
		const char *hint;
		size_t		length;

		name += strspn(name, " ");
		for (length = strlen(name); length > 0 && name[length - 1] == ' '; length--)
			;
		name[length] = '\0';
		if ((hint = option_parse_name(name, limits, &index)))
			return hint;
		*(int *) result |= 1 << index;
	}
	return NULL;
}

const char *
option_parse_boolean(char *text, const OptionLimits *limits, void *result)
{
	return parse_bool(text, (bool *) result) ? NULL : _("Valid values are: true, false.");
}

const char *
option_parse_string(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	return *text ? NULL : _("The value must not be empty.");
}

const char *
option_parse_token(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	return is_graphic(text) ? NULL :
		_("The value must be printable ASCII characters without spaces.");
}

const char *
option_parse_file(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	return is_absolute_path(text) ? NULL :
		_("The value must be an absolute path on the database server.");
}

/* No user or password: server options are visible to everybody. */
const char *
option_parse_url(char *text, const OptionLimits *limits, void *result)
{
	HttpUrl		url;
	int			length = strlen(text);

	if (!is_graphic(text) || strpbrk(text, "?#") || !http_parse_url(text, &url) ||
		url.has_user || url.has_query)
		return _("The value must be an http or https URL without user, password, query and fragment, such as \"https://example.com/v1\".");

	while (length > 0 && text[length - 1] == '/')
		length--;
	*(char **) result = pnstrdup(text, length);
	return NULL;
}

/* Before version 16 interval_in() can only raise an error for bad input: catch it. */
static Interval *
read_interval(char *text)
{
	MemoryContext context = CurrentMemoryContext;
	Interval   *volatile interval = NULL;

	PG_TRY();
	{
		interval = DatumGetIntervalP(DirectFunctionCall3(interval_in,
														 CStringGetDatum(text),
														 ObjectIdGetDatum(InvalidOid),
														 Int32GetDatum(-1)));
	}
	PG_CATCH();
	{
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	return interval;
}

Interval *
option_parse_interval(char *text)
{
	Interval   *interval = read_interval(text);
	double		days;

	if (!interval || interval->month < 0 || interval->day < 0 || interval->time < 0)
		return NULL;
	days = interval->month * (DAYS_PER_YEAR / MONTHS_PER_YEAR) + interval->day +
		interval->time / (double) USECS_PER_DAY;
	return days >= 1 && days <= MAX_HISTORY_DAYS ? interval : NULL;
}

const char *
option_parse_history(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	return option_parse_interval(text) ? NULL :
		_("The value must be an interval from 1 day to 100 years, such as \"90 days\".");
}

static bool
is_plain_path(const char *text)
{
	return *text == '\0' || consists_of(text, LETTERS_AND_DIGITS "/._-");
}

const char *
option_parse_path(char *text, const OptionLimits *limits, void *result)
{
	const char *name = endpoint_path_name(text);
	const char *behind = name ? strchr(text, '}') + 1 : "";
	int			before = strcspn(text, "{");

	*(char **) result = text;
	if (text[0] == '/' && text[1] != '\0' && is_plain_path(pnstrdup(text, before)) && !strstr(text, "..") &&
		(name ? *name && consists_of(name, LOWER_CASE DIGITS "_") && text[before - 1] == '/' &&
		 (*behind == '\0' || *behind == '/') && is_plain_path(behind) : text[before] == '\0'))
		return NULL;
	return _("The value must be a slash followed by letters, digits, \"/\", \".\", \"_\" and \"-\", without \"..\"; one segment may be the name of a column in braces, such as \"{project_id}\".");
}

/* The endpoint may not be known here: check that some endpoint has the width. */
const char *
option_parse_width(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	return endpoint_width(&usage_unknown_endpoints[USAGE_BUCKETS], text) ? NULL :
		psprintf(_("Valid values are: %s."), endpoint_width_names(&usage_unknown_endpoints[USAGE_BUCKETS]));
}

/* Names with a dot between them. */
static bool
is_dotted(const char *text)
{
	return consists_of(text, LETTERS_AND_DIGITS "._-") && !strstr(text, "..") &&
		text[0] != '.' && text[strlen(text) - 1] != '.';
}

/* Such names with USAGE_FIELD_OR between them. */
static bool
are_alternatives(const char *text)
{
	char	   *path = pstrdup(text);
	char	   *bar = strchr(path, USAGE_FIELD_OR);

	if (bar)
		*bar = '\0';
	return is_dotted(path) && (!bar || are_alternatives(bar + 1));
}

const char *
option_parse_field(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	if (strcmp(text, "*") == 0 || are_alternatives(text))
		return NULL;
	return _("The value must be names with a dot between them, such as \"amount.value\", or \"*\" for the whole result object; alternatives have a \"|\" between them.");
}

const char *
option_parse_role(char *text, const OptionLimits *limits, void *result)
{
	UsageRole	role;

	*(char **) result = text;
	return endpoint_role(text, &role) ? NULL :
		psprintf(_("Valid values are: %s."), endpoint_role_names());
}

const char *
option_parse_filter(char *text, const OptionLimits *limits, void *result)
{
	*(char **) result = text;
	if (provider_reserves(&provider_openai, text))
		return _("That parameter is set by usage_fdw itself.");
	if (consists_of(text, LOWER_CASE DIGITS "_") && !isdigit((unsigned char) *text))
		return NULL;
	return _("The value must be the name of a query parameter: lower-case letters, digits and underscores.");
}
