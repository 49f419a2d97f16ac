/*
 * secret_test.c
 *	  Tests of secret outside the server, as TAP.
 */
#include "postgres.h"

#include <stdlib.h>

#include "base/secret.h"
#include "shim.h"

#define ROUNDS 20000

static const char key[] = "sk-admin-Zq7/Xv0Wk4";

static void
is_masked(const char *name, const char *secret, const char *text, size_t length,
		  const char *expected)
{
	char	   *copy = malloc(length);
	bool		occurs;

	memcpy(copy, text, length);
	occurs = secret_occurs(copy, length, secret);
	secret_mask(copy, length, secret);
	if (!shim_ok(memcmp(copy, expected, length) == 0 &&
				 occurs == (memcmp(text, expected, length) != 0), "%s", name))
		printf("# got %.*s\n", (int) length, copy);
	free(copy);
}

#define IS(name, text, expected) is_masked(name, key, text, sizeof(text) - 1, expected)

static void
test_parts(void)
{
	IS("nothing", "", "");
	IS("words", "No such project: proj_web", "No such project: proj_web");
	IS("all of it", "key sk-admin-Zq7/Xv0Wk4.", "key *******************.");
	IS("nothing else", "sk-admin-Zq7/Xv0Wk4", "*******************");
	IS("its beginning", "sk-admin", "********");
	IS("its end", "(/Xv0Wk4)(7/Xv0Wk4)", "(/Xv0Wk4)(********)");
	IS("seven bytes", "sk-admi n-Zq7/X", "sk-admi n-Zq7/X");
	IS("eight bytes", "xn-Zq7/Xvx", "x********x");
	IS("twice, one after the other", "sk-adminsk-admin-", "*****************");
	IS("parts that are not one", "sk-admin-Zq7/Xq7/Xv0Wk4", "***********************");
	IS("parts that share bytes", "-admin-Zq7/Xv0WkZq7/Xv0W", "************************");
	IS("with nulls", "\0sk-admin\0-Zq7/Xv0\0", "\0********\0********\0");
	IS("other letters", "SK-ADMIN-ZQ7/XV0WK4", "SK-ADMIN-ZQ7/XV0WK4");
}

static void
test_secrets(void)
{
	char	   *long_secret = malloc(5000);
	char	   *text = malloc(5000);
	char	   *masked = malloc(5000);

	is_masked("no secret", NULL, "anything", 8, "anything");
	is_masked("an empty secret", "", "anything", 8, "anything");
	is_masked("a short secret", "abc", "ab abc abcabc abd", 17, "ab *** ****** abd");
	is_masked("a secret of one byte", "x", "axxb", 4, "a**b");
	is_masked("a secret that repeats", "aaaaaaaaaa", "aaaaaaa aaaaaaaaaaaaa", 21,
			  "aaaaaaa *************");
	for (int i = 0; i < 4999; i++)
		long_secret[i] = '!' + (i * 7 + i / 94) % 94;
	long_secret[4999] = '\0';
	memcpy(text, long_secret + 1000, 3000);
	memset(masked, '*', 3000);
	is_masked("a long secret", long_secret, text, 3000, masked);
	free(long_secret);
	free(text);
	free(masked);
}

/* --- against an oracle --- */

/* Few letters, so that parts are met by chance. */
static size_t
make_text(char *text, size_t most)
{
	size_t		length = shim_below(most);

	for (size_t i = 0; i < length; i++)
		text[i] = 'a' + shim_below(2);
	text[length] = '\0';
	return length;
}

/* The definition, word by word. */
static void
mask_slowly(const char *text, char *masked, size_t length, const char *secret)
{
	size_t		secret_length = strlen(secret);
	size_t		least = Min(secret_length, SECRET_PART_BYTES);

	memcpy(masked, text, length);
	for (size_t start = 0; least > 0 && start + least <= length; start++)
	{
		char		part[SECRET_PART_BYTES + 1] = "";

		memcpy(part, text + start, least);
		if (strstr(secret, part) != NULL)
			memset(masked + start, '*', least);
	}
}

static void
test_random(void)
{
	int			held = 0;

	for (int i = 0; i < ROUNDS; i++)
	{
		char		secret[40];
		char		text[60];
		char		masked[60];
		size_t		length = make_text(text, sizeof(text));
		bool		occurs;

		make_text(secret, sizeof(secret));
		mask_slowly(text, masked, length, secret);
		occurs = secret_occurs(text, length, secret);
		held += occurs == (memcmp(text, masked, length) != 0);
		secret_mask(text, length, secret);
		held += memcmp(text, masked, length) == 0;
	}
	shim_ok(held == 2 * ROUNDS, "%d of %d answers are those of the definition", held, 2 * ROUNDS);
}

int
main(void)
{
	test_parts();
	test_secrets();
	test_random();
	return shim_done();
}
