/*
 * proxy_rule.c
 *	  What the proxy is to break, and when.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy.h"
#include "random.h"
#include "text.h"

#define MAX_RULES 100
#define MAX_WORDS 16

const char *const mishap_names[MISHAP_COUNT] = {
	"none", "refuse", "silent", "truncate", "reset", "stall", "slow"
};

typedef struct Mixture
{
	bool		active;
	Random		dice;
	int64_t		percent[MISHAP_COUNT];
	int64_t		bytes;			/* at most, before a mishap */
	int64_t		rate;			/* bytes a second, of a slow one */
} Mixture;

static Rule rules[MAX_RULES];
static int	rule_count;
static Mixture mixture;

static int
split(char *line, char **words)
{
	int			count = 0;
	char	   *word;

	while ((word = strsep(&line, " \t\r\n")))
		if (*word && count < MAX_WORDS)
			words[count++] = word;
	return count;
}

static int
mishap_by_name(const char *name)
{
	for (int i = MISHAP_REFUSE; i < MISHAP_COUNT; i++)
		if (strcmp(mishap_names[i], name) == 0)
			return i;
	return -1;
}

static bool
misunderstood(Buffer *message, const char *word)
{
	buffer_printf(message, "what is \"%s\"?", word);
	return false;
}

static bool
read_rule_word(Rule *rule, const char *word)
{
	int64_t		number;

	if (strncmp(word, "match=", 6) == 0)
	{
		snprintf(rule->match, sizeof(rule->match), "%s", word + 6);
		return true;
	}
	if (strncmp(word, "count=", 6) == 0)
		return parse_integer(word + 6, &rule->count);
	if (strncmp(word, "after=", 6) == 0)
		return parse_integer(word + 6, &rule->after);
	if (!parse_integer(word, &number) || number < 0)
		return false;
	rule->amount = number;
	return true;
}

static bool
read_rule(Rule *rule, char **words, int count, Buffer *message)
{
	int			mishap = count > 0 ? mishap_by_name(words[0]) : -1;

	if (mishap < 0)
		return misunderstood(message, count > 0 ? words[0] : "");
	rule->mishap = mishap;
	for (int i = 1; i < count; i++)
		if (!read_rule_word(rule, words[i]))
			return misunderstood(message, words[i]);
	if (mishap == MISHAP_SLOW && rule->amount == 0)
		return misunderstood(message, "slow 0");
	return true;
}

bool
rule_add(const char *line, Buffer *message)
{
	Rule		rule = {.count = 1};
	char	   *copy = copy_text(line);
	char	   *words[MAX_WORDS];
	bool		valid = read_rule(&rule, words, split(copy, words), message);

	free(copy);
	if (valid && rule_count == MAX_RULES)
		return misunderstood(message, "one rule too many");
	if (valid)
		rules[rule_count++] = rule;
	return valid;
}

static bool
read_mixture_word(Mixture *mix, char *word)
{
	char	   *name = strsep(&word, "=");
	int			mishap = mishap_by_name(name);
	int64_t		value;

	if (word == NULL || !parse_integer(word, &value) || value < 0)
		return false;
	if (mishap > 0)
		mix->percent[mishap] = value;
	else if (strcmp(name, "seed") == 0)
		mix->dice.state = (uint64_t) value;
	else if (strcmp(name, "bytes") == 0 && value > 0)
		mix->bytes = value;
	else if (strcmp(name, "rate") == 0 && value > 0)
		mix->rate = value;
	else
		return false;
	return true;
}

/* random [seed=N] [bytes=MAX] [rate=N] [refuse=PERCENT] [truncate=PERCENT] ... */
bool
rule_random(const char *line, Buffer *message)
{
	Mixture		mix = {.active = true, .bytes = 20000, .rate = 100000};
	char	   *copy = copy_text(line);
	char	   *words[MAX_WORDS];
	int			count = split(copy, words);
	bool		valid = true;

	for (int i = 1; i < count && valid; i++)
		if (!read_mixture_word(&mix, words[i]))
			valid = misunderstood(message, words[i]);
	free(copy);
	if (valid)
		mixture = mix;
	return valid;
}

void
rule_clear(void)
{
	rule_count = 0;
	mixture.active = false;
}

static bool
strikes(Rule *rule)
{
	if (rule->count == 0)
		return false;
	if (rule->after > 0)
	{
		rule->after--;
		return false;
	}
	if (rule->count > 0)
		rule->count--;
	return true;
}

/* One throw decides between all mishaps from first to last. */
static Mishap
throw_dice(Mishap first, Mishap last)
{
	int64_t		throw;

	if (!mixture.active)
		return MISHAP_NONE;
	throw = random_below(&mixture.dice, 100);
	for (int i = first; i <= (int) last; i++)
	{
		if (throw < mixture.percent[i])
			return i;
		throw -= mixture.percent[i];
	}
	return MISHAP_NONE;
}

Mishap
rule_for_connection(void)
{
	for (int i = 0; i < rule_count; i++)
		if (rules[i].mishap <= MISHAP_SILENT && strikes(&rules[i]))
			return rules[i].mishap;
	return throw_dice(MISHAP_REFUSE, MISHAP_SILENT);
}

Rule
rule_for_response(const char *request)
{
	Rule		rule = {.mishap = MISHAP_NONE};

	for (int i = 0; i < rule_count; i++)
		if (rules[i].mishap > MISHAP_SILENT &&
			strstr(request, rules[i].match) && strikes(&rules[i]))
			return rules[i];
	rule.mishap = throw_dice(MISHAP_TRUNCATE, MISHAP_SLOW);
	if (rule.mishap == MISHAP_SLOW)
		rule.amount = mixture.rate;
	else if (rule.mishap != MISHAP_NONE)
		rule.amount = random_below(&mixture.dice, mixture.bytes);
	return rule;
}
