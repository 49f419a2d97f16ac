/*
 * selectivity_axis.c
 *	  The values that a column may have.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_statistic.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "base/compat.h"
#include "plan/selectivity_private.h"

/* The fewest buckets that are of use, where there are more. */
#define MIN_BUCKETS 64

static void
grow_axis(Axis *axis, int more)
{
	int			room = axis->count + more;

	axis->values = axis->values ? repalloc(axis->values, sizeof(Datum) * room) :
		palloc(sizeof(Datum) * room);
	axis->nulls = axis->nulls ? repalloc(axis->nulls, sizeof(bool) * room) :
		palloc(sizeof(bool) * room);
	axis->weights = axis->weights ? repalloc(axis->weights, sizeof(double) * room) :
		palloc(sizeof(double) * room);
}

static void
add_value(Axis *axis, Datum value, bool isnull, double weight)
{
	axis->values[axis->count] = value;
	axis->nulls[axis->count] = isnull;
	axis->weights[axis->count++] = weight;
}

/* Make the weights add up to 1. */
static void
weigh_all(Axis *axis)
{
	double		sum = 0;

	for (int i = 0; i < axis->count; i++)
		sum += axis->weights[i];
	for (int i = 0; i < axis->count; i++)
		axis->weights[i] /= sum;
}

/*
 * The values that ANALYZE found: NULL, the most common ones, and the
 * histogram's bounds, which stand for those that are not common.
 */
static void
read_statistics(Axis *axis, HeapTuple tuple)
{
	double		null_weight = ((Form_pg_statistic) GETSTRUCT(tuple))->stanullfrac;
	double		left = 1 - null_weight;
	AttStatsSlot slot;

	grow_axis(axis, 1);
	if (null_weight > 0)
		add_value(axis, (Datum) 0, true, null_weight);
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		grow_axis(axis, slot.nvalues);
		for (int i = 0; i < slot.nvalues; i++)
		{
			add_value(axis, slot.values[i], false, slot.numbers[i]);
			left -= slot.numbers[i];
		}
	}
	/* rounded, the weights of all values need not make 1 */
	axis->untried = left > 0.001 ? left : 0;
	if (get_attstatsslot(&slot, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid,
						 ATTSTATSSLOT_VALUES))
	{
		grow_axis(axis, slot.nvalues);
		for (int i = 0; i < slot.nvalues; i++)
			add_value(axis, slot.values[i], false, axis->untried / slot.nvalues);
	}
	weigh_all(axis);
}

/* The values of a dimension; a count of 0 where they are not known. */
static Axis *
dimension_axis(SelectivityContext *cx, const UsageTableColumn *column)
{
	Axis	   *axis;
	Var		   *var = makeVar(cx->rel->relid, column->attnum, column->type, column->typmod,
							  InvalidOid, 0);
	VariableStatData found;
	ListCell   *lc;

	foreach(lc, cx->axes)
		if (((Axis *) lfirst(lc))->attnum == column->attnum)
			return lfirst(lc);
	axis = palloc0(sizeof(Axis));
	axis->attnum = column->attnum;
	examine_variable(cx->root, (Node *) var, 0, &found);
	if (HeapTupleIsValid(found.statsTuple))
		read_statistics(axis, found.statsTuple);
	ReleaseVariableStats(found);
	cx->axes = lappend(cx->axes, axis);
	return axis;
}

Axis *
selectivity_time_axis(SelectivityContext *cx, int most)
{
	int64		width_us = cx->table->width->width_us;
	int64		buckets = timerange_buckets(cx->ranges, width_us);
	int			count = Min(buckets, most);
	const TimeRange *range = cx->ranges->ranges;
	int64		before = 0;		/* buckets in the ranges before that one */
	Axis	   *axis;

	if (count < Min(buckets, MIN_BUCKETS))
		return NULL;
	axis = palloc0(sizeof(Axis));
	axis->attnum = TIME_AXIS;
	axis->untried = count == buckets ? 0 : 0.5 / count;
	grow_axis(axis, count);
	for (int i = 0; i < count; i++)
	{
		int64		n = (2 * i + 1) * buckets / (2 * count) - before;

		while (n >= (range->end - range->start) / width_us)
		{
			n -= (range->end - range->start) / width_us;
			before += (range->end - range->start) / width_us;
			range++;
		}
		add_value(axis, TimestampTzGetDatum(range->start + n * width_us), false, 1.0 / count);
	}
	return axis;
}

bool
selectivity_find_axes(SelectivityContext *cx, Node *expr, Bitmapset **attnums)
{
	Bitmapset  *attrs = NULL;
	int			attr = -1;

	pull_varattnos(expr, cx->rel->relid, &attrs);
	while ((attr = bms_next_member(attrs, attr)) >= 0)
	{
		const UsageTableColumn *column =
			table_column(cx->table, attr + FirstLowInvalidHeapAttributeNumber);

		if (column && column->role == USAGE_BUCKET)
			*attnums = bms_add_member(*attnums, TIME_AXIS);
		else if (column && column->role == USAGE_DIMENSION &&
				 dimension_axis(cx, column)->count > 0)
			*attnums = bms_add_member(*attnums, column->attnum);
		else
			return false;
	}
	return !bms_is_empty(*attnums);
}
