/*
 * encoding.h
 *	  Text from the API and to it: UTF-8 there, the database's encoding here.
 *
 * All text that comes or goes passes through here.  In a database of encoding
 * SQL_ASCII bytes are what they are: nothing is converted, and what comes is
 * UTF-8.
 */
#ifndef USAGE_ENCODING_H
#define USAGE_ENCODING_H

/*
 * Valid UTF-8 as the database's encoding: the text itself where that is the same,
 * or palloc'd; NULL if the encoding lacks a character of it.  *server_length is
 * its length; a NUL follows where one followed the text.
 */
extern const char *encoding_from_api(const char *utf8, size_t length, size_t *server_length);

/*
 * The same for a message, NUL-terminated; NULL stays NULL.  What the encoding
 * lacks becomes "?".  Raises no error but out of memory.
 */
extern const char *encoding_for_message(const char *utf8);

/*
 * The database's text as UTF-8, palloc'd or the text itself; NULL if it can't be
 * converted.
 */
extern const char *encoding_to_api(const char *text);

/*
 * The same for a value that is to be compared by the API: NULL also where other
 * texts of the API might become the same one here, as encodings of several bytes
 * have it for a few characters.
 */
extern const char *encoding_to_api_exactly(const char *text);

#endif
