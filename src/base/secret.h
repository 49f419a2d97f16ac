/*
 * secret.h
 *	  What others say may repeat a secret; what we say must not.
 *
 * A part of a secret counts from SECRET_PART_BYTES on, or from the secret's
 * own length if that is less: a shorter one may be there by chance.  Nothing
 * here allocates or raises errors, so that callbacks of libraries may use it.
 * Time is that of the text, and hardly depends on the secret.
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

/* Is there such a part in the text? */
extern bool secret_occurs(const char *text, size_t length, const char *secret);

#endif
