/*
 * seen.c
 *	  Which objects of a list came before, by their ids.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "stream/seen.h"

typedef struct SeenId
{
	const char *id;
	char		status;			/* simplehash's */
} SeenId;

#define SH_PREFIX ids
#define SH_ELEMENT_TYPE SeenId
#define SH_KEY_TYPE const char *
#define SH_KEY id
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key), strlen(key))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct Seen
{
	MemoryContext context;		/* holds what follows */
	ids_hash   *ids;
	List	   *at_hand;		/* ids of the page at hand */
};

static void
make_empty(Seen *seen)
{
	seen->ids = ids_create(seen->context, 128, NULL);
	seen->at_hand = NIL;
}

Seen *
seen_open(void)
{
	Seen	   *seen = palloc(sizeof(Seen));

	seen->context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw ids",
										  ALLOCSET_DEFAULT_SIZES);
	make_empty(seen);
	return seen;
}

bool
seen_add(Seen *seen, const char *id)
{
	MemoryContext old;
	char	   *copy;
	bool		found;

	if (ids_lookup(seen->ids, id))
		return false;
	old = MemoryContextSwitchTo(seen->context);
	copy = pstrdup(id);
	ids_insert(seen->ids, copy, &found);
	seen->at_hand = lappend(seen->at_hand, copy);
	MemoryContextSwitchTo(old);
	return true;
}

static void
forget_at_hand(Seen *seen)
{
	list_free(seen->at_hand);
	seen->at_hand = NIL;
}

void
seen_drop_partial(Seen *seen)
{
	ListCell   *lc;

	foreach(lc, seen->at_hand)
		ids_delete(seen->ids, lfirst(lc));
	forget_at_hand(seen);
}

bool
seen_complete(Seen *seen)
{
	bool		any = seen->at_hand != NIL;

	forget_at_hand(seen);
	return any;
}

void
seen_reset(Seen *seen)
{
	MemoryContextReset(seen->context);
	make_empty(seen);
}
