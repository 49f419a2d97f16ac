/*
 * usage_fdw.c
 *	  The module: its settings, handler, validator and version.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "base/rate.h"
#include "catalogue/import.h"
#include "catalogue/option.h"
#include "plan/grain.h"
#include "plan/plan.h"
#include "plan/qual.h"
#include "plan/width.h"
#include "scan/analyze.h"
#include "scan/async.h"
#include "scan/explain.h"
#include "scan/guard.h"
#include "scan/scan.h"
#include "stream/journal.h"

PG_MODULE_MAGIC_EXT(.name = "usage_fdw", .version = USAGE_FDW_VERSION);

PGDLLEXPORT void _PG_init(void);

PGDLLEXPORT Datum usage_fdw_handler(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum usage_fdw_validator(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum usage_fdw_version(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(usage_fdw_handler);
PG_FUNCTION_INFO_V1(usage_fdw_validator);
PG_FUNCTION_INFO_V1(usage_fdw_version);

void
_PG_init(void)
{
	DefineCustomBoolVariable("usage_fdw.enable_pushdown",
							 "Lets WHERE clauses narrow what is asked of the API.",
							 "The answer of a query is the same with it and without.",
							 &usage_enable_pushdown,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("usage_fdw.enable_grain_reduction",
							 "Lets aggregates ask the API for fewer groups.",
							 "The answer of a query is the same with it and without.",
							 &usage_enable_grain_reduction,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("usage_fdw.enable_width_coarsening",
							 "Lets aggregates ask the API for wider buckets.",
							 "The answer of a query is the same with it and without.",
							 &usage_enable_width_coarsening,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL, NULL, NULL);
	DefineCustomEnumVariable("usage_fdw.require_time_clause",
							 "Refuses, or warns of, scans of usage or costs without a lower bound of time.",
							 NULL,
							 &usage_require_time_clause,
							 GUARD_OFF,
							 guard_levels,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
	DefineCustomEnumVariable("usage_fdw.log_requests",
							 "Logs requests to the API: all, those that failed, or none.",
							 "They are logged by the server only, without the key.",
							 &usage_log_requests,
							 JOURNAL_OFF,
							 journal_levels,
							 PGC_SUSET,
							 0,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("usage_fdw");
	rate_init();
}

Datum
usage_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = usageGetForeignRelSize;
	routine->GetForeignPaths = usageGetForeignPaths;
	routine->GetForeignPlan = usageGetForeignPlan;
	routine->BeginForeignScan = usageBeginForeignScan;
	routine->IterateForeignScan = usageIterateForeignScan;
	routine->ReScanForeignScan = usageReScanForeignScan;
	routine->EndForeignScan = usageEndForeignScan;
	routine->IsForeignPathAsyncCapable = usageIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = usageForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = usageForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = usageForeignAsyncNotify;
	routine->ExplainForeignScan = usageExplainForeignScan;
	routine->AnalyzeForeignTable = usageAnalyzeForeignTable;
	routine->ImportForeignSchema = usageImportForeignSchema;
	PG_RETURN_POINTER(routine);
}

Datum
usage_fdw_validator(PG_FUNCTION_ARGS)
{
	option_validate(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1),
					fcinfo->flinfo->fn_oid);
	PG_RETURN_VOID();
}

Datum
usage_fdw_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(USAGE_FDW_VERSION));
}
