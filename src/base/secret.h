/*
 * secret.h
 *	  Masks a secret in texts from elsewhere that we show, and keeps it no
 *	  longer than it is needed.
 *
 * A substring of the secret counts if it has at least SECRET_PART_BYTES, or is
 * the whole of a shorter secret: a smaller one may be there by chance.
 * What masks and searches neither allocates nor raises errors, so callbacks of
 * libraries may use it.  The time grows with the text, and hardly depends on the secret.
 */
#ifndef USAGE_SECRET_H
#define USAGE_SECRET_H

#define SECRET_PART_BYTES	8

/*
 * Replace by '*', in place, each byte of text that belongs to a part of the
 * secret.  The text is what a reader would see, decoded from whatever form it
 * came in; it may hold NULs.  `secret` may be NULL or empty: nothing is done.
 */
extern void secret_mask(char *text, size_t length, const char *secret);

/* Does the text hold such a part?  No if `secret` is NULL or empty. */
extern bool secret_occurs(const char *text, size_t length, const char *secret);

/*
 * A copy of that many bytes and a NUL, in CurrentMemoryContext, that is wiped
 * when the context is reset or deleted; until then it must not be freed.  In
 * secret_copy.c.
 */
extern char *secret_copy(const char *secret, size_t length);

#endif
