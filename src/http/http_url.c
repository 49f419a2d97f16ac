/*
 * http_url.c
 *	  URLs and dates of HTTP, by libcurl's parsers.
 */
#include "postgres.h"

#include <ctype.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <curl/curl.h>

#include "utils/timestamp.h"

#include "http/http_url.h"

/* Of the year 9999: no form has a year of more digits, and curl takes them. */
#define LAST_SECOND INT64CONST(253402300799)

/* A palloc'd copy of a string of curl's, which is freed.  ERROR 53200. */
static char *
copy_curl_string(char *foreign)
{
	char	   *copy = NULL;

	if (foreign != NULL)
	{
		size_t		size = strlen(foreign) + 1;

		copy = palloc_extended(size, MCXT_ALLOC_NO_OOM);
		if (copy != NULL)
			memcpy(copy, foreign, size);
		curl_free(foreign);
	}
	if (copy == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return copy;
}

char *
http_escape(const char *value)
{
	return copy_curl_string(curl_easy_escape(NULL, value, 0));
}

static bool
has_part(CURLU *url, CURLUPart part)
{
	char	   *value = NULL;
	bool		present = curl_url_get(url, part, &value, 0) == CURLUE_OK;

	curl_free(value);
	return present;
}

/* True only of what is never looked up: curl resolves "localhost" itself. */
static bool
is_loopback(const char *host)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;
	char		address[INET6_ADDRSTRLEN];
	size_t		length = strlen(host);

	if (pg_strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &ipv4) == 1)
		return (ntohl(ipv4.s_addr) >> 24) == 127;
	if (length < 3 || length - 2 >= sizeof(address) || host[0] != '[')
		return false;
	memcpy(address, host + 1, length - 2);
	address[length - 2] = '\0';
	return inet_pton(AF_INET6, address, &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6);
}

bool
http_parse_url(const char *url, HttpUrl *parts)
{
	CURLU	   *parsed = curl_url();
	char	   *scheme = NULL;
	char	   *host = NULL;
	bool		has_user;

	if (parsed == NULL ||
		curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
		(strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
	{
		curl_free(scheme);
		curl_free(host);
		curl_url_cleanup(parsed);
		return false;
	}
	has_user = has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD);
	curl_url_cleanup(parsed);

	parts->scheme = strcmp(scheme, "https") == 0 ? "https" : "http";
	curl_free(scheme);
	parts->host = copy_curl_string(host);
	parts->has_user = has_user;
	parts->has_query = strpbrk(url, "?#") != NULL;
	parts->loopback = is_loopback(parts->host);
	return true;
}

bool
http_parse_date(const char *value, TimestampTz *result)
{
	time_t		seconds;

	/* Each form of RFC 9110 begins with a weekday; curl takes much more. */
	if (!isalpha((unsigned char) value[0]))
		return false;
	seconds = curl_getdate(value, NULL);
	if (seconds == -1 || seconds > LAST_SECOND)
		return false;
	*result = time_t_to_timestamptz((pg_time_t) seconds);
	return true;
}
