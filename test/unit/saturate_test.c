/*
 * saturate_test.c
 *	  Saturating arithmetic against arithmetic on wider integers.
 */
#include "postgres.h"

#include "base/saturate.h"
#include "shim.h"

#ifdef HAVE_INT128
static int64
clamp(int128 value)
{
	return value > PG_INT64_MAX ? PG_INT64_MAX : value < PG_INT64_MIN ? PG_INT64_MIN : (int64) value;
}
#endif

static const int64 values[] = {
	0, 1, -1, 2, -2, 3, 1000, -1000, PG_INT32_MAX, PG_INT32_MIN,
	INT64CONST(3037000499), INT64CONST(3037000500), INT64CONST(-3037000500),
	PG_INT64_MAX / 2, PG_INT64_MAX / 2 + 1, PG_INT64_MIN / 2, PG_INT64_MIN / 2 - 1,
	PG_INT64_MAX - 1, PG_INT64_MAX, PG_INT64_MIN + 1, PG_INT64_MIN
};

static void
test_all_pairs(void)
{
#ifdef HAVE_INT128
	int			wrong[3] = {0};

	for (int i = 0; i < lengthof(values); i++)
		for (int j = 0; j < lengthof(values); j++)
		{
			int64		a = values[i];
			int64		b = values[j];

			wrong[0] += saturate_add(a, b) != clamp((int128) a + b);
			wrong[1] += saturate_sub(a, b) != clamp((int128) a - b);
			wrong[2] += saturate_mul(a, b) != clamp((int128) a * b);
		}
	shim_ok(wrong[0] == 0, "sums");
	shim_ok(wrong[1] == 0, "differences");
	shim_ok(wrong[2] == 0, "products");
#endif
}

static void
test_ends(void)
{
	int64		combinations = 1;

	shim_ok(saturate_add(PG_INT64_MAX, 1) == PG_INT64_MAX, "a sum stays at the upper end");
	shim_ok(saturate_add(PG_INT64_MIN, -1) == PG_INT64_MIN, "a sum stays at the lower end");
	shim_ok(saturate_sub(PG_INT64_MIN, 1) == PG_INT64_MIN, "a difference does");
	shim_ok(saturate_mul(PG_INT64_MIN, -1) == PG_INT64_MAX, "a product of two negative numbers does");
	for (int i = 0; i < 63; i++)
		combinations = saturate_mul(combinations, 2);
	shim_ok(combinations == PG_INT64_MAX, "2^63 combinations are still many");
	shim_ok(saturate_mul(combinations, 12) == PG_INT64_MAX, "and so are they in 12 windows");
	shim_ok(saturate_mul(combinations, 0) == 0, "but in none, none");
}

int
main(void)
{
	test_all_pairs();
	test_ends();
	return shim_done();
}
