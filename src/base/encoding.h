/*
 * encoding.h
 *	  Text conversion between the API's UTF-8 and the database's encoding.
 *
 * All text that comes from the API or goes to it passes through here.  In a
 * database of encoding SQL_ASCII nothing is converted: text from the API stays
 * UTF-8, and text to the API must be UTF-8.
 */
#ifndef USAGE_ENCODING_H
#define USAGE_ENCODING_H

/*
 * Convert valid UTF-8 to the database's encoding.  Returns the text itself
 * where nothing changes, else a palloc'd copy; NULL if the encoding lacks one
 * of the characters.  *server_length is the result's length; it is
 * NUL-terminated if the text is.
 */
extern const char *encoding_from_api(const char *utf8, size_t length, size_t *server_length);

/*
 * The same for a NUL-terminated text that a message will show; NULL stays
 * NULL.  A character that the encoding lacks becomes "?".  Raises no error but
 * out of memory.
 */
extern const char *encoding_for_message(const char *utf8);

/*
 * Convert text of the database to UTF-8: the text itself or palloc'd; NULL if
 * it can't be converted.
 */
extern const char *encoding_to_api(const char *text);

/*
 * The same for a value that the API is to compare.  NULL also where other
 * UTF-8 texts might convert to this one, which happens for a few characters in
 * multibyte encodings: the comparison would miss them.
 */
extern const char *encoding_to_api_exactly(const char *text);

#endif
