/*
 * async.h
 *	  Scans below an Append that reads several at the same time.
 */
#ifndef USAGE_ASYNC_H
#define USAGE_ASYNC_H

#include "foreign/fdwapi.h"

/* FdwRoutine callbacks; see PostgreSQL's fdwhandler documentation. */
extern bool usageIsForeignPathAsyncCapable(ForeignPath *path);
extern void usageForeignAsyncRequest(AsyncRequest *areq);
extern void usageForeignAsyncConfigureWait(AsyncRequest *areq);
extern void usageForeignAsyncNotify(AsyncRequest *areq);

#endif
