/*
 * planted.c
 *	  Faults of memory and of C, planted in a build of the module that test/sanitize
 *	  makes: each must be reported (test/sanitizer/proof.pl).
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/compat.h"

PGDLLEXPORT Datum planted(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(planted);

/* Hidden from the optimizer, which would leave out what has no effect, or warn. */
static char *volatile place;
static volatile int one = 1;
static volatile int sink;

static void
heap_overread(void)
{
	place = malloc(16);
	sink = place[15 + one];
	free(place);
}

static void
heap_use_after_free(void)
{
	place = malloc(16);
	free(place);
	sink = place[one];
}

static void
stack_overread(void)
{
	char		room[16] = {0};

	place = room;
	sink = place[15 + one];
}

static void
overflow(void)
{
	sink = PG_INT32_MAX - one + 1;
	sink = sink + one;
}

static void
leak(void)
{
	place = malloc(1000);
	place[0] = (char) one;
	place = NULL;
}

static void
palloc_overread(void)
{
	place = palloc(17);
	memset(place, 0, 17);
	sink = place[16 + one];
}

static void
palloc_use_after_free(void)
{
	place = palloc(17);
	pfree(place);
	sink = place[one];
}

static void
uninitialized(void)
{
	place = palloc(17);
	if (place[one] == 42)
		sink = one;
}

static void
palloc_overwrite(void)
{
	place = palloc(17);
	place[16 + one] = 'x';
	pfree(place);
}

static void
assertion(void)
{
	Assert(one == 2);
}

static const struct
{
	const char *name;
	void		(*commit) (void);
}			faults[] = {
	{"heap over-read", heap_overread},
	{"heap use after free", heap_use_after_free},
	{"stack over-read", stack_overread},
	{"overflow", overflow},
	{"leak", leak},
	{"palloc over-read", palloc_overread},
	{"palloc use after free", palloc_use_after_free},
	{"uninitialized", uninitialized},
	{"palloc over-write", palloc_overwrite},
	{"assertion", assertion}
};

Datum
planted(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	for (int i = 0; i < lengthof(faults); i++)
	{
		if (strcmp(faults[i].name, name) == 0)
		{
			faults[i].commit();
			PG_RETURN_VOID();
		}
	}
	elog(ERROR, "no fault \"%s\"", name);
}
