/*
 * density.c
 *	  How unevenly are a table's rows spread over time?
 *
 * ANALYZE keeps the rows' start times in the statistics, as of any column; they
 * are of the stretch that it read, and say nothing of other times.
 */
#include "postgres.h"

#include <math.h>

#include "access/stratnum.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "density.h"

/* With more ranges than that, they are taken to be like the whole. */
#define MAX_RANGES 64

/* The column of the buckets' starts, as a Var; or NULL. */
static Var *
start_column(RelOptInfo *rel, const UsageTable *table)
{
	const UsageTableColumn *column = NULL;

	while ((column = table_next_column(table, column)))
		if (column->role == USAGE_BUCKET && column->bound == USAGE_START &&
			column->type == TIMESTAMPTZOID)
			return makeVar(rel->relid, column->attnum, column->type, column->typmod,
						   InvalidOid, 0);
	return NULL;
}

/* Widen the range, of first and last values, by those of some statistics. */
static void
add_statistics(HeapTuple tuple, int kind, TimeRange *seen)
{
	AttStatsSlot slot;

	if (!get_attstatsslot(&slot, tuple, kind, InvalidOid, ATTSTATSSLOT_VALUES))
		return;
	for (int i = 0; i < slot.nvalues; i++)
	{
		seen->start = Min(seen->start, DatumGetTimestampTz(slot.values[i]));
		seen->end = Max(seen->end, DatumGetTimestampTz(slot.values[i]));
	}
	free_attstatsslot(&slot);
}

/* The first and the last start that ANALYZE saw.  False: none. */
static bool
seen_starts(PlannerInfo *root, Var *start, TimeRange *seen)
{
	VariableStatData found;

	*seen = (TimeRange) {DT_NOEND, DT_NOBEGIN};
	examine_variable(root, (Node *) start, 0, &found);
	if (HeapTupleIsValid(found.statsTuple))
	{
		add_statistics(found.statsTuple, STATISTIC_KIND_MCV, seen);
		add_statistics(found.statsTuple, STATISTIC_KIND_HISTOGRAM, seen);
	}
	ReleaseVariableStats(found);
	return seen->start <= seen->end;
}

/*
 * The time that ANALYZE read.  It may have met no row in the first of its
 * buckets, so their number is worked out anew.
 */
static TimeRanges *
sampled_time(const UsageTable *table, TimeRange seen, double rows_per_bucket)
{
	double		room = (double) default_statistics_target * SAMPLE_ROWS_PER_TARGET;
	double		windows = ceil(room / Max(rows_per_bucket * table->width->limit, 1));
	int64		buckets = Min(windows, SAMPLE_WINDOWS) * table->width->limit;
	TimestampTz end = timerange_floor(seen.end, table->width->width_us) + table->width->width_us;
	TimestampTz first = Max(end - buckets * table->width->width_us,
							option_history_start(table->options, seen.end));

	return timerange_between(Min(seen.start, first), end);
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
				const TimeRanges *ranges, double rows_per_bucket)
{
	int64		width_us = table->width->width_us;
	double		buckets = timerange_buckets(ranges, width_us);
	Var		   *start = start_column(rel, table);
	TimeRanges *sampled;
	TimeRanges *known;
	double		other_buckets;
	TimeRange	seen;

	if (!start || buckets == 0 || ranges->count > MAX_RANGES || !seen_starts(root, start, &seen))
		return 1;
	sampled = sampled_time(table, seen, rows_per_bucket);
	known = timerange_intersect(ranges, sampled);
	other_buckets = buckets - timerange_buckets(known, width_us);
	return (other_buckets + timerange_buckets(sampled, width_us) *
			sample_share(root, rel, start, known)) / buckets;
}
