/*
 * reshape.h
 *	  Pages in unusual shapes: other key order, white space, faults.
 */
#ifndef RESHAPE_H
#define RESHAPE_H

#include "fault.h"
#include "query.h"

/* Rewrite the page where settings or fault (or NULL) ask for it. */
extern void reshape_page(Buffer *page, const Query *query,
						 const Settings *settings, const Fault *fault);

#endif
