/*
 * check_answer.c
 *	  Steps of a check that judge one request: how far did it come?
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "scan/check_private.h"

/*
 * Clocks that differ by no more than this are no problem for certificates, nor
 * for what "now" means to either side.
 */
#define CLOCK_TOLERANCE_S 300

const UsageEndpoint *
check_first_sample(void)
{
	const UsageEndpoint *endpoint = usage_endpoints;

	while (!endpoint->sample)
		endpoint++;
	return endpoint;
}

CheckProbe *
check_first(CheckRun *run)
{
	if (!run->first)
		run->first = check_ask(run, check_first_sample());
	return run->first;
}

/* Fail the step if the request failed there. */
static bool
fails_by(CheckRun *run, CheckRow *row, HttpFault first, HttpFault last)
{
	const CheckProbe *probe = check_first(run);
	HttpFault	fault = probe->report.last.fault;

	if (!probe->error || fault < first || fault > last)
		return false;
	check_fail_by(row, probe->error);
	return true;
}

/* Nothing was sent, say for want of file descriptors, or it was cut off here. */
static bool
is_not_sent(const CheckProbe *probe)
{
	return probe->error && (probe->report.last.sent_at == 0 ||
							probe->report.last.fault == HTTP_FAULT_GIVEN_UP);
}

void
check_proxy(CheckRun *run, CheckRow *row)
{
	if (!run->options->proxy)
		check_skip(row, _("no proxy is set"));
	else if (is_not_sent(check_first(run)))
		check_skip(row, _("nothing was sent"));
	else if (!fails_by(run, row, HTTP_FAULT_PROXY, HTTP_FAULT_PROXY))
		check_pass(row, run->options->proxy);
}

void
check_lookup(CheckRun *run, CheckRow *row)
{
	if (run->options->proxy)
		check_skip(row, _("the proxy looks names up"));
	else if (is_not_sent(check_first(run)))
		check_skip(row, _("nothing was sent"));
	else if (!fails_by(run, row, HTTP_FAULT_LOOKUP, HTTP_FAULT_LOOKUP))
		check_pass(row, run->url.host);
}

void
check_connection(CheckRun *run, CheckRow *row)
{
	if (is_not_sent(check_first(run)))
		check_fail_by(row, check_first(run)->error);
	else if (!fails_by(run, row, HTTP_FAULT_CONNECT, HTTP_FAULT_CONNECT_TIMEOUT))
		check_pass(row, run->options->proxy ? _("through the proxy") : NULL);
}

void
check_tls(CheckRun *run, CheckRow *row)
{
	if (strcmp(run->url.scheme, "http") == 0)
		check_skip(row, _("an http URL: the key is sent unencrypted"));
	else if (!fails_by(run, row, HTTP_FAULT_TLS, HTTP_FAULT_CERTIFICATE_NAME))
		check_pass(row, run->options->ca_file ? _("the certificate is valid, by \"ca_file\"") :
				   _("the certificate is valid"));
}

/* Is it in trouble, or not the API? */
static bool
is_trouble(long status)
{
	return (status >= 300 && status < 400) || status == 408 || status >= 500;
}

void
check_answer(CheckRun *run, CheckRow *row)
{
	const CheckProbe *probe = check_first(run);
	long		status = probe->report.last.status;

	if (fails_by(run, row, HTTP_FAULT_ANSWER, HTTP_FAULT_ANSWER_TIMEOUT))
		return;
	if (probe->error && (status == 0 || is_trouble(status)))
		check_fail_by(row, probe->error);
	else
		check_pass(row, psprintf(_("status %ld"), status));
}

/* How far the API's clock is ahead of ours, at least; its time has no fractions. */
static int64
clock_ahead_us(const FetchAnswer *answer)
{
	if (answer->date > answer->seen_at)
		return answer->date - answer->seen_at;
	return Min(answer->date + USECS_PER_SEC - answer->sent_at, 0);
}

void
check_clock(CheckRun *run, CheckRow *row)
{
	const FetchAnswer *answer = &check_first(run)->report.last;
	int64		ahead_s;

	if (!answer->has_date)
	{
		check_skip(row, _("the answer does not tell the time"));
		return;
	}
	ahead_s = clock_ahead_us(answer) / USECS_PER_SEC;
	if (ahead_s > CLOCK_TOLERANCE_S)
		check_fail(row, psprintf(_("the database server's clock is " INT64_FORMAT " s behind the API's"), ahead_s),
				   _("Set the clock of the database server, and keep it in time, as by NTP."));
	else if (ahead_s < -CLOCK_TOLERANCE_S)
		check_fail(row, psprintf(_("the database server's clock is " INT64_FORMAT " s ahead of the API's"), -ahead_s),
				   _("Set the clock of the database server, and keep it in time, as by NTP."));
	else
		check_pass(row, psprintf(_("within %d s of the API's"), CLOCK_TOLERANCE_S));
}

/* Who may not do something is known. */
void
check_authentication(CheckRun *run, CheckRow *row)
{
	const CheckProbe *probe = check_first(run);
	long		status = probe->report.last.status;

	if (probe->error && probe->error->sqlerrcode == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION)
		check_fail_by(row, probe->error);
	else if (status == 200 || (probe->error && probe->error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE))
		check_pass(row, _("the API knows the key"));
	else
		check_skip(row, psprintf(_("status %ld does not tell"), status));
}
