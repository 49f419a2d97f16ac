/*
 * option_private.h
 *	  What the files of option share: which options can go together.
 */
#ifndef USAGE_OPTION_PRIVATE_H
#define USAGE_OPTION_PRIVATE_H

#include "catalogue/option.h"

/*
 * ERROR where options of a server (UsageOptions), a user mapping
 * (UsageMappingOptions), a table (UsageOptions) or a column (UsageColumnOptions) can't
 * go together.  All are in option_check.c.
 */
extern void option_check_server(const void *set);
extern void option_check_mapping(const void *set);
extern void option_check_table(const void *set);
extern void option_check_column(const void *set);

/* ERROR where there is no such endpoint.  detail: a sentence, translated, or NULL. */
extern void option_check_endpoint(const char *name, const char *detail);

/*
 * Does a server that the current user owns, of a wrapper with that validator,
 * have precisely this option?  Then a superuser has set it.
 */
extern bool option_is_of_own_server(const DefElem *option, Oid validator);

#endif
