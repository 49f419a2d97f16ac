/*
 * async.c
 *	  Scans below an Append that reads several at the same time.
 *
 * A scan answers a request at once where it has a row, or knows that there are
 * no more.  Else it is pending, and Append waits for its descriptor; when that
 * is readable, the scan is asked again, and may be pending once more.  Driving
 * one scan drives the transfers of all, so a descriptor may be readable
 * without a row.
 */
#include "postgres.h"

#include "executor/execAsync.h"
#include "nodes/execnodes.h"
#include "storage/latch.h"

#include "base/compat.h"
#include "http/http.h"
#include "scan/async.h"
#include "scan/scan.h"

bool
usageIsForeignPathAsyncCapable(ForeignPath *path)
{
	return http_has_waitfd();
}

static void
answer(AsyncRequest *areq)
{
	TupleTableSlot *slot;

	if (!scan_try((ForeignScanState *) areq->requestee, &slot))
		ExecAsyncRequestPending(areq);
	else
		ExecAsyncRequestDone(areq, TupIsNull(slot) ? NULL : slot);
}

void
usageForeignAsyncRequest(AsyncRequest *areq)
{
	answer(areq);
}

/*
 * Append waits only when its synchronous subplans are done; before, it polls.
 */
void
usageForeignAsyncConfigureWait(AsyncRequest *areq)
{
	AppendState *append = (AppendState *) areq->requestor;
	int			fd = scan_watch((ForeignScanState *) areq->requestee, append->as_syncdone);

	AddWaitEventToSet(append->as_eventset, WL_SOCKET_READABLE, fd, NULL, areq);
}

void
usageForeignAsyncNotify(AsyncRequest *areq)
{
	answer(areq);
}
