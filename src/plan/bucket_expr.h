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

#include "nodes/primnodes.h"

#include "catalogue/table.h"

/*
 * The expression as a function of the bucket's start, for which a CaseTestExpr
 * stands in it; in CurrentMemoryContext, sharing structure with `expr`.  NULL:
 * it mentions no edge, or another column, or may fail.  `relid` is the table's
 * in the range table.
 */
extern Node *bucket_expr_of_start(const UsageTable *table, Index relid, Node *expr);

#endif
