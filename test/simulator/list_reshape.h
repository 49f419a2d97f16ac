/*
 * list_reshape.h
 *	  The answer of a list, spoiled where a fault says so, as text.
 */
#ifndef LIST_RESHAPE_H
#define LIST_RESHAPE_H

#include <json-c/json.h>

#include "list.h"

/* Puts the answer; fault may be NULL. */
extern void list_reshape(json_object *answer, const ListQuery *query, const Settings *settings,
						 const Fault *fault, Buffer *out);

#endif
