/*
 * settings.c
 *	  The settings as a table; a new one is a row here and a field.
 */
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "settings.h"
#include "text.h"

Settings	settings_initial;

typedef struct Setting
{
	const char *name;
	size_t		offset;
	const char *preset;
	const char *const *words;	/* value is an index into them */
	size_t		room;			/* text of so many bytes, if not 0 */
	int64_t		min;
	int64_t		max;
} Setting;

static const char *const switch_words[] = {"off", "on", NULL};
static const char *const array_words[] = {
	"any", "repeat", "brackets", "comma", NULL
};
static const char *const envelope_words[] = {"results", "result", NULL};
static const char *const amount_words[] = {
	"number", "decimal128", "exponent", NULL
};
static const char *const order_words[] = {"off", "on", "reverse", NULL};
static const char *const archived_words[] = {"400", "404", "rows", NULL};
static const char *const future_words[] = {"buckets", "clip", NULL};

#define FIELD(field) offsetof(Settings, field)
#define TEXT_ROOM(field) sizeof(((Settings *) 0)->field)
#define HOUR_MS 3600000

static const Setting table[] = {
	{"now", FIELD(now), "real", NULL, 0, CLOCK_REAL, INT64_C(1) << 40},
	{"late", FIELD(late), "0", NULL, 0, 0, 86400 * 31},
	{"lookback_days", FIELD(lookback_days), "365", NULL, 0, 0, 100000},
	{"future_end", FIELD(clip_future), "buckets", future_words, 0, 0, 0},
	{"mixed_units", FIELD(mixed_units), "off", switch_words, 0, 0, 0},
	{"two_currencies", FIELD(two_currencies), "off", switch_words, 0, 0, 0},
	{"delay_ms", FIELD(delay_ms), "0", NULL, 0, 0, HOUR_MS},
	{"jitter_ms", FIELD(jitter_ms), "0", NULL, 0, 0, HOUR_MS},
	{"array_format", FIELD(array_format), "any", array_words, 0, 0, 0},
	{"newest", FIELD(newest), "on", switch_words, 0, 0, 0},
	{"page_limit", FIELD(page_limit), "0", NULL, 0, 0, 1000000},
	{"max_url", FIELD(max_url), "0", NULL, 0, 0, 1000000},
	{"requests_per_minute", FIELD(requests_per_minute), "0", NULL, 0, 0, 1000000},
	{"costs_refuse", FIELD(costs_refuse), "", NULL, TEXT_ROOM(costs_refuse),
	0, 0},
	{"gzip", FIELD(gzip), "on", switch_words, 0, 0, 0},
	{"envelope", FIELD(result_envelope), "results", envelope_words, 0, 0, 0},
	{"amount", FIELD(amount), "number", amount_words, 0, 0, 0},
	{"extra_keys", FIELD(extra_keys), "off", switch_words, 0, 0, 0},
	{"sorted_keys", FIELD(key_order), "off", order_words, 0, 0, 0},
	{"batch_string", FIELD(batch_string), "off", switch_words, 0, 0, 0},
	{"pretty", FIELD(pretty), "off", switch_words, 0, 0, 0},
	{"omit_null", FIELD(omit_null), "off", switch_words, 0, 0, 0},
	{"costs_empty_tail", FIELD(costs_empty_tail), "on", switch_words, 0, 0, 0},
	{"cache", FIELD(cache), "off", switch_words, 0, 0, 0},
	{"absent", FIELD(absent), "", NULL, TEXT_ROOM(absent), 0, 0},
	{"projects", FIELD(projects), "0", NULL, 0, 0, 100000},
	{"users", FIELD(users), "0", NULL, 0, 0, 100000},
	{"keys", FIELD(keys), "0", NULL, 0, 0, 100000},
	{"archived", FIELD(archived), "400", archived_words, 0, 0, 0},
	{"spend_limit", FIELD(spend_limit), "on", switch_words, 0, 0, 0},
	{"gone", FIELD(gone), "", NULL, TEXT_ROOM(gone), 0, 0},
	{"forbidden_project", FIELD(forbidden_project), "", NULL,
	TEXT_ROOM(forbidden_project), 0, 0},
	{"api_key", FIELD(api_key), "sk-admin-simulator", NULL,
	TEXT_ROOM(api_key), 0, 0},
	{NULL, 0, NULL, NULL, 0, 0, 0}
};

static void *
setting_field(Settings *settings, const Setting *setting)
{
	return (char *) settings + setting->offset;
}

static const Setting *
setting_by_name(const char *name)
{
	for (const Setting *s = table; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static bool
read_word(const char *const *words, const char *value, int64_t *number)
{
	for (int i = 0; words[i]; i++)
	{
		if (strcmp(words[i], value) == 0)
		{
			*number = i;
			return true;
		}
	}
	return false;
}

static bool
read_number(const Setting *setting, const char *value, int64_t *number)
{
	if (setting->words)
		return read_word(setting->words, value, number);
	if (setting->min == CLOCK_REAL && strcmp(value, "real") == 0)
	{
		*number = CLOCK_REAL;
		return true;
	}
	return parse_integer(value, number) &&
		*number >= setting->min && *number <= setting->max;
}

static bool
setting_store(Settings *settings, const Setting *setting, const char *value)
{
	if (setting->room > 0)
	{
		if (strlen(value) >= setting->room)
			return false;
		strcpy(setting_field(settings, setting), value);
		return true;
	}
	return read_number(setting, value, setting_field(settings, setting));
}

void
settings_default(Settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	for (const Setting *s = table; s->name; s++)
		setting_store(settings, s, s->preset);
}

bool
settings_change(Settings *settings, const char *name, const char *value,
				Buffer *message)
{
	const Setting *setting = setting_by_name(name);

	if (setting == NULL)
		buffer_printf(message, "there is no setting \"%s\"\n", name);
	else if (!setting_store(settings, setting, value))
		buffer_printf(message, "setting \"%s\" cannot be \"%s\"\n", name, value);
	else
		return true;
	return false;
}

static void
list_value(const Setting *setting, Settings *settings, Buffer *out)
{
	void	   *field = setting_field(settings, setting);
	int64_t		number;

	if (setting->room > 0)
	{
		buffer_text(out, field);
		return;
	}
	memcpy(&number, field, sizeof(number));
	if (setting->words)
		buffer_text(out, setting->words[number]);
	else if (setting->min == CLOCK_REAL && number == CLOCK_REAL)
		buffer_text(out, "real");
	else
		buffer_integer(out, number);
}

void
settings_list(const Settings *settings, Buffer *out)
{
	Settings	copy = *settings;

	for (const Setting *s = table; s->name; s++)
	{
		if (strcmp(s->name, "api_key") == 0)
			continue;
		buffer_printf(out, "%s=", s->name);
		list_value(s, &copy, out);
		buffer_char(out, '\n');
	}
}

int64_t
settings_now(const Settings *settings)
{
	return settings->now == CLOCK_REAL ? (int64_t) time(NULL) : settings->now;
}
