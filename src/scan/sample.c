/*
 * sample.c
 *	  The sample of a table's rows that ANALYZE wants.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/vacuum.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "scan/sample.h"

/*
 * std_typanalyze() asks for that many rows for each unit of the statistics
 * target.
 */
#define ROWS_PER_TARGET 300

/* The open samples, all of the current transaction; in TopMemoryContext. */
static List *samples = NIL;

/* A MemoryContextCallbackFunction. */
static void
unlink_sample(void *arg)
{
	samples = list_delete_ptr(samples, arg);
}

Sample *
sample_find(Oid relid)
{
	ListCell   *lc;

	foreach(lc, samples)
	{
		Sample	   *sample = lfirst(lc);

		if (sample->relid == relid)
			return sample;
	}
	return NULL;
}

void
sample_close(Sample *sample)
{
	if (sample)
		MemoryContextDelete(sample->context);
}

Sample *
sample_open(Oid relid)
{
	MemoryContext context = AllocSetContextCreate(TopTransactionContext, "usage_fdw sample",
												  ALLOCSET_DEFAULT_SIZES);
	Sample	   *sample = MemoryContextAllocZero(context, sizeof(Sample));
	MemoryContext old;

	sample->relid = relid;
	sample->context = context;
	sample->room = default_statistics_target * ROWS_PER_TARGET;
	sample->rows = MemoryContextAlloc(context, sizeof(SampleRow) * sample->room);
	sample->to_skip = -1;
	reservoir_init_selection_state(&sample->reservoir, sample->room);

	old = MemoryContextSwitchTo(TopMemoryContext);
	samples = lappend(samples, sample);
	MemoryContextSwitchTo(old);
	sample->unlink.func = unlink_sample;
	sample->unlink.arg = sample;
	MemoryContextRegisterResetCallback(context, &sample->unlink);
	return sample;
}

/* Free a random row of the sample; returns its index. */
static int
choose_victim(Sample *sample)
{
	int			victim = sample->room * usage_sampler_fract(sample->reservoir.randstate);

	sample->bytes -= sample->rows[victim].tuple->t_len;
	heap_freetuple(sample->rows[victim].tuple);
	return victim;
}

/*
 * The index at which the next row goes into the sample; less than 0: it does
 * not.
 */
static int
choose_place(Sample *sample)
{
	if (sample->nrows < sample->room)
		return sample->nrows++;
	if (sample->to_skip < 0)
		sample->to_skip = reservoir_get_next_S(&sample->reservoir, sample->seen, sample->room);
	if (sample->to_skip-- > 0)
		return -1;
	sample->to_skip = -1;
	return choose_victim(sample);
}

void
sample_add(Sample *sample, TupleTableSlot *slot, int64 position)
{
	int			place = choose_place(sample);

	sample->seen++;
	if (place >= 0)
	{
		MemoryContext old = MemoryContextSwitchTo(sample->context);

		sample->rows[place].position = position;
		sample->rows[place].tuple = ExecCopySlotHeapTuple(slot);
		sample->bytes += sample->rows[place].tuple->t_len;
		MemoryContextSwitchTo(old);
	}
}

static int
compare_positions(const void *a, const void *b)
{
	int64		left = ((const SampleRow *) a)->position;
	int64		right = ((const SampleRow *) b)->position;

	return (left > right) - (left < right);
}

/* Remove random rows until `target` are left. */
static void
thin_out(Sample *sample, int target)
{
	while (sample->nrows > target)
	{
		int			victim = sample->nrows * usage_sampler_fract(sample->reservoir.randstate);

		sample->rows[victim] = sample->rows[--sample->nrows];
	}
}

double
sample_total(const Sample *sample)
{
	return sample->seen / Max(sample->buckets, 1) * sample->history;
}

int
sample_copy(Sample *sample, HeapTuple *rows, int target)
{
	thin_out(sample, target);
	qsort(sample->rows, sample->nrows, sizeof(SampleRow), compare_positions);
	for (int i = 0; i < sample->nrows; i++)
		rows[i] = heap_copytuple(sample->rows[i].tuple);
	return sample->nrows;
}
