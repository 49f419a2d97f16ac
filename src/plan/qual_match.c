/*
 * qual_match.c
 *	  What conditions on time and on dimensions are recognised by.
 *
 * Operators are recognised by what the system catalogs say of them: the btree
 * family that they belong to, their strategy in it, their input types and
 * their commutator.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "plan/bucket_expr.h"
#include "plan/qual_private.h"

bool
qual_is_value(QualContext *cx, Node *expr)
{
	return bucket_expr_is_value(cx->root, cx->rel->relid, expr);
}

const UsageTableColumn *
qual_column(QualContext *cx, Node *expr)
{
	return table_var(cx->table, cx->rel->relid, expr);
}

int
qual_strategy(Oid opno, Oid family_type, Oid *left, Oid *right)
{
	TypeCacheEntry *type = lookup_type_cache(family_type, TYPECACHE_BTREE_OPFAMILY);

	if (!OidIsValid(opno) || !OidIsValid(type->btree_opf))
		return InvalidStrategy;
	op_input_types(opno, left, right);
	return get_op_opfamily_strategy(opno, type->btree_opf);
}

void
qual_commute(Oid *opno, Node **left, Node **right)
{
	Node	   *was_left = *left;

	*opno = get_commutator(*opno);
	*left = *right;
	*right = was_left;
}
