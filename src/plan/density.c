/*
 * density.c
 *	  How unevenly are a table's rows spread over time?
 *
 * As for any column, the statistics have the start times of the rows that
 * ANALYZE read.  They are of a recent stretch of time, and say nothing of
 * other times.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "plan/density.h"
#include "request/history.h"

/* With more ranges, rows are taken to be spread evenly. */
#define MAX_RANGES 64

/* A histogram is not used for less time than this many of its bins take. */
#define MIN_BINS 4

/* What ANALYZE saw of start times. */
typedef struct SeenStarts
{
	TimestampTz first;
	TimestampTz last;
	double		bin;			/* share of the rows in a bin of the
								 * histogram; 0: all values are MCVs */
} SeenStarts;

/* The column of the buckets' starts, as a Var; or NULL. */
static Var *
start_column(RelOptInfo *rel, const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_BUCKET && column->edge == USAGE_START &&
			column->type == TIMESTAMPTZOID)
			return makeVar(rel->relid, column->attnum, column->type, column->typmod,
						   InvalidOid, 0);
	return NULL;
}

/* Add statistics of one kind. */
static void
add_statistics(HeapTuple tuple, int kind, SeenStarts *seen)
{
	AttStatsSlot slot;

	if (!get_attstatsslot(&slot, tuple, kind, InvalidOid, ATTSTATSSLOT_VALUES))
		return;
	for (int i = 0; i < slot.nvalues; i++)
	{
		seen->first = Min(seen->first, DatumGetTimestampTz(slot.values[i]));
		seen->last = Max(seen->last, DatumGetTimestampTz(slot.values[i]));
	}
	if (kind == STATISTIC_KIND_HISTOGRAM)
		seen->bin = 1.0 / slot.nvalues;
	free_attstatsslot(&slot);
}

/* False: there are no statistics. */
static bool
seen_starts(PlannerInfo *root, Var *start, SeenStarts *seen)
{
	VariableStatData found;

	*seen = (SeenStarts) {.first = DT_NOEND, .last = DT_NOBEGIN};
	examine_variable(root, (Node *) start, 0, &found);
	if (HeapTupleIsValid(found.statsTuple))
	{
		add_statistics(found.statsTuple, STATISTIC_KIND_MCV, seen);
		add_statistics(found.statsTuple, STATISTIC_KIND_HISTOGRAM, seen);
	}
	ReleaseVariableStats(found);
	return seen->first <= seen->last;
}

/*
 * The time that ANALYZE read, as far as is known: from the first to the last
 * row that it saw, and a page at least (analyze.c).
 */
static TimeRanges *
sampled_time(const UsageTable *table, const SeenStarts *seen)
{
	int64		width_us = table->width->width_us;
	TimestampTz end = timerange_floor(seen->last, width_us) + width_us;
	TimestampTz page = Max(end - table->width->limit * width_us,
						   history_start(table->options, seen->last));

	return timerange_between(Min(seen->first, page), end);
}

static Node *
compare_start(Var *start, int strategy, TimestampTz bound)
{
	TypeCacheEntry *type = lookup_type_cache(start->vartype, TYPECACHE_BTREE_OPFAMILY);
	Const	   *value = makeConst(start->vartype, -1, InvalidOid, sizeof(TimestampTz),
								  TimestampTzGetDatum(bound), false, FLOAT8PASSBYVAL);

	return (Node *) make_opclause(get_opfamily_member(type->btree_opf, start->vartype,
													  start->vartype, strategy),
								  BOOLOID, false, (Expr *) start, (Expr *) value,
								  InvalidOid, InvalidOid);
}

/* The share of the sample's rows that are in the ranges. */
static double
sample_share(PlannerInfo *root, RelOptInfo *rel, Var *start, const TimeRanges *ranges)
{
	double		share = 0;

	for (int i = 0; i < ranges->count; i++)
	{
		List	   *clauses = list_make2(compare_start(start, BTGreaterEqualStrategyNumber,
													   ranges->ranges[i].start),
										 compare_start(start, BTLessStrategyNumber,
													   ranges->ranges[i].end));

		share += clauselist_selectivity(root, clauses, rel->relid, JOIN_INNER, NULL);
	}
	return Min(share, 1);
}

double
density_of_time(PlannerInfo *root, RelOptInfo *rel, const UsageTable *table,
				const TimeRanges *whole, const TimeRanges *ranges)
{
	int64		width_us = table->width->width_us;
	double		buckets = timerange_buckets(ranges, width_us);
	Var		   *start = start_column(rel, table);
	TimeRanges *sampled;
	TimeRanges *known;
	double		sampled_buckets;
	double		known_buckets;
	SeenStarts	seen;

	if (!start || buckets == 0 || ranges->count > MAX_RANGES || !seen_starts(root, start, &seen))
		return 1;
	sampled = timerange_intersect(sampled_time(table, &seen), whole);
	known = timerange_intersect(ranges, sampled);
	sampled_buckets = timerange_buckets(sampled, width_us);
	known_buckets = timerange_buckets(known, width_us);
	if (known_buckets < MIN_BINS * seen.bin * sampled_buckets)
		return 1;
	return (buckets - known_buckets +
			sampled_buckets * sample_share(root, rel, start, known)) / buckets;
}
