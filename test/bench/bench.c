/*
 * bench.c
 *	  What the programs that are measured have in common.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

#define READ_BYTES 65536		/* as the extension sets it */

double
bench_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000.0 + now.tv_nsec / 1e6;
}

void
bench_fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	return sum_feed(arg, data, size * count) ? size * count : 0;
}

CURL *
bench_handle(const char *url, SumReader *reader, struct curl_slist **headers)
{
	CURL	   *easy = curl_easy_init();

	*headers = curl_slist_append(NULL, "Authorization: Bearer sk-admin-simulator");
	if (easy == NULL || *headers == NULL)
		bench_fail(url, "out of memory");
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, reader);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long) READ_BYTES);
	curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	return easy;
}

void
bench_answer(double elapsed_ms, double first_ms, const Sum *sum)
{
	printf("%.3f %.3f %lld %lld\n", elapsed_ms, first_ms, sum->total, sum->results);
	fflush(stdout);
}
