/*
 * qual_private.h
 *	  What the files of qual share.
 */
#ifndef USAGE_QUAL_PRIVATE_H
#define USAGE_QUAL_PRIVATE_H

#include "plan/qual.h"

/* What a clause is looked at with. */
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

/* The column that the expression is, if it is one of this table's. */
extern const UsageTableColumn *qual_column(QualContext *cx, Node *expr);

/*
 * The strategy that an operator has in the default btree family of a type, or
 * InvalidStrategy; and the types of its inputs.
 */
extern int	qual_strategy(Oid opno, Oid family_type, Oid *left, Oid *right);

/*
 * A comparison has its subject on the left, or is turned around.  Sets opno to
 * 0 where it can't be.
 */
extern void qual_commute(Oid *opno, Node **left, Node **right);

/* in qual_time.c */

/* The condition on time that the clause is or implies, or NULL; sets *fit if there is one. */
extern TimeClause *qual_match_time(QualContext *cx, Expr *clause, QualFit *fit);

/* in qual_filter.c */

/* The values of a dimension that the clause asks for, or NULL. */
extern FilterClause *qual_match_filter(QualContext *cx, Expr *clause);

#endif
