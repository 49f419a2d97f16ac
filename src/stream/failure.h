/*
 * failure.h
 *	  What to do about an attempt that brought no page: repeat it, and
 *	  when, or raise which error?
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
 * Should an attempt be repeated that ended without a page? has_cursor: it
 * asked for a page by cursor, and the repeat will do without.  retries: repeats
 * since the last progress.  Sets *delay_ms to how long to wait before; if not,
 * to how long the server asks for, or 0.  error: what the body said, all NULL
 * where there was none.
 */
extern bool failure_retry(const UsageOptions *options, const HttpOutcome *outcome,
						  const PageError *error, bool has_cursor, int retries,
						  int *delay_ms);

/*
 * Was it the cursor that was refused, or may it have been?  A server may forget
 * it, say after an update.
 */
extern bool failure_is_cursor(const UsageOptions *options, const HttpOutcome *outcome,
							  const PageError *error);

/*
 * Does the API say that the object, or the parent of the list, is not there, or
 * is no longer in use?  retired: the list of parents says so.  Not where it has
 * no such endpoint.
 */
extern bool failure_is_absence(const UsageTable *table, const HttpOutcome *outcome,
							   const PageError *error, bool retired);

/*
 * Raise the ERROR for such an attempt; the SQLSTATE depends on its status.
 * retries: repeats since the last progress.
 */
pg_noreturn extern void failure_raise(const UsageTable *table, const HttpOutcome *outcome,
									  const PageError *error, int retries);

/*
 * Raise ERROR HV00M for an answer that is broken.  complaint: a sentence, for
 * the detail.  hint: translated, or NULL.
 */
pg_noreturn extern void failure_broken(const UsageTable *table, const HttpOutcome *outcome,
									   const char *complaint, const char *hint);

/*
 * errcontext() that names the request, for an error about it.  The functions
 * above that raise errors call it themselves.
 */
extern void failure_context(const UsageTable *table, const HttpOutcome *outcome);

#endif
