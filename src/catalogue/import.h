/*
 * import.h
 *	  IMPORT FOREIGN SCHEMA: a foreign table for each endpoint of the catalogue.
 */
#ifndef USAGE_IMPORT_H
#define USAGE_IMPORT_H

#include "nodes/parsenodes.h"

/*
 * FdwRoutine callback: a palloc'd list of CREATE FOREIGN TABLE commands.
 * ERROR HV00Q or HV00R for a schema or table that does not exist, and those of
 * option_import().
 */
extern List *usageImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid);

#endif
