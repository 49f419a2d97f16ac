/*
 * floor.c
 *	  The least that reading a page takes: libcurl, and json-c result by
 *	  result, in a bare loop.
 *
 *	floor URL
 */
#include <stdio.h>

#include "bench.h"

int
main(int argc, char **argv)
{
	Sum			sum;
	SumReader  *reader = sum_open(&sum);
	struct curl_slist *headers;
	CURL	   *easy;
	char		line[80];

	if (argc != 2)
		bench_fail("usage", "floor URL");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	easy = bench_handle(argv[1], reader, &headers);
	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		double		start = bench_clock();
		CURLcode	code;

		sum = (Sum) {0};
		code = curl_easy_perform(easy);
		if (code != CURLE_OK)
			bench_fail(argv[1], curl_easy_strerror(code));
		if (!sum_finish(reader))
			bench_fail(argv[1], "the page broke off");
		bench_answer(bench_clock() - start, sum.first_ms - start, &sum);
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	sum_close(reader);
	return 0;
}
