/*
 * compat.h
 *	  Differences between PostgreSQL 14 to 19, and between libcurl versions.
 *
 * No other file looks at a version number.
 */
#ifndef USAGE_COMPAT_H
#define USAGE_COMPAT_H

#include "postgres.h"

#include <curl/curlver.h>

#if PG_VERSION_NUM < 140000
#error usage_fdw needs PostgreSQL 14 or later
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* A wait event set that lives as long as the backend, whatever fails. */
#if PG_VERSION_NUM >= 170000
#define CreateSessionWaitEventSet(nevents) CreateWaitEventSet(NULL, nevents)
#else
#define CreateSessionWaitEventSet(nevents) CreateWaitEventSet(TopMemoryContext, nevents)
#endif

/* A name that pg_stat_activity shows while we wait, the same for all; may throw. */
#if PG_VERSION_NUM >= 170000
#define CreateWaitEventName(name) WaitEventExtensionNew(name)
#else
#define CreateWaitEventName(name) ((void) (name), PG_WAIT_EXTENSION)
#endif

/*
 * Shared memory that is made when it is needed.  Before version 17 there is
 * only what is asked for when the server starts; by a hook from version 15 on.
 */
#if PG_VERSION_NUM >= 170000
#define HAS_SHARED_SEGMENTS 1
#define SHARED_SEGMENT_HEADER "storage/dsm_registry.h"
#else
#define SHARED_SEGMENT_HEADER "storage/dsm.h"
#if PG_VERSION_NUM >= 150000
#define HAS_SHMEM_REQUEST_HOOK 1
#endif
#endif

/*
 * Since version 19 what makes a segment gets an argument, and a lock's tranche has
 * its name from the start; before, each backend gives it the name.
 */
#if PG_VERSION_NUM >= 190000
#define SEGMENT_PARAMETERS(memory) void *memory, void *arg
#define GetSharedSegment(name, size, make, found) GetNamedDSMSegment(name, size, make, found, NULL)
#define NewLockTranche(name) LWLockNewTrancheId(name)
#define NameLockTranche(tranche, name) ((void) (tranche))
#else
#define SEGMENT_PARAMETERS(memory) void *memory
#define GetSharedSegment(name, size, make, found) GetNamedDSMSegment(name, size, make, found)
#define NewLockTranche(name) LWLockNewTrancheId()
#define NameLockTranche(tranche, name) LWLockRegisterTranche(tranche, name)
#endif

#if LIBCURL_VERSION_NUM < 0x074c00
#error usage_fdw needs libcurl 7.76 or later
#endif

/* A callback between connecting and the request.  Before, progress is reported there, too. */
#if LIBCURL_VERSION_NUM >= 0x075000
#define CURL_HAS_PREREQ 1
#endif

#if LIBCURL_VERSION_NUM >= 0x075500
#define CURL_HTTP_PROTOCOLS_OPTION CURLOPT_PROTOCOLS_STR
#define CURL_HTTP_PROTOCOLS "http,https"
#else
#define CURL_HTTP_PROTOCOLS_OPTION CURLOPT_PROTOCOLS
#define CURL_HTTP_PROTOCOLS ((long) (CURLPROTO_HTTP | CURLPROTO_HTTPS))
#endif

/*
 * Before 8.4 curl goes on reading a paused HTTP/2 stream if others share its
 * connection, and fails when it has buffered 64 MB of it.
 */
#if LIBCURL_VERSION_NUM >= 0x080400
#define CURL_BEST_HTTP_VERSION CURL_HTTP_VERSION_NONE	/* curl's choice */
#else
#define CURL_BEST_HTTP_VERSION CURL_HTTP_VERSION_1_1
#endif

#if LIBCURL_VERSION_NUM >= 0x075700
#define CURL_HAS_QUICK_EXIT 1
#endif
#if LIBCURL_VERSION_NUM >= 0x081600
#define CURL_HAS_MULTI_QUICK_EXIT 1
#endif

/* The bytes of a block of malloc()'s, where the C library tells. */
#ifdef __GLIBC__
#include <malloc.h>
#define malloc_block_size(block) malloc_usable_size(block)
#endif

/*
 * The library is built with hidden visibility.  Before version 16 the server's
 * PGDLLEXPORT does not override that.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

/*
 * Since version 18 the attribute stands before a declaration; earlier versions
 * only have pg_attribute_noreturn(), which follows it.
 */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* Before version 18 the magic block has no name and version. */
#if PG_VERSION_NUM < 180000
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#if PG_VERSION_NUM < 150000
#define strtoi64(string, end, base) ((int64) strtoll(string, end, base))
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* Since version 17 code run as a table's owner has a restricted search_path. */
#if PG_VERSION_NUM < 170000
#define RestrictSearchPath() ((void) 0)
#endif

/* A random number in [0, 1), not for secrets. */
#if PG_VERSION_NUM >= 150000
#include "common/pg_prng.h"
#define usage_random() pg_prng_double(&pg_global_prng_state)
#else
#define usage_random() (random() / (MAX_RANDOM_VALUE + 1.0))
#endif

