/*
 * analyze.c
 *	  ANALYZE of a foreign table.
 *
 * The sample is a recent stretch of the table: the newest windows, until they
 * have rows enough.  It is read when PostgreSQL asks whether the table can be
 * analyzed, not when it asks for the rows: a "no" keeps the statistics and
 * goes on with the next table, while an error would end an ANALYZE of the
 * whole database, and a sample without rows would overwrite the statistics.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/vacuum.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "catalogue/api_key.h"
#include "plan/partition.h"
#include "plan/qual.h"
#include "request/bind.h"
#include "scan/analyze.h"
#include "scan/sample.h"
#include "stream/parents.h"
#include "stream/stream.h"

/* At most so many windows are read. */
#define MAX_WINDOWS 6

/* The table's varno in the clauses of its partition bound. */
#define BOUND_VARNO 1

/* More rows than a window has, so that positions in two do not meet. */
#define WINDOW_STEP (INT64CONST(1) << 40)

/* What reading a sample needs. */
typedef struct SampleReader
{
	Sample	   *sample;
	const UsageTable *table;
	BoundRequest *request;		/* of the window being read */
	TupleBuilder *builder;
	TupleTableSlot *slot;
	char	   *api_key;
	FetchReport report;
	EState	   *estate;			/* evaluates the next one */
	ExprState  *bound;			/* the partition bound; NULL: none */
} SampleReader;

/* Is the row in the slot within the table's partition bound? */
static bool
is_inside(SampleReader *reader)
{
	ExprContext *econtext = GetPerTupleExprContext(reader->estate);

	ResetExprContext(econtext);
	econtext->ecxt_scantuple = reader->slot;
	return ExecQual(reader->bound, econtext);
}

static void
read_window(SampleReader *reader, const TimeRange *window, int64 position)
{
	Stream	   *stream;

	bound_set_time(reader->request, timerange_between(window->start, window->end),
				 reader->table->width);
	stream = stream_open(reader->table, reader->request, reader->builder,
						 reader->slot->tts_tupleDescriptor, reader->api_key, &reader->report);
	while (stream_next(stream, ExecClearTuple(reader->slot)))
		if (is_inside(reader))
			sample_add(reader->sample, reader->slot, position++);
	stream_close(stream);
	reader->sample->buckets += timerange_buckets(reader->request->ranges,
												 reader->table->width->width_us);
}

/* Read windows, the newest first, until there are rows enough. */
static void
read_windows(SampleReader *reader)
{
	int64		width_us = reader->table->width->width_us;
	TimeCut		cut = {
		.width_us = width_us,
		.first = reader->table->width->limit,
		.limit = reader->table->width->limit,
		.newest_first = true
	};
	TimeRanges *history = reader->request->ranges;
	int64		nwindows = Min(timerange_window_count(history, &cut), MAX_WINDOWS);
	TimeRange  *windows = timerange_windows(history, &cut);

	reader->sample->is_list = reader->request->is_list;
	reader->sample->history = timerange_buckets(history, width_us);
	for (int i = 0; i < nwindows && reader->sample->nrows < reader->sample->room; i++)
		read_window(reader, &windows[i], -i * WINDOW_STEP);
}

typedef struct BoundArg
{
	const UsageTable *table;
	UsageRequest *request;
	EState	   *estate;
	ExprState  *clause;			/* that was tried last, */
	int			expr;			/* by its expression */
} BoundArg;

/* A BindValue. */
static bool
bound_value(void *arg, int expr, Datum *value, bool *isnull)
{
	BoundArg   *bound = arg;
	ExprState  *state = ExecPrepareExpr(list_nth(bound->request->exprs, expr), bound->estate);

	*value = ExecEvalExpr(state, GetPerTupleExprContext(bound->estate), isnull);
	return true;
}

/* A BindBucketValue. */
static bool
bound_bucket_value(void *arg, int expr, TimestampTz bucket, Datum *value, bool *isnull)
{
	BoundArg   *bound = arg;
	ExprContext *econtext = GetPerTupleExprContext(bound->estate);

	if (!bound->clause || bound->expr != expr)
		bound->clause = ExecPrepareExpr(list_nth(bound->request->exprs, expr), bound->estate);
	bound->expr = expr;
	table_set_edges(bound->table, bucket, econtext->ecxt_scantuple);
	*value = ExecEvalExpr(bound->clause, econtext, isnull);
	return true;
}

/* A request for the whole table, within its partition bound. */
static BoundRequest *
whole_table(const UsageTable *table, List *clauses, EState *estate, TupleTableSlot *slot)
{
	BoundArg	arg = {table, request_of_table(table), estate};
	BindSource	source = {bound_value, bound_bucket_value, &arg};
	RelOptInfo	rel = {.type = T_RelOptInfo, .relid = BOUND_VARNO};
	ListCell   *lc;

	foreach(lc, clauses)
		(void) qual_narrow(arg.request, table, NULL, &rel, lfirst(lc));
	GetPerTupleExprContext(estate)->ecxt_scantuple = slot;
	return bind_request(arg.request, table, &source, GetCurrentTimestamp());
}

