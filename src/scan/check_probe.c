/*
 * check_probe.c
 *	  Requests of a check, whose errors are kept and not raised.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "request/bind.h"
#include "scan/check_private.h"
#include "scan/first_day.h"
#include "stream/stream.h"

/* A page of more than one bucket shows whether they are in order. */
#define SAMPLE_DAYS 2

/* Is it about something else than what is checked? */
static bool
is_of_session(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INTERNAL_ERROR:
			return true;
		default:
			return error->sqlerrcode == ERRCODE_OUT_OF_MEMORY;
	}
}

ErrorData *
check_try(CheckTask task, void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		task(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error && is_of_session(error))
		ReThrowError(error);
	return error;
}

/* What a probe does, in the probe's own memory context. */
typedef struct ProbeTask
{
	const CheckRun *run;
	const UsageEndpoint *endpoint;
	CheckProbe *probe;
	MemoryContext context;
} ProbeTask;

static BoundRequest *
sample_request(const UsageTable *table)
{
	BoundRequest *request = bind_table(table);
	TimestampTz today = timerange_floor(GetCurrentTimestamp(), USECS_PER_DAY);

	request->group_by = NIL;
	if (table->endpoint->shape == USAGE_BUCKETS)
		bound_set_time(request, timerange_between(today - SAMPLE_DAYS * USECS_PER_DAY, today),
					   table->width);
	return request;
}

static List *
all_columns(const UsageTable *table)
{
	List	   *columns = NIL;

	for (int i = 1; i <= table->natts; i++)
		columns = lappend_int(columns, i);
	return columns;
}

/* A CheckTask.  Of a list the first object tells that its first page is right. */
static void
read_sample(void *arg)
{
	ProbeTask  *task = arg;
	MemoryContext old = MemoryContextSwitchTo(task->context);
	UsageTable *table = table_of_endpoint(task->run->serverid, task->run->options, task->endpoint);
	TupleDesc	tupdesc = table_row_type(table);
	TupleTableSlot *slot = table_make_slot(tupdesc);
	Stream	   *stream = stream_open(table, sample_request(table), tuple_open(table, all_columns(table)),
									 tupdesc, task->run->api_key, &task->probe->report);

	while (stream_next(stream, ExecClearTuple(slot)) && task->endpoint->shape == USAGE_BUCKETS)
		continue;
	stream_close(stream);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextSwitchTo(old);
}

/* A CheckTask. */
static void
read_first_day(void *arg)
{
	ProbeTask  *task = arg;
	MemoryContext old = MemoryContextSwitchTo(task->context);
	UsageTable *table = table_of_endpoint(task->run->serverid, task->run->options, task->endpoint);

	task->probe->first_day = first_day_ask(table, table_row_type(table), false,
										   task->run->api_key, &task->probe->report);
	MemoryContextSwitchTo(old);
}

/* The transfers of a task that fails end with the memory of the probe. */
static CheckProbe *
probe(const CheckRun *run, const UsageEndpoint *endpoint, CheckTask work)
{
	CheckProbe *made = palloc0(sizeof(CheckProbe));
	ProbeTask	task = {
		.run = run,
		.endpoint = endpoint,
		.probe = made,
		.context = AllocSetContextCreate(CurrentMemoryContext, "usage_fdw check",
										 ALLOCSET_DEFAULT_SIZES)
	};

	made->report.userid = GetUserId();
	made->error = check_try(work, &task);
	MemoryContextDelete(task.context);
	return made;
}

CheckProbe *
check_ask(const CheckRun *run, const UsageEndpoint *endpoint)
{
	return probe(run, endpoint, read_sample);
}

CheckProbe *
check_ask_first_day(const CheckRun *run, const UsageEndpoint *endpoint)
{
	return probe(run, endpoint, read_first_day);
}
