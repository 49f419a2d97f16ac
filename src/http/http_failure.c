/*
 * http_failure.c
 *	  Error messages of failed transfers.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/secret.h"
#include "http/http_private.h"

/* How far a transfer has come; phase_failure has the words for a failure there. */
typedef enum HttpPhase
{
	PHASE_LOOKUP,
	PHASE_CONNECT,
	PHASE_TLS,
	PHASE_ANSWER,
	PHASE_BODY
} HttpPhase;

static const char *const phase_failure[] = {
	"could not resolve",
	"could not connect to",
	"could not set up TLS with",
	"got no answer from",
	"lost the answer of"
};

void
http_copy_plain(char *target, size_t size, const char *text, size_t length)
{
	size_t		n = Min(length, size - 1);

	while (n > 0 && text[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		target[i] = (text[i] >= ' ' && text[i] <= '~') ? text[i] : '?';
	target[n] = '\0';
}

static const HttpFault phase_faults[] = {
	HTTP_FAULT_LOOKUP,
	HTTP_FAULT_CONNECT,
	HTTP_FAULT_TLS,
	HTTP_FAULT_ANSWER,
	HTTP_FAULT_BODY
};

static const HttpFault phase_timeouts[] = {
	HTTP_FAULT_LOOKUP,
	HTTP_FAULT_CONNECT_TIMEOUT,
	HTTP_FAULT_CONNECT_TIMEOUT,
	HTTP_FAULT_ANSWER_TIMEOUT,
	HTTP_FAULT_BODY_TIMEOUT
};

/* What OpenSSL says of a certificate, as CURLINFO_SSL_VERIFYRESULT has it. */
#define VERIFY_NAME_UNCHECKED	1	/* set by curl before it compares names */
#define VERIFY_NOT_YET_VALID	9
#define VERIFY_EXPIRED			10
#define VERIFY_OTHER_HOST		62
#define VERIFY_OTHER_ADDRESS	64

static HttpPhase
transfer_phase(HttpTransfer *transfer)
{
	curl_off_t	lookup_us = 0;

	if (transfer->outcome.status != 0)
		return PHASE_BODY;
	if (transfer->connected)
		return PHASE_ANSWER;
	curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup_us);
	return lookup_us > 0 ? PHASE_CONNECT : PHASE_LOOKUP;
}

bool
http_is_looking_up(HttpTransfer *transfer)
{
	return transfer->resolving && transfer_phase(transfer) == PHASE_LOOKUP;
}

/*
 * Codes of curl's that say more than the phase.  All others are transient
 * failures in the phase that the transfer has reached.
 */
static const struct
{
	CURLcode	code;
	bool		permanent;		/* another try would fail again */
	bool		tls;
}			special_codes[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, true, false},	/* also if it isn't HTTP */
	{CURLE_FAILED_INIT, true, false},
	{CURLE_URL_MALFORMAT, true, false},
	{CURLE_NOT_BUILT_IN, true, false},
	{CURLE_WRITE_ERROR, true, false},	/* a callback took no more */
	{CURLE_OUT_OF_MEMORY, true, false},
	{CURLE_BAD_FUNCTION_ARGUMENT, true, false},
	{CURLE_SSL_CONNECT_ERROR, false, true},
	{CURLE_SSL_CERTPROBLEM, true, true},
	{CURLE_SSL_CIPHER, true, true},
	{CURLE_PEER_FAILED_VERIFICATION, true, true},
	{CURLE_SSL_CACERT_BADFILE, true, true},
	{CURLE_SSL_ISSUER_ERROR, true, true},
	{CURLE_SSL_INVALIDCERTSTATUS, true, true},
};

/* The status by which a proxy refused to connect us, or 0. */
static long
refusal_of_proxy(HttpTransfer *transfer)
{
	long		status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status >= 300 ? status : 0;
}

