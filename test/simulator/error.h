/*
 * error.h
 *	  The API's way to say no.
 */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>

#include "buffer.h"

typedef struct ApiError
{
	int			status;
	const char *type;
	const char *code;			/* or NULL */
	char		param[64];		/* empty: null */
	char		message[512];
	bool		bare;			/* error is a string, not an object */
} ApiError;

/* Always returns false, so that a check can end with it. */
extern bool error_invalid(ApiError *error, const char *param,
						  const char *code, const char *format,...)
			__attribute__((format(printf, 4, 5)));
extern void error_wrong_key(ApiError *error);
extern void error_missing_scope(ApiError *error, bool bare, const char *scope);

/* A 404 for an object that is not there, and a 403 for a project. */
extern void error_no_object(ApiError *error, const char *kind, const char *id);
extern void error_forbidden(ApiError *error, const char *project);

extern void error_not_found(ApiError *error, const char *method,
							const char *path);
extern void error_method(ApiError *error, const char *method);
extern void error_too_many(ApiError *error);
extern bool error_lookback(ApiError *error, const char *date);

/* The body that goes with it. */
extern void error_render(const ApiError *error, Buffer *out);

#endif
