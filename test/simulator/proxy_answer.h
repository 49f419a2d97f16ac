/*
 * proxy_answer.h
 *	  What a rule does to the answer that a connection relays.
 *
 * What a rule counts are the bytes sent to the client since the last bytes of
 * a request came from it, so keep-alive works without understanding HTTP.
 */
#ifndef PROXY_ANSWER_H
#define PROXY_ANSWER_H

#include "proxy.h"

typedef struct Answer
{
	bool		asked;
	bool		answering;
	Rule		rule;
	bool		counted;		/* is its mishap in proxy_counters? */
	int64_t		sent;			/* bytes */
	double		slow_since;		/* seconds */
} Answer;

/* Bytes from the client: a new request, if an answer has been given since. */
extern void answer_asked(Answer *answer, const char *bytes);

/* How many more bytes may go to the client now?  At most PIPE_BYTES. */
extern size_t answer_allowance(const Answer *answer);

/* So many have gone. */
extern void answer_sent(Answer *answer, size_t bytes);

/* A mishap counts when its moment has come, and then once. */
extern void answer_note_mishap(Answer *answer);

/* Are the bytes out that a rule grants which then breaks the connection off? */
extern bool answer_is_over(const Answer *answer);

/* May bytes go, or a mishap come, as soon as the client takes something? */
extern bool answer_may_go_on(const Answer *answer);

/* No mishap any more. */
extern void answer_clear(Answer *answer);

#endif
