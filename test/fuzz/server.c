/*
 * server.c
 *	  More of the server than test/unit/shim.c has, for fuzz targets.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/table.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "server.h"
#include "shim.h"

/* --- lists ---------------------------------------------------------------- */

static List *
make_list(int count, NodeTag type)
{
	List	   *list = palloc(sizeof(List));

	list->type = type;
	list->length = list->max_length = count;
	list->elements = palloc(Max(count, 1) * sizeof(ListCell));
	return list;
}

List *
list_make1_impl(NodeTag type, ListCell datum)
{
	List	   *list = make_list(1, type);

	list->elements[0] = datum;
	return list;
}

List *
lappend(List *list, void *datum)
{
	if (list == NIL)
		return list_make1_impl(T_List, (ListCell) {.ptr_value = datum});
	list->elements = repalloc(list->elements, (list->length + 1) * sizeof(ListCell));
	list->elements[list->length++].ptr_value = datum;
	return list;
}

/* --- interrupts: there are none -------------------------------------------- */

volatile	sig_atomic_t InterruptPending = false;

/* --- options -------------------------------------------------------------- */

bool		server_superuser = true;

bool
superuser(void)
{
	return server_superuser;
}

DefElem *
server_option(char *name, char *value)
{
	DefElem    *def = palloc0(sizeof(DefElem));

	def->type = T_DefElem;
	def->defname = name;
	def->arg = (Node *) value;
	return def;
}

char *
defGetString(DefElem *def)
{
	return (char *) def->arg;
}

/* How far a text is another, as far as a hint has need of it. */
int
varstr_levenshtein_less_equal(const char *source, int source_length, const char *target,
							  int target_length, int ins_cost, int del_cost, int sub_cost,
							  int limit, bool trusted)
{
	int			same = 0;

	while (same < source_length && same < target_length && source[same] == target[same])
		same++;
	return Max(source_length, target_length) - same;
}

bool
parse_bool(const char *value, bool *result)
{
	*result = strcmp(value, "true") == 0;
	return *result || strcmp(value, "false") == 0;
}

typedef struct Unit
{
	const char *name;
	int			flag;
	double		factor;
} Unit;

static const Unit units[] = {
	{"ms", GUC_UNIT_MS, 1}, {"s", GUC_UNIT_MS, 1000}, {"min", GUC_UNIT_MS, 60000},
	{"h", GUC_UNIT_MS, 3600000}, {"d", GUC_UNIT_MS, 86400000},
	{"B", GUC_UNIT_BYTE, 1}, {"kB", GUC_UNIT_BYTE, 1024},
	{"MB", GUC_UNIT_BYTE, 1048576}, {"GB", GUC_UNIT_BYTE, 1073741824}
};

bool
parse_int(const char *value, int *result, int flags, const char **hint)
{
	char	   *end;
	double		number = strtod(value, &end);

	if (end == value || isnan(number))
		return false;
	for (int i = 0; *end && i < lengthof(units); i++)
		if (units[i].flag == (flags & GUC_UNIT) && strcmp(units[i].name, end) == 0)
		{
			number *= units[i].factor;
			end += strlen(end);
		}
	if (*end || rint(number) < PG_INT32_MIN || rint(number) > PG_INT32_MAX)
		return false;
	*result = (int) rint(number);
	return true;
}

/* "N days", or months, days and microseconds.  Everything else is an error. */
Datum
interval_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Interval   *interval = palloc0(sizeof(Interval));
	long long	time = 0;
	int			end = 0;
	char		more;

	if ((sscanf(text, "%d days%n", &interval->day, &end) != 1 || text[end] || end == 0) &&
		sscanf(text, "%d %d %lld%c", &interval->month, &interval->day, &time, &more) != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("that is no interval")));
	interval->time = time;
	PG_RETURN_INTERVAL_P(interval);
}

Datum
DirectFunctionCall3Coll(PGFunction function, Oid collation, Datum a, Datum b, Datum c)
{
	LOCAL_FCINFO(fcinfo, 3);

	memset(fcinfo, 0, SizeForFunctionCallInfo(3));
	fcinfo->args[0].value = a;
	fcinfo->args[1].value = b;
	fcinfo->args[2].value = c;
	return function(fcinfo);
}

struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

/* --- catalogs: there are no servers --------------------------------------- */

Relation
table_open(Oid relation, LOCKMODE mode)
{
	return NULL;
}

void
table_close(Relation relation, LOCKMODE mode)
{
}

SysScanDesc
systable_beginscan(Relation relation, Oid index, bool index_ok, Snapshot snapshot,
				   int nkeys, ScanKey key)
{
	return NULL;
}

HeapTuple
systable_getnext(SysScanDesc scan)
{
	return NULL;
}

void
systable_endscan(SysScanDesc scan)
{
}
