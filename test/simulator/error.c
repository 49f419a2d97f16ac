/*
 * error.c
 *	  The API's error bodies.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

#define INVALID_REQUEST "invalid_request_error"

static void
error_set(ApiError *error, int status, const char *type, const char *code)
{
	memset(error, 0, sizeof(*error));
	error->status = status;
	error->type = type;
	error->code = code;
}

static void __attribute__((format(printf, 2, 3)))
error_message(ApiError *error, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
}

bool
error_invalid(ApiError *error, const char *param, const char *code,
			  const char *format,...)
{
	va_list		args;

	error_set(error, 400, INVALID_REQUEST, code);
	snprintf(error->param, sizeof(error->param), "%s", param);
	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	return false;
}

void
error_wrong_key(ApiError *error)
{
	error_set(error, 401, INVALID_REQUEST, "invalid_api_key");
	error_message(error, "Incorrect API key provided: sk-****. You can find "
				  "your API key at https://platform.openai.com/account/api-keys.");
}

void
error_missing_scope(ApiError *error, bool bare, const char *scope)
{
	error_set(error, 403, "server_error", NULL);
	error->bare = bare;
	if (bare)
		error_message(error, "You have insufficient permissions for this "
					  "operation. Missing scopes: api.model.read. Check that "
					  "you have the correct role in your organization (Reader, "
					  "Writer, Owner) and project (Viewer, Member, Owner), and "
					  "if you're using a restricted API key,");
	else
		error_message(error, "You have insufficient permissions for this "
					  "operation. Missing scopes: %s. [...]", scope);
}

void
error_not_found(ApiError *error, const char *method, const char *path)
{
	error_set(error, 404, INVALID_REQUEST, NULL);
	error_message(error, "Invalid URL (%s %s)", method, path);
}

void
error_no_object(ApiError *error, const char *kind, const char *id)
{
	error_set(error, 404, INVALID_REQUEST, "not_found");
	error_message(error, "No such object in %s: '%.200s'.", kind, id);
}

void
error_forbidden(ApiError *error, const char *project)
{
	error_set(error, 403, INVALID_REQUEST, NULL);
	error_message(error, "You have insufficient permissions for project %.200s.", project);
}

void
error_method(ApiError *error, const char *method)
{
	error_set(error, 405, INVALID_REQUEST, "method_not_supported");
	error_message(error, "Not allowed to %s this resource.", method);
}

void
error_too_many(ApiError *error)
{
	error_set(error, 429, "requests", "rate_limit_exceeded");
	error_message(error, "Rate limit reached for requests per min.");
}

bool
error_lookback(ApiError *error, const char *date)
{
	error_set(error, 400, INVALID_REQUEST, "reporting_lookback_exceeded");
	error_message(error, "Usage and cost data are available for the past "
				  "year. Earliest supported start date: %s (UTC).", date);
	return false;
}

static void
render_object(const ApiError *error, Buffer *out)
{
	buffer_text(out, "{\"message\":");
	buffer_json(out, error->message);
	buffer_text(out, ",\"type\":");
	buffer_json(out, error->type);
	buffer_text(out, ",\"param\":");
	buffer_json(out, error->param[0] ? error->param : NULL);
	buffer_text(out, ",\"code\":");
	buffer_json(out, error->code);
	buffer_char(out, '}');
}

void
error_render(const ApiError *error, Buffer *out)
{
	buffer_text(out, "{\"error\":");
	if (error->bare)
		buffer_json(out, error->message);
	else
		render_object(error, out);
	buffer_text(out, "}\n");
}
