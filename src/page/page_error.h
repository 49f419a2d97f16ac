/*
 * page_error.h
 *	  What the API says in the body of an error.
 */
#ifndef USAGE_PAGE_ERROR_H
#define USAGE_PAGE_ERROR_H

/* What an API calls the members of an error's body. */
typedef struct PageErrorNames
{
	const char *container;		/* of the body: the object that has the others */
	const char *message;
	const char *type;
	const char *param;
	const char *code;
} PageErrorNames;

/*
 * An error body, whatever its form (with OpenAI's names): {"error": {message, type, param, code}},
 * {"error": "message"}, {message, ...}, or anything else.  Strings are
 * palloc'd, UTF-8, without control characters, with API keys and parts of
 * `secret` (secret.h; may be NULL) masked, then cut to 500 bytes; NULL where
 * absent.  A body that is no JSON, or is cut off, has no message (a proxy's
 * HTML says nothing that a user could act on).  The body is to be bounded:
 * json-c's memory for it is as page_open()'s for a result.
 */
typedef struct PageError
{
	char	   *message;
	char	   *type;
	char	   *param;
	char	   *code;
} PageError;

extern void page_parse_error(const PageErrorNames *names, const char *body, size_t length,
							 const char *secret, PageError *error);

#endif