/* Let the request ask all parents, if the table has some. */
static void
add_parents(SampleReader *reader)
{
	Parents    *parents;

	if (!reader->request->lacks_parent)
		return;
	parents = parents_open(reader->table, reader->api_key, &reader->report);
	parents_read(parents, true);
	parents_apply(parents, reader->request);
	parents_close(parents);
}

static List *
all_columns(const UsageTable *table)
{
	const UsageTableColumn *column = NULL;
	List	   *columns = NIL;

	while ((column = table_next_column(table, column)))
		columns = lappend_int(columns, column->attnum);
	return columns;
}

static void
read_sample(Relation rel, Sample *sample)
{
	UsageTable *table = table_describe(rel);
	List	   *clauses = partition_clauses(NULL, table, rel, BOUND_VARNO);
	EState	   *estate = CreateExecutorState();
	TupleTableSlot *slot = table_make_slot(RelationGetDescr(rel));
	SampleReader reader = {
		.sample = sample,
		.table = table,
		.request = whole_table(table, clauses, estate, slot),
		.estate = estate,
		.bound = ExecPrepareQual(clauses, estate),
		.builder = tuple_open(table, all_columns(table)),
		.slot = slot,
		.api_key = api_key_find(rel->rd_rel->relowner, table->serverid),
		.report.userid = rel->rd_rel->relowner
	};

	add_parents(&reader);
	read_windows(&reader);
	ExecDropSingleTupleTableSlot(reader.slot);
	FreeExecutorState(estate);
	ereport(DEBUG1,
			(errmsg_internal("read %.0f rows in %.0f buckets of \"%s\" by " INT64_FORMAT " requests",
							 sample->seen, sample->buckets, RelationGetRelationName(rel),
							 reader.report.requests)));
}

/*
 * Types of columns may run the owner's code (checks of domains), which must
 * not have the rights of the user who runs ANALYZE.  PostgreSQL switches to
 * the owner only after this.
 */
static void
read_as_owner(Relation rel, Sample *sample)
{
	Oid			userid;
	int			sec_context;
	int			nest_level = NewGUCNestLevel();

	GetUserIdAndSecContext(&userid, &sec_context);
	SetUserIdAndSecContext(rel->rd_rel->relowner, sec_context | SECURITY_RESTRICTED_OPERATION);
	RestrictSearchPath();
	read_sample(rel, sample);
	AtEOXact_GUC(false, nest_level);
	SetUserIdAndSecContext(userid, sec_context);
}

/*
 * Does the error say that the owner can't read the table, for want of a
 * mapping, rights or an answer?  Other errors, such as a cancel, end the
 * command.
 */
static bool
is_unreadable(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_TO_CATEGORY(ERRCODE_FDW_ERROR):
		case ERRCODE_TO_CATEGORY(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION):
		case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_PRIVILEGE):
			return true;
		default:
			return error->sqlerrcode == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
	}
}

static void
warn_unreadable(Relation rel, const ErrorData *error)
{
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("could not read a sample of foreign table \"%s\": %s",
					RelationGetRelationName(rel), error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->hint ? errhint("%s", error->hint) : 0));
}

/* False, after a WARNING, if the owner can't read the table. */
static bool
try_read(Relation rel, Sample *sample)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = true;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContext reading = AllocSetContextCreate(CurTransactionContext, "usage_fdw analyze",
													  ALLOCSET_DEFAULT_SIZES);

		MemoryContextSwitchTo(reading);
		read_as_owner(rel, sample);
		/* the subtransaction's own context stays until the transaction ends */
		MemoryContextSwitchTo(CurTransactionContext);
		MemoryContextDelete(reading);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (!is_unreadable(error))
			ReThrowError(error);
		warn_unreadable(rel, error);
		done = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return done;
}

/* An AcquireSampleRowsFunc. */
static int
acquire_sample(Relation rel, int elevel, HeapTuple *rows, int targrows,
			   double *totalrows, double *totaldeadrows)
{
	Sample	   *sample = sample_find(RelationGetRelid(rel));
	int			nrows;

	if (!sample)
		elog(ERROR, "sample of foreign table \"%s\" was not read", RelationGetRelationName(rel));
	nrows = sample_copy(sample, rows, targrows);
	*totalrows = sample_total(sample);
	*totaldeadrows = 0;
	ereport(elevel,
			(sample->is_list ?
			 errmsg("\"%s\": read all %.0f rows; %d rows in sample",
					RelationGetRelationName(rel), sample->seen, nrows) :
			 errmsg("\"%s\": read %.0f of %.0f buckets, containing %.0f rows; %d rows in sample, %.0f estimated total rows",
					RelationGetRelationName(rel), sample->buckets, sample->history,
					sample->seen, nrows, *totalrows)));
	sample_close(sample);
	return nrows;
}

bool
usageAnalyzeForeignTable(Relation rel, AcquireSampleRowsFunc *func, BlockNumber *totalpages)
{
	Sample	   *sample;
	double		pages;

	sample_close(sample_find(RelationGetRelid(rel)));
	sample = sample_open(RelationGetRelid(rel));
	if (!try_read(rel, sample))
	{
		sample_close(sample);
		return false;
	}
	pages = sample_total(sample) * (sample->bytes / Max(sample->nrows, 1)) / BLCKSZ;
	*totalpages = Min(Max(pages, 1), MaxBlockNumber);
	*func = acquire_sample;
	return true;
}
