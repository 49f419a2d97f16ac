/*
 * option_private.h
 *	  Checks which options can be combined, for the files of option alone.
 */
#ifndef USAGE_OPTION_PRIVATE_H
#define USAGE_OPTION_PRIVATE_H

#include "catalogue/option.h"

/*
 * ERROR if options of a server (UsageOptions), a user mapping
 * (UsageMappingOptions), a table (UsageOptions) or a column
 * (UsageColumnOptions) can't be combined, or one is missing.  All are in
 * option_check.c.
 */
extern void option_check_server(const void *set);
extern void option_check_mapping(const void *set);
extern void option_check_table(const void *set);
extern void option_check_column(const void *set);

/*
 * WARNING if options of a server (UsageOptions) mean less than they say.  In
 * option_check.c.
 */
extern void option_warn_server(const void *set);

/*
 * ERROR HV024 if there is no such endpoint; the second, whose name is that of a
 * foreign table without the option, says what the table lacks.
 */
extern void option_check_endpoint(const char *name);
extern void option_check_table_name(const char *name);

/*
 * Does a server of the current user, of a wrapper with that validator, have
 * this option with this value?  Then a superuser has set it there.
 */
extern bool option_is_of_own_server(const DefElem *option, Oid validator);

#endif
