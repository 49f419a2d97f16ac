/*
 * import.h
 *	  IMPORT FOREIGN SCHEMA: the catalogue as foreign tables.
 */
#ifndef USAGE_IMPORT_H
#define USAGE_IMPORT_H

#include "nodes/parsenodes.h"

/* FdwRoutine callback: CREATE FOREIGN TABLE commands, as strings. */
extern List *usageImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid);

#endif
