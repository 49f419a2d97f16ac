/*
 * page_error.h
 *	  Parses the body of an error.
 */
#ifndef USAGE_PAGE_ERROR_H
#define USAGE_PAGE_ERROR_H

/* An API's names for the members of an error's body. */
typedef struct PageErrorNames
{
	const char *container;		/* of the body: the object with the others */
	const char *message;
	const char *type;
	const char *param;
	const char *code;
} PageErrorNames;

/*
 * What an error's body says, in whatever form.  With OpenAI's names: {"error":
 * {message, type, param, code}}, {"error": "message"} or {message, ...}.
 * Strings are palloc'd UTF-8 without control characters, with API keys and
 * parts of `secret` (secret.h; may be NULL) masked, and then cut to 500 bytes;
 * NULL where absent.  A body that is not JSON, or is cut off, has none of them
 * (a user can't act on a proxy's HTML).
 *
 * The caller must limit the size of the body, as json-c may take 300 times as
 * much (page.h).  Raises no error but out of memory.
 */
typedef struct PageError
{
	char	   *message;
	char	   *type;
	char	   *param;
	char	   *code;
	bool		full;			/* {"error": {message, type, ...}}, as the API has it */
} PageError;

extern void page_parse_error(const PageErrorNames *names, const char *body, size_t length,
							 const char *secret, PageError *error);

#endif
