/*
 * first_day.c
 *	  usage_fdw_first_day(): from which day on does a foreign table have rows?
 *
 * The option "history" says how far back the table goes, and the API how far
 * it can: one small request, for the first bucket, tells.  That a bucket is
 * empty is no answer to this question, so SQL can't ask it.
 */
#include "postgres.h"

#include "access/relation.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/api_key.h"
#include "plan/plan.h"
#include "request/bind.h"
#include "scan/first_day.h"

/* Is it a foreign table of buckets, and one of ours? */
static bool
has_days(Relation rel)
{
	return rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE &&
		GetFdwRoutineForRelation(rel, false)->GetForeignRelSize == usageGetForeignRelSize &&
		table_describe(rel)->endpoint->shape == USAGE_BUCKETS;
}

/* Open the table, if the user may read it. */
static Relation
open_readable(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	AclResult	allowed = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, get_relkind_objtype(rel->rd_rel->relkind),
					   RelationGetRelationName(rel));
	if (!has_days(rel))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table of usage or costs",
						RelationGetRelationName(rel))));
	return rel;
}

/* The first bucket of a table, to be asked for. */
static BoundRequest *
first_bucket(const UsageTable *table, bool grouped)
{
	BoundRequest *request = bind_table(table);
	TimestampTz start = request->history_start;

	bound_set_time(request, timerange_between(start, start + table->width->width_us),
				   table->width);
	if (!grouped)
		request->group_by = NIL;
	return request;
}

DateADT
first_day_ask(const UsageTable *table, TupleDesc tupdesc, bool grouped, const char *api_key,
			  FetchReport *report)
{
	BoundRequest *request = first_bucket(table, grouped);
	TupleTableSlot *slot = table_make_slot(tupdesc);
	Stream	   *stream = stream_open(table, request, tuple_open(table, NIL), tupdesc, api_key, report);
	TimestampTz first = request->history_start;

	(void) stream_next(stream, ExecClearTuple(slot));
	stream_close(stream);
	ExecDropSingleTupleTableSlot(slot);
	if (report->earliest != 0)
		first = report->earliest;
	return (DateADT) (timerange_floor(first, USECS_PER_DAY) / USECS_PER_DAY);
}

PGDLLEXPORT Datum usage_fdw_first_day(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_first_day);

Datum
usage_fdw_first_day(PG_FUNCTION_ARGS)
{
	Relation	rel = open_readable(PG_GETARG_OID(0));
	UsageTable *table = table_describe(rel);
	FetchReport report = {.userid = GetUserId()};
	DateADT		first = first_day_ask(table, RelationGetDescr(rel), true,
									  api_key_find(GetUserId(), table->serverid), &report);

	relation_close(rel, AccessShareLock);
	PG_RETURN_DATEADT(first);
}