/* Why it failed, in the words of curl, the system or ours; may be "". */
static const char *
failure_reason(HttpTransfer *transfer, HttpPhase phase, CURLcode code)
{
	bool		in_connect = phase < PHASE_ANSWER && transfer->connect_timeout_ms > 0;
	char	   *reason = transfer->curl_error;
	long		os_error = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
	if (transfer->refusal != NULL)
		return transfer->refusal;
	if (code == CURLE_OUT_OF_MEMORY && transfer->in_head)
		return "one of its headers has no end"; /* curl's limit for a line */
	if (code == CURLE_COULDNT_RESOLVE_PROXY)
		return "the proxy's name is unknown";
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return "";
	if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(reason, CURL_ERROR_SIZE, "nothing came for %g s (%s)",
				 (in_connect ? transfer->connect_timeout_ms :
				  transfer->request_timeout_ms) / 1000.0,
				 in_connect ? "connect_timeout" : "request_timeout");
	else if (refusal_of_proxy(transfer) != 0)
		snprintf(reason, CURL_ERROR_SIZE, "the proxy answered with status %ld",
				 refusal_of_proxy(transfer));
	else if (code == CURLE_COULDNT_CONNECT && os_error != 0)
		return strerror(os_error);
	return reason[0] ? reason : curl_easy_strerror(code);
}

/*
 * What is wrong with a certificate.  Other libraries than OpenSSL have other
 * numbers, and don't tell.
 */
static HttpFault
certificate_fault(HttpTransfer *transfer)
{
	const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;
	long		result = -1;

	curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	if (library == NULL || strncmp(library, "OpenSSL", strlen("OpenSSL")) != 0)
		return HTTP_FAULT_CERTIFICATE;
	if (result == VERIFY_EXPIRED || result == VERIFY_NOT_YET_VALID)
		return HTTP_FAULT_CERTIFICATE_DATE;
	if (result == 0 || result == VERIFY_NAME_UNCHECKED ||
		result == VERIFY_OTHER_HOST || result == VERIFY_OTHER_ADDRESS)
		return HTTP_FAULT_CERTIFICATE_NAME;
	return HTTP_FAULT_CERTIFICATE;
}

static HttpFault
transfer_fault(HttpTransfer *transfer, HttpPhase phase, CURLcode code)
{
	if (code == CURLE_COULDNT_RESOLVE_PROXY || refusal_of_proxy(transfer) != 0 ||
		(transfer->proxied && phase < PHASE_TLS))
		return HTTP_FAULT_PROXY;
	if (code == CURLE_SSL_CACERT_BADFILE)
		return HTTP_FAULT_CA_FILE;
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return certificate_fault(transfer);
	return code == CURLE_OPERATION_TIMEDOUT ? phase_timeouts[phase] : phase_faults[phase];
}

void
http_failure_note(HttpTransfer *transfer, CURLcode code)
{
	HttpPhase	phase = transfer_phase(transfer);
	const char *reason = failure_reason(transfer, phase, code);
	char		plain[CURL_ERROR_SIZE];
	char		after[64] = "";

	transfer->outcome.transient = refusal_of_proxy(transfer) / 100 != 4;
	transfer->outcome.corrupt = code == CURLE_BAD_CONTENT_ENCODING;
	for (int i = 0; i < lengthof(special_codes); i++)
	{
		if (special_codes[i].code != code)
			continue;
		transfer->outcome.transient = !special_codes[i].permanent;
		if (special_codes[i].tls)
			phase = PHASE_TLS;
	}
	transfer->outcome.fault = transfer_fault(transfer, phase, code);
	if (phase == PHASE_BODY)
		snprintf(after, sizeof(after), " after " INT64_FORMAT " bytes",
				 transfer->outcome.decoded_bytes);
	http_copy_plain(plain, sizeof(plain), reason, strcspn(reason, "\r\n"));
	secret_mask(plain, strlen(plain), transfer->secret);
	snprintf(transfer->error, sizeof(transfer->error), "%s host \"%s\"%s%s%s%s",
			 phase_failure[phase], transfer->host,
			 transfer->proxied ? " through the proxy" : "",
			 after, plain[0] ? ": " : "", plain);
	transfer->outcome.error = transfer->error;
}

void
http_failure_given_up(HttpTransfer *transfer)
{
	snprintf(transfer->error, sizeof(transfer->error),
			 "the transfer from host \"%s\" was given up, as others need its connection",
			 transfer->host);
	transfer->outcome.error = transfer->error;
	transfer->outcome.fault = HTTP_FAULT_GIVEN_UP;
	transfer->outcome.transient = true;
	transfer->outcome.neglected = true;
}
