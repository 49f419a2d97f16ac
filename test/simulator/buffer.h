/*
 * buffer.h
 *	  A growable run of bytes, and the few formats that are written into one.
 *
 * A Buffer of zeroes is empty and valid.  Memory is malloc's; running out of
 * it ends the process, so no caller checks.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>
#include <stdint.h>

typedef struct Buffer
{
	char	   *data;			/* NUL-terminated once anything was appended */
	size_t		length;			/* bytes, without the NUL */
	size_t		capacity;
} Buffer;

extern void *allocate(size_t size);	/* zeroed */
extern void *reallocate(void *memory, size_t size);
extern char *copy_text(const char *text);

extern void buffer_append(Buffer *buffer, const char *bytes, size_t length);
extern void buffer_text(Buffer *buffer, const char *text);
extern void buffer_char(Buffer *buffer, char c);
extern void buffer_printf(Buffer *buffer, const char *format,...)
			__attribute__((format(printf, 2, 3)));
extern void buffer_integer(Buffer *buffer, int64_t value);

/* A JSON string with its quotes, or null. */
extern void buffer_json(Buffer *buffer, const char *text);

/* One CSV field: NULL is empty, an empty string is quoted. */
extern void buffer_csv(Buffer *buffer, const char *text);

/* value / 10^9 as an exact decimal without trailing zeroes. */
extern void buffer_nano(Buffer *buffer, int64_t value);

extern void buffer_free(Buffer *buffer);

#endif
