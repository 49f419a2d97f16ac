/*
 * bucket_expr_private.h
 *	  What the files of bucket_expr share.
 */
#ifndef USAGE_BUCKET_EXPR_PRIVATE_H
#define USAGE_BUCKET_EXPR_PRIVATE_H

#include "plan/bucket_expr.h"

typedef enum ValueKind
{
	VALUE_FAILS,				/* or nothing is known of that */
	VALUE_ANY,
	VALUE_TIME,					/* a finite date or timestamp */
	VALUE_SPAN,					/* a finite interval */
	VALUE_NUMBER				/* a finite number */
} ValueKind;

typedef struct KnownValue
{
	ValueKind	kind;
	double		most;			/* its magnitude at most: of a number; of a
								 * time from 1970, and of an interval, in
								 * seconds */
} KnownValue;

/* The most of a time or an interval; 4713 BC, where time begins, is further from 1970. */
#define BUCKET_EXPR_MAX_S 2.0e11

/* in bucket_expr_constant.c */

/* A constant. */
extern KnownValue bucket_expr_constant(const Const *constant);

/* Is the expression a constant that fits such a letter of bucket_expr_call.c's table? */
extern bool bucket_expr_is_constant(Node *expr, KnownValue value, char letter);

/* Is it the constant "epoch"? */
extern bool bucket_expr_is_epoch(Node *expr);

/* in bucket_expr_call.c */

/*
 * A function's result, with such arguments (as many as in `args`), of that type.
 * VALUE_FAILS where it may fail, or nothing is known of it.
 */
extern KnownValue bucket_expr_call(Oid funcid, Oid collation, List *args, const KnownValue *values,
								   Oid type);

/* Does the type compare without errors, whatever the values? */
extern bool bucket_expr_is_comparable(Oid type);

/* Is the operator a comparison by such a type's own order? */
extern bool bucket_expr_is_comparison(Oid opno, Oid collation);

#endif
