/*
 * client.c
 *	  The least that reading many windows takes: a bare client of libcurl's
 *	  multi interface that has some of them in flight.
 *
 *	client IN_FLIGHT URL...
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define POLL_MS 1000
#define SPARE_CONNECTIONS 16L	/* idle connections kept open, as the
								 * extension does */

/* A window in flight. */
typedef struct Flight
{
	CURL	   *easy;
	struct curl_slist *headers;
	SumReader  *reader;
} Flight;

static CURLM *multi;

static void
launch(Flight *flight, const char *url)
{
	flight->easy = bench_handle(url, flight->reader, &flight->headers);
	curl_easy_setopt(flight->easy, CURLOPT_PRIVATE, flight);
	curl_multi_add_handle(multi, flight->easy);
}

static void
land(CURLMsg *message)
{
	Flight	   *flight;

	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight);
	if (message->data.result != CURLE_OK)
		bench_fail("transfer", curl_easy_strerror(message->data.result));
	if (!sum_finish(flight->reader))
		bench_fail("transfer", "the page broke off");
	curl_multi_remove_handle(multi, flight->easy);
	curl_easy_cleanup(flight->easy);
	curl_slist_free_all(flight->headers);
	flight->easy = NULL;
}

/* One run over all windows. */
static void
fly(Flight *flights, int nflights, char **urls)
{
	int			running;
	int			left;
	CURLMsg    *message;

	do
	{
		bool		landed = false;

		for (int i = 0; i < nflights; i++)
			if (flights[i].easy == NULL && *urls != NULL)
				launch(&flights[i], *urls++);
		curl_multi_perform(multi, &running);
		while ((message = curl_multi_info_read(multi, &left)) != NULL)
		{
			land(message);
			landed = true;
		}
		if (running > 0 && !landed)
			curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
	} while (running > 0 || *urls != NULL);
}

int
main(int argc, char **argv)
{
	int			nflights = argc > 2 ? atoi(argv[1]) : 0;
	Flight	   *flights = calloc(nflights > 0 ? nflights : 1, sizeof(Flight));
	Sum			sum;
	char		line[80];

	if (nflights < 1 || flights == NULL)
		bench_fail("usage", "client IN_FLIGHT URL...");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, SPARE_CONNECTIONS);
	for (int i = 0; i < nflights; i++)
		flights[i].reader = sum_open(&sum);
	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		double		start = bench_clock();

		sum = (Sum) {0};
		fly(flights, nflights, argv + 2);
		bench_answer(bench_clock() - start, sum.first_ms - start, &sum);
	}
	for (int i = 0; i < nflights; i++)
		sum_close(flights[i].reader);
	curl_multi_cleanup(multi);
	free(flights);
	return 0;
}
