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
#include "utils/date.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/api_key.h"
#include "plan/plan.h"
#include "request/bind.h"
#include "stream/stream.h"

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
first_bucket(const UsageTable *table)
{
	BoundRequest *request = bind_table(table);
	TimestampTz start = request->history_start;

	bound_set_time(request, timerange_between(start, start + table->width->width_us),
				   table->width);
	return request;
}

static TimestampTz
first_instant(Relation rel)
{
	UsageTable *table = table_describe(rel);
	BoundRequest *request = first_bucket(table);
	TupleTableSlot *slot = table_make_slot(RelationGetDescr(rel));
	FetchReport report = {.userid = GetUserId()};
	Stream	   *stream = stream_open(table, request, tuple_open(table, NIL),
									 RelationGetDescr(rel),
									 api_key_find(GetUserId(), table->serverid), &report);

	(void) stream_next(stream, ExecClearTuple(slot));
	stream_close(stream);
	ExecDropSingleTupleTableSlot(slot);
	return report.earliest != 0 ? report.earliest : request->history_start;
}

PGDLLEXPORT Datum usage_fdw_first_day(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_first_day);

Datum
usage_fdw_first_day(PG_FUNCTION_ARGS)
{
	Relation	rel = open_readable(PG_GETARG_OID(0));
	TimestampTz first = first_instant(rel);

	relation_close(rel, AccessShareLock);
	PG_RETURN_DATEADT((DateADT) (timerange_floor(first, USECS_PER_DAY) / USECS_PER_DAY));
}
