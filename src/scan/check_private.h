/*
 * check_private.h
 *	  What the files of check share: rows, and requests whose errors are kept.
 */
#ifndef USAGE_CHECK_PRIVATE_H
#define USAGE_CHECK_PRIVATE_H

#include "utils/date.h"

#include "catalogue/table.h"
#include "http/http_url.h"
#include "stream/fetch.h"

/* A step, and what came of it. */
typedef enum CheckVerdict
{
	CHECK_NOT_RUN,				/* or it does not apply, or can't be told */
	CHECK_PASSED,
	CHECK_FAILED
} CheckVerdict;

typedef struct CheckRow
{
	const char *step;
	CheckVerdict verdict;
	const char *detail;			/* or NULL */
	const char *hint;			/* or NULL */
	const char *cause;			/* the step that failed, this one or one that
								 * it needs; NULL: none did */
} CheckRow;

/* A small request, and what came of it. */
typedef struct CheckProbe
{
	FetchReport report;
	ErrorData  *error;			/* NULL: none */
	DateADT		first_day;		/* of check_ask_first_day() */
} CheckProbe;

/* A check; strings and structs live as long as it. */
typedef struct CheckRun
{
	const char *server;			/* its name */
	Oid			serverid;
	UsageOptions *options;		/* without retries */
	HttpUrl		url;			/* base_url */
	char	   *api_key;
	const UsageEndpoint *endpoint;	/* that is tried now */
	CheckProbe *first;			/* of the first sample; NULL: not sent yet */
} CheckRun;

/* in check_probe.c */

/* Does a part of a check; raises what is wrong as an error. */
typedef void (*CheckTask) (void *arg);

/*
 * Do it in a subtransaction.  Returns its ERROR, copied into
 * CurrentMemoryContext, or NULL.  An error that is not about what is checked
 * is raised: cancel and time-outs, no memory, conflicts, internal errors.
 */
extern ErrorData *check_try(CheckTask task, void *arg);

/*
 * Read a first page of an endpoint, as a scan does: of buckets those of two
 * days, ungrouped.  Interrupts are serviced.
 */
extern CheckProbe *check_ask(const CheckRun *run, const UsageEndpoint *endpoint);

/* Ask an endpoint for the first day that it has. */
extern CheckProbe *check_ask_first_day(const CheckRun *run, const UsageEndpoint *endpoint);

/* in check_answer.c: steps that judge the first sample's request */

extern void check_proxy(CheckRun *run, CheckRow *row);
extern void check_lookup(CheckRun *run, CheckRow *row);
extern void check_connection(CheckRun *run, CheckRow *row);
extern void check_tls(CheckRun *run, CheckRow *row);
extern void check_answer(CheckRun *run, CheckRow *row);
extern void check_clock(CheckRun *run, CheckRow *row);
extern void check_authentication(CheckRun *run, CheckRow *row);

/*
 * The request that they judge, of the catalogue's first sample; it is sent when
 * it is first asked for.
 */
extern const UsageEndpoint *check_first_sample(void);
extern CheckProbe *check_first(CheckRun *run);

/* in check.c: how a step ends; detail and hint may be NULL */

extern void check_pass(CheckRow *row, const char *detail);
extern void check_skip(CheckRow *row, const char *detail);
extern void check_fail(CheckRow *row, const char *detail, const char *hint);
extern void check_fail_by(CheckRow *row, const ErrorData *error);

#endif