/* The same, from the state of a reservoir sampler. */
#if PG_VERSION_NUM >= 150000
#define usage_sampler_fract(state) sampler_random_fract(&(state))
#else
#define usage_sampler_fract(state) sampler_random_fract(state)
#endif

/* Conversions in the session's zone; what is out of range becomes infinite. */
#if PG_VERSION_NUM >= 190000
#include "nodes/miscnodes.h"
#define IGNORE_OVERFLOW ((Node *) &(ErrorSaveContext) {T_ErrorSaveContext})
#define DateToTimestamp(value) date2timestamp_safe(value, IGNORE_OVERFLOW)
#define DateToTimestampTz(value) date2timestamptz_safe(value, IGNORE_OVERFLOW)
#define TimestampToTimestampTz(value) timestamp2timestamptz_safe(value, IGNORE_OVERFLOW)
#else
#define IGNORE_OVERFLOW (&(int) {0})
#define DateToTimestamp(value) date2timestamp_opt_overflow(value, IGNORE_OVERFLOW)
#define DateToTimestampTz(value) date2timestamptz_opt_overflow(value, IGNORE_OVERFLOW)
#define TimestampToTimestampTz(value) timestamp2timestamptz_opt_overflow(value, IGNORE_OVERFLOW)
#endif

/* May the user use a foreign server? */
#if PG_VERSION_NUM >= 160000
#define ServerIsUsable(serverid, userid) \
	(object_aclcheck(ForeignServerRelationId, serverid, userid, ACL_USAGE) == ACLCHECK_OK)
#else
#define ServerIsUsable(serverid, userid) \
	(pg_foreign_server_aclcheck(serverid, userid, ACL_USAGE) == ACLCHECK_OK)
#endif

/* A path that scans a base relation, without an outer path. */
#if PG_VERSION_NUM >= 180000
#define CreateForeignScanPath(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, pathkeys, outer, \
							NULL, NIL, private)
#elif PG_VERSION_NUM >= 170000
#define CreateForeignScanPath(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, outer, \
							NULL, NIL, private)
#else
#define CreateForeignScanPath(root, rel, rows, startup, total, pathkeys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, outer, \
							NULL, private)
#endif

/* The user whose mapping a scan uses: a view's owner, or who runs the query. */
#if PG_VERSION_NUM >= 160000
#define ForeignScanCheckAsUser(node) (((ForeignScan *) (node)->ss.ps.plan)->checkAsUser)
#else
#define ForeignScanCheckAsUser(node) \
	(exec_rt_fetch(((ForeignScan *) (node)->ss.ps.plan)->scan.scanrelid, \
				   (node)->ss.ps.state)->checkAsUser)
#endif
#define ForeignScanUserId(node) \
	(OidIsValid(ForeignScanCheckAsUser(node)) ? ForeignScanCheckAsUser(node) : GetUserId())

/*
 * The relations whose columns an expression mentions.  Since version 16
 * pull_varnos() also has the outer joins that may make these NULL, and since
 * version 18 the grouping sets that may.
 */
#if PG_VERSION_NUM >= 180000
#define PullRelations(root, expr) \
	bms_del_member(bms_difference(pull_varnos(root, expr), (root)->outer_join_rels), \
				   (root)->group_rtindex)
#elif PG_VERSION_NUM >= 160000
#define PullRelations(root, expr) \
	bms_difference(pull_varnos(root, expr), (root)->outer_join_rels)
#else
#define PullRelations(root, expr) pull_varnos(root, expr)
#endif

/* A partition bound's constraint, on columns of the parent. */
#if PG_VERSION_NUM >= 150000
#define PartitionBoundClauses(parent, spec) get_qual_from_partbound(parent, spec)
#else
#define PartitionBoundClauses(parent, spec) get_qual_from_partbound(NULL, parent, spec)
#endif

/* The headers of ExplainState and of the ExplainProperty functions. */
#if PG_VERSION_NUM >= 180000
#define EXPLAIN_STATE_HEADER "commands/explain_state.h"
#define EXPLAIN_FORMAT_HEADER "commands/explain_format.h"
#else
#define EXPLAIN_STATE_HEADER "commands/explain.h"
#define EXPLAIN_FORMAT_HEADER "commands/explain.h"
#endif

/* The direction of a path key. */
#if PG_VERSION_NUM >= 180000
#define PathKeyIsDescending(pathkey) ((pathkey)->pk_cmptype == COMPARE_GT)
#define PATHKEY_ASCENDING COMPARE_LT
#else
#define PathKeyIsDescending(pathkey) ((pathkey)->pk_strategy == BTGreaterStrategyNumber)
#define PATHKEY_ASCENDING BTLessStrategyNumber
#endif
#define MakeAscendingPathKey(root, ec) \
	make_canonical_pathkey(root, ec, linitial_oid((ec)->ec_opfamilies), PATHKEY_ASCENDING, false)

#endif
