/*
 * journal.h
 *	  The requests that this session has made: the last JOURNAL_LENGTH of them,
 *	  for usage_fdw_requests(), and in the server's log.
 *
 * A request is what asks for one page; its attempts are one entry.  Nothing
 * here holds a secret: the key is sent in a header.
 */
#ifndef USAGE_JOURNAL_H
#define USAGE_JOURNAL_H

#include "utils/guc.h"

#include "catalogue/table.h"
#include "http/http.h"

/* How many requests are kept. */
#define JOURNAL_LENGTH 1000

/* Most that is kept of a request's URL, and of other texts from elsewhere. */
#define JOURNAL_URL_BYTES 2048
#define JOURNAL_TEXT_BYTES 256

/* Values of usage_fdw.log_requests. */
typedef enum JournalLevel
{
	JOURNAL_OFF,
	JOURNAL_ERRORS,				/* requests that failed */
	JOURNAL_ALL
} JournalLevel;

extern const struct config_enum_entry journal_levels[];

/* usage_fdw.log_requests, a JournalLevel */
extern int	usage_log_requests;

/* A request; texts are in the database's encoding. */
typedef struct JournalEntry
{
	/* what was asked */
	Oid			userid;			/* whose user mapping was used */
	TimestampTz sent_at;		/* its first attempt */
	char	   *server;
	char	   *endpoint;		/* its name, or its path */
	char	   *url;			/* of the last attempt: a repeat may ask for
								 * less; "..." at its end: it was longer */

	/* what came of it */
	int			attempts;
	long		status;			/* of the last attempt; 0: no answer */
	int64		wire_bytes;		/* of bodies, of all attempts */
	int64		duration_us;	/* from the first attempt's start to the end
								 * of the last one, or as far as is known */
	int64		wait_us;		/* that its reader waited for it, also between
								 * attempts */
	char		request_id[JOURNAL_TEXT_BYTES]; /* of the last attempt; may be
												 * "" */
	char		error[JOURNAL_TEXT_BYTES];	/* why the last attempt brought no
											 * page, or ""; ends with "..."
											 * where it was longer */

	/* bookkeeping */
	TimestampTz attempt_at;		/* start of the last attempt */
	int64		earlier_bytes;	/* of the attempts before it */
	bool		ended;
	bool		forgotten;		/* it was not over, but newer ones have its
								 * place: to be freed with its end */
} JournalEntry;

/*
 * An attempt was sent: the first one of a request (entry NULL), or another.
 * Returns the request's entry, which lives until journal_end().  No part of
 * the key is kept.  ERROR 53200 only.
 */
extern JournalEntry *journal_send(JournalEntry *entry, const UsageTable *table, Oid userid,
								  const char *url, const char *api_key);

/*
 * How the attempt at hand stands; why it failed; for how long its reader has
 * waited.  These can't fail, and do nothing where the entry is NULL.
 */
extern void journal_note(JournalEntry *entry, const HttpOutcome *outcome);
extern void journal_blame(JournalEntry *entry, const char *error);
extern void journal_wait(JournalEntry *entry, int64 wait_us);

/*
 * The request is over.  NULL: does nothing.  It may be logged, and interrupts
 * serviced.
 */
extern void journal_end(JournalEntry *entry);

/*
 * The same when the query ends before the request does, by an error: to be
 * called by a MemoryContextCallbackFunction.  is_running: the last attempt was
 * not over.  Raises nothing.
 */
extern void journal_cut_off(JournalEntry *entry, bool is_running);

/* How many entries are there?  And the nth of them, from 0 on, oldest first. */
extern int	journal_count(void);
extern const JournalEntry *journal_get(int n);

/* The part of an entry's URL that begins with its path. */
extern const char *journal_path(const JournalEntry *entry);

#endif
