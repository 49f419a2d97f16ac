/*
 * rewrite.h
 *	  JSON of an answer, spoiled and written in an unusual form.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include <json-c/json.h>

#include "fault.h"
#include "settings.h"

/* Set a member to a string, or to null. */
extern void rewrite_text(json_object *object, const char *name, const char *text);

/* Replace a field of the object by the fault's value, or remove it. */
extern void rewrite_spoil(const Fault *fault, json_object *object, const char *field);

/* Replace what is in `out` by the page, with its keys in order; puts the page. */
extern void rewrite_write(json_object *page, Buffer *out, const Settings *settings,
						  const Fault *fault);

#endif
