/*
 * qual_private.h
 *	  What the files of qual share.
 */
#ifndef USAGE_QUAL_PRIVATE_H
#define USAGE_QUAL_PRIVATE_H

#include "plan/qual.h"

/* What the functions that match clauses take. */
typedef struct QualContext
{
	UsageRequest *request;		/* takes the expressions of values */
	const UsageTable *table;
	PlannerInfo *root;
	RelOptInfo *rel;
} QualContext;

/* in qual_match.c */

/*
 * Can the expression be evaluated before the scan starts, to the same value
 * for each of its rows?
 */
extern bool qual_is_value(QualContext *cx, Node *expr);

/* The column of this table that the expression is, or NULL. */
extern const UsageTableColumn *qual_column(QualContext *cx, Node *expr);

/*
 * The strategy that an operator has in the default btree family of a type, or
 * InvalidStrategy.  Sets the types of its inputs if the family exists.
 */
extern int	qual_strategy(Oid opno, Oid family_type, Oid *left, Oid *right);

/*
 * Swap the sides of a comparison.  Sets *opno to its commutator, or InvalidOid
 * where it has none.
 */
extern void qual_commute(Oid *opno, Node **left, Node **right);

/* in qual_time.c */

/*
 * The condition on time that the clause is or implies, or NULL; sets *fit if
 * there is one.
 */
extern TimeClause *qual_match_time(QualContext *cx, Expr *clause, QualFit *fit);

/*
 * What the clause says of a bucket beyond that, as a clause that is tried; or
 * NULL.
 */
extern TimeClause *qual_try_time(QualContext *cx, Expr *clause);

/* in qual_filter.c */

/* The values of a dimension that the clause asks for, or NULL. */
extern FilterClause *qual_match_filter(QualContext *cx, Expr *clause);

#endif
