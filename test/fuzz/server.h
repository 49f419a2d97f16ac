/*
 * server.h
 *	  More of the server than test/unit/shim.h has, for fuzz targets: lists, options.
 *
 * What the server parses itself, integers with units, booleans and intervals, is not
 * under test: what stands here takes the simplest of them.  sql/option_random.sql has
 * the server's own.
 */
#ifndef FUZZ_SERVER_H
#define FUZZ_SERVER_H

#include "nodes/parsenodes.h"

/* What superuser() says. */
extern bool server_superuser;

/* A list's DefElem whose value is this text, as defGetString() finds it; not copied. */
extern DefElem *server_option(char *name, char *value);

#endif
