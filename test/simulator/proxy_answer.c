/*
 * proxy_answer.c
 *	  What a rule does to the answer that a connection relays.
 */
#include <string.h>
#include <time.h>

#include "proxy_answer.h"
#include "proxy_pipe.h"

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void
answer_asked(Answer *answer, const char *bytes)
{
	if (answer->asked && !answer->answering)
		return;
	memset(answer, 0, sizeof(*answer));
	answer->asked = true;
	answer->rule = rule_for_response(bytes);
	answer->slow_since = seconds();
	proxy_counters.requests++;
}

size_t
answer_allowance(const Answer *answer)
{
	const Rule *rule = &answer->rule;
	int64_t		allowed = PIPE_BYTES;

	if (rule->mishap == MISHAP_SLOW)
		allowed = (int64_t) ((seconds() - answer->slow_since) * rule->amount) - answer->sent;
	else if (rule->mishap != MISHAP_NONE)
		allowed = rule->amount - answer->sent;
	if (allowed < 0)
		allowed = 0;
	return allowed < PIPE_BYTES ? allowed : PIPE_BYTES;
}

void
answer_sent(Answer *answer, size_t bytes)
{
	answer->sent += bytes;
	answer->answering = true;
	answer_note_mishap(answer);
}

void
answer_note_mishap(Answer *answer)
{
	const Rule *rule = &answer->rule;

	if (rule->mishap == MISHAP_NONE || answer->counted)
		return;
	if (rule->mishap != MISHAP_SLOW && answer->sent < rule->amount)
		return;
	proxy_counters.applied[rule->mishap]++;
	answer->counted = true;
}

bool
answer_is_over(const Answer *answer)
{
	Mishap		mishap = answer->rule.mishap;

	return (mishap == MISHAP_TRUNCATE || mishap == MISHAP_RESET) &&
		answer->sent >= answer->rule.amount;
}

bool
answer_may_go_on(const Answer *answer)
{
	Mishap		mishap = answer->rule.mishap;

	return answer_allowance(answer) > 0 || (mishap != MISHAP_SLOW && mishap != MISHAP_STALL);
}

void
answer_clear(Answer *answer)
{
	answer->rule.mishap = MISHAP_NONE;
}
