/*
 * failure.h
 *	  What does an attempt mean that brought no page: try again, and when; or
 *	  which error?
 *
 * Retries are those of the API's official clients (docs/api.md section 5), errors
 * those of docs/design.md section 6.
 */
#ifndef USAGE_FAILURE_H
#define USAGE_FAILURE_H

#include "base/compat.h"
#include "catalogue/table.h"
#include "http/http.h"
#include "page/page_error.h"

/*
 * Should an attempt be repeated after it ended without a page?  retries: how
 * often that was done already without progress.  *delay_ms: how long to wait
 * before.  error: what the body said, all NULL where there was none.
 */
extern bool failure_retry(const UsageOptions *options, const HttpOutcome *outcome,
						  const PageError *error, int retries, int *delay_ms);

/* Raise the ERROR for such an attempt.  retries: how often it was repeated. */
pg_noreturn extern void failure_raise(const UsageTable *table, const HttpOutcome *outcome,
									  const PageError *error, int retries);

/*
 * Raise the ERROR for an answer that is broken.  complaint: a sentence.  hint: what
 * to do about it, or NULL.
 */
pg_noreturn extern void failure_broken(const UsageTable *table, const HttpOutcome *outcome,
									   const char *complaint, const char *hint);

/*
 * Add which request it was to the error that is being raised: the context of
 * every error about one.  The others here do so themselves.
 */
extern void failure_context(const UsageTable *table, const HttpOutcome *outcome);

#endif
