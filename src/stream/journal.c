/*
 * journal.c
 *	  The requests that this session has made.
 *
 * All memory is taken when a request is sent: its end may come while a
 * transaction is aborted, where nothing should fail.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/secret.h"
#include "stream/journal.h"

#define ELLIPSIS "..."

const struct config_enum_entry journal_levels[] = {
	{"off", JOURNAL_OFF, false},
	{"errors", JOURNAL_ERRORS, false},
	{"all", JOURNAL_ALL, false},
	{NULL, 0, false}
};

int			usage_log_requests = JOURNAL_OFF;

/* The entries are in a context of their own, which lives as long as the session. */
static MemoryContext journal = NULL;
static JournalEntry *entries[JOURNAL_LENGTH];
static int64 made = 0;			/* entries, also those that are gone */

/* Cut a text that is in the database's encoding to fewer than `size` bytes. */
static void
copy_cut(char *target, size_t size, const char *text)
{
	size_t		length = strlen(text);

	if (length < size)
	{
		memcpy(target, text, length + 1);
		return;
	}
	length = pg_mbcliplen(text, length, size - sizeof(ELLIPSIS));
	memcpy(target, text, length);
	memcpy(target + length, ELLIPSIS, sizeof(ELLIPSIS));
}

/* Does a URL, as the entry has it, differ from this one? */
static bool
is_other_url(const JournalEntry *entry, const char *url)
{
	char		cut[JOURNAL_URL_BYTES];

	copy_cut(cut, sizeof(cut), url);
	return strcmp(entry->url, cut) != 0;
}

static char *
copy_url(const char *url, const char *api_key)
{
	char	   *copy = MemoryContextAlloc(journal, Min(strlen(url) + 1, JOURNAL_URL_BYTES));

	copy_cut(copy, JOURNAL_URL_BYTES, url);
	secret_mask(copy, strlen(copy), api_key);
	return copy;
}

static void
free_entry(JournalEntry *entry)
{
	pfree(entry->server);
	pfree(entry->endpoint);
	pfree(entry->url);
	pfree(entry);
}

/* Put an entry into the place of the oldest one. */
static void
keep_entry(JournalEntry *entry)
{
	JournalEntry **place = &entries[made++ % JOURNAL_LENGTH];

	if (*place && (*place)->ended)
		free_entry(*place);
	else if (*place)
		(*place)->forgotten = true;
	*place = entry;
}

static JournalEntry *
add_entry(const UsageTable *table, Oid userid, const char *url, const char *api_key)
{
	JournalEntry *entry;

	if (!journal)
		journal = AllocSetContextCreate(TopMemoryContext, "usage_fdw requests",
										ALLOCSET_DEFAULT_SIZES);
	entry = MemoryContextAllocZero(journal, sizeof(JournalEntry));
	entry->userid = userid;
	entry->server = MemoryContextStrdup(journal, GetForeignServer(table->serverid)->servername);
	entry->endpoint = MemoryContextStrdup(journal, table->name);
	entry->url = copy_url(url, api_key);
	entry->sent_at = GetCurrentTimestamp();
	keep_entry(entry);
	return entry;
}

JournalEntry *
journal_send(JournalEntry *entry, const UsageTable *table, Oid userid,
			 const char *url, const char *api_key)
{
	if (!entry)
		entry = add_entry(table, userid, url, api_key);
	else if (is_other_url(entry, url))
	{
		char	   *copy = copy_url(url, api_key);

		pfree(entry->url);
		entry->url = copy;
	}
	entry->attempts++;
	entry->attempt_at = GetCurrentTimestamp();
	entry->earlier_bytes = entry->wire_bytes;
	entry->status = 0;
	entry->request_id[0] = '\0';
	entry->error[0] = '\0';
	return entry;
}

void
journal_note(JournalEntry *entry, const HttpOutcome *outcome)
{
	if (!entry)
		return;
	entry->status = outcome->status;
	entry->wire_bytes = entry->earlier_bytes + outcome->wire_bytes;
	entry->duration_us = entry->attempt_at - entry->sent_at + outcome->elapsed_us;
	if (outcome->request_id)
		copy_cut(entry->request_id, sizeof(entry->request_id), outcome->request_id);
}

void
journal_blame(JournalEntry *entry, const char *error)
{
	if (entry)
		copy_cut(entry->error, sizeof(entry->error), error);
}

void
journal_wait(JournalEntry *entry, int64 wait_us)
{
	if (entry)
		entry->wait_us += wait_us;
}

const char *
journal_path(const JournalEntry *entry)
{
	const char *host = strstr(entry->url, "://");
	const char *path = host ? strchr(host + strlen("://"), '/') : NULL;

	return path ? path : entry->url;
}

/* Only for the server's log, where no client reads it; one line. */
static void
log_entry(const JournalEntry *entry)
{
	bool		failed = entry->error[0] != '\0';

	if (usage_log_requests < (failed ? JOURNAL_ERRORS : JOURNAL_ALL))
		return;
	ereport(LOG_SERVER_ONLY,
			(errmsg("API request: server \"%s\", GET %s, status %ld, attempts %d, bytes " INT64_FORMAT ", duration %.3f ms, wait %.3f ms, request id \"%s\"%s%s",
					entry->server, journal_path(entry), entry->status, entry->attempts,
					entry->wire_bytes, entry->duration_us / 1000.0, entry->wait_us / 1000.0,
					entry->request_id, failed ? ", error: " : "", entry->error),
			 errhidestmt(true),
			 errhidecontext(true)));
}

void
journal_end(JournalEntry *entry)
{
	if (!entry)
		return;
	entry->ended = true;
	log_entry(entry);
	if (entry->forgotten)
		free_entry(entry);
}

/* A log that can't be written to must not disturb the end of a transaction. */
void
journal_cut_off(JournalEntry *entry, bool is_running)
{
	if (!entry)
		return;
	if (is_running)
		entry->duration_us = GetCurrentTimestamp() - entry->sent_at;
	if (entry->error[0] == '\0')
		journal_blame(entry, "the query ended before the answer was read");
	HOLD_INTERRUPTS();
	PG_TRY();
	{
		journal_end(entry);
	}
	PG_CATCH();
	{
		FlushErrorState();
	}
	PG_END_TRY();
	RESUME_INTERRUPTS();
}

int
journal_count(void)
{
	return (int) Min(made, JOURNAL_LENGTH);
}

const JournalEntry *
journal_get(int n)
{
	return entries[(made - journal_count() + n) % JOURNAL_LENGTH];
}
