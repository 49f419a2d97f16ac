/*
 * compat.h
 *	  What differs between PostgreSQL 14 to 18 and between libcurl versions.
 *
 * The only file that looks at a version number.
 */
#ifndef USAGE_COMPAT_H
#define USAGE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 140000
#error usage_fdw needs PostgreSQL 14 or later
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif
