/*
 * text.h
 *	  Numbers, percent-encoding and base64, as strict as a server should be.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text must be a decimal integer that fits. */
extern bool parse_integer(const char *text, int64_t *value);

/*
 * Decode in place: percent escapes, and '+' to a space.  False for a broken
 * escape and for an encoded NUL.
 */
extern bool decode_percent(char *text);

/* out needs room for 4 * (length + 2) / 3 + 1 bytes */
extern void encode_base64(char *out, const uint8_t *bytes, size_t length);

/* Returns the number of bytes, or -1 if text is not base64 or is too long. */
extern int	decode_base64(uint8_t *out, size_t room, const char *text);

/* Is word one of the comma-separated words of list? */
extern bool list_has(const char *list, const char *word);

#endif
