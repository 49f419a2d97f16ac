/*
 * bucket_expr.h
 *	  Expressions that have one value for each bucket, and can't fail.
 *
 * An expression whose only columns are a bucket's edges can be evaluated before
 * the scan, for buckets that may have no row.  That must raise no error which
 * the query would not raise.  So its functions are among those of which is
 * known that they can't fail with the arguments that they get.
 */
#ifndef USAGE_BUCKET_EXPR_H
#define USAGE_BUCKET_EXPR_H

#include "nodes/pathnodes.h"

#include "catalogue/table.h"

/*
 * Can the expression be evaluated before the scan starts, to the same value
 * for each of its rows?  `relid` is the table's in the range table, here and
 * below; root may be NULL outside of planning.
 */
extern bool bucket_expr_is_value(PlannerInfo *root, Index relid, Node *expr);

/* Does the expression mention edges, no other column, and can't it fail? */
extern bool bucket_expr_has_value(const UsageTable *table, Index relid, Node *expr);

/*
 * The same for a clause that every row has to satisfy.  If it is an operator,
 * its other argument may be any value, as that of an index scan's key: it is
 * evaluated when the scan starts, whether or not there are rows.
 */
extern bool bucket_expr_restricts(const UsageTable *table, PlannerInfo *root, Index relid,
								  Node *expr);

#endif
