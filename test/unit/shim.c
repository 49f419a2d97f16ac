/*
 * shim.c
 *	  What a source of the extension needs of the server, for tests that run
 *	  outside it: memory contexts over malloc, and errors, which end the test unless
 *	  PG_TRY() catches them.
 *
 * Contexts are flat: each has its chunks and its callbacks, none has a parent.
 * Every chunk is a malloc of its own, so that memory checkers see its bounds.
 */
#include "postgres.h"

#include <stdlib.h>

#include "utils/timestamp.h"

#include "shim.h"

typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk **link;		/* what points to this one */
	MemoryContext context;
	uint64		padding;		/* keeps what follows aligned to 16 bytes */
} Chunk;

typedef struct ShimContext
{
	Chunk	   *chunks;
	MemoryContextCallback *callbacks;
} ShimContext;

static ShimContext top;

MemoryContext CurrentMemoryContext = (MemoryContext) &top;
MemoryContext TopMemoryContext = (MemoryContext) &top;
MemoryContext CacheMemoryContext = (MemoryContext) &top;

static void
link_chunk(Chunk *chunk, MemoryContext context)
{
	ShimContext *shim = (ShimContext *) context;

	chunk->context = context;
	chunk->next = shim->chunks;
	chunk->link = &shim->chunks;
	if (chunk->next != NULL)
		chunk->next->link = &chunk->next;
	shim->chunks = chunk;
}

static void
unlink_chunk(Chunk *chunk)
{
	*chunk->link = chunk->next;
	if (chunk->next != NULL)
		chunk->next->link = chunk->link;
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	Chunk	   *chunk = malloc(sizeof(Chunk) + size);

	if (chunk == NULL)
		shim_bail_out("out of memory");
	link_chunk(chunk, context);
	memset(chunk + 1, 0x7F, size);
	return chunk + 1;
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return memset(MemoryContextAlloc(context, size), 0, size);
}

void *
palloc(Size size)
{
	return MemoryContextAlloc(CurrentMemoryContext, size);
}

void *
palloc0(Size size)
{
	return MemoryContextAllocZero(CurrentMemoryContext, size);
}

void *
palloc_extended(Size size, int flags)
{
	return palloc(size);
}

void *
repalloc(void *pointer, Size size)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;
	MemoryContext context = chunk->context;

	unlink_chunk(chunk);
	chunk = realloc(chunk, sizeof(Chunk) + size);
	if (chunk == NULL)
		shim_bail_out("out of memory");
	link_chunk(chunk, context);
	return chunk + 1;
}

void
pfree(void *pointer)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;

	unlink_chunk(chunk);
	free(chunk);
}

char *
pstrdup(const char *text)
{
	return strcpy(palloc(strlen(text) + 1), text);
}

char *
pnstrdup(const char *text, Size length)
{
	char	   *copy = palloc0(strnlen(text, length) + 1);

	return memcpy(copy, text, strnlen(text, length));
}

void
MemoryContextRegisterResetCallback(MemoryContext context, MemoryContextCallback *callback)
{
	ShimContext *shim = (ShimContext *) context;

	callback->next = shim->callbacks;
	shim->callbacks = callback;
}

MemoryContext
shim_context(void)
{
	ShimContext *shim = calloc(1, sizeof(ShimContext));

	return (MemoryContext) shim;
}

void
MemoryContextReset(MemoryContext context)
{
	ShimContext *shim = (ShimContext *) context;

	while (shim->callbacks != NULL)
	{
		MemoryContextCallback *callback = shim->callbacks;

		shim->callbacks = callback->next;
		callback->func(callback->arg);
	}
	while (shim->chunks != NULL)
		pfree(shim->chunks + 1);
}

void
MemoryContextDelete(MemoryContext context)
{
	MemoryContextReset(context);
	free(context);
}

/* --- times -------------------------------------------------------------- */

TimestampTz
time_t_to_timestamptz(pg_time_t seconds)
{
	return (seconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY) *
		USECS_PER_SEC;
}

/* --- errors ------------------------------------------------------------- */

void
shim_bail_out(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

sigjmp_buf *PG_exception_stack;
ErrorContextCallback *error_context_stack;

static char error_text[4096];
static int	error_state;

bool
errstart(int elevel, const char *domain)
{
	error_text[0] = '\0';
	error_state = ERRCODE_INTERNAL_ERROR;
	return elevel >= ERROR;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int sqlerrcode)
{
	error_state = sqlerrcode;
	return 0;
}

int
geterrcode(void)
{
	return error_state;
}

const char *
shim_error(void)
{
	return error_text;
}

/* One part after the other. */
static int
add_text(const char *format, va_list arguments)
{
	size_t		length = strlen(error_text);

	vsnprintf(error_text + length, sizeof(error_text) - length, format, arguments);
	return 0;
}

#define ADD_TEXT(format) \
	do { \
		va_list		arguments; \
		va_start(arguments, format); \
		add_text(format, arguments); \
		va_end(arguments); \
		return 0; \
	} while (0)

int
errmsg(const char *format,...)
{
	ADD_TEXT(format);
}

int
errmsg_internal(const char *format,...)
{
	ADD_TEXT(format);
}

int
errdetail(const char *format,...)
{
	ADD_TEXT(format);
}

int
errhint(const char *format,...)
{
	ADD_TEXT(format);
}

void
pg_re_throw(void)
{
	if (PG_exception_stack == NULL)
		shim_bail_out(error_text);
	siglongjmp(*PG_exception_stack, 1);
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	pg_re_throw();
}

void
FlushErrorState(void)
{
	error_text[0] = '\0';
}

#if PG_VERSION_NUM >= 160000
void
ExceptionalCondition(const char *condition, const char *file, int line)
#else
void
ExceptionalCondition(const char *condition, const char *type, const char *file, int line)
#endif
{
	shim_bail_out(condition);
	abort();
}

/* --- numbers by chance --------------------------------------------------- */

static uint64 dice = 20261127;

void
shim_seed(uint64 seed)
{
	dice = seed;
}

uint32
shim_below(uint32 limit)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 32) % limit;
}

/* --- TAP ---------------------------------------------------------------- */

static int	tests_run;
static int	tests_failed;

bool
shim_ok(bool passed, const char *format,...)
{
	va_list		arguments;

	tests_run++;
	tests_failed += passed ? 0 : 1;
	printf("%sok %d - ", passed ? "" : "not ", tests_run);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	return passed;
}

int
shim_done(void)
{
	printf("1..%d\n", tests_run);
	return tests_failed == 0 ? 0 : 1;
}
