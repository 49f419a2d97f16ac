/*
 * page.h
 *	  One page of an answer as JSON.
 */
#ifndef PAGE_H
#define PAGE_H

#include "events.h"
#include "query.h"

typedef struct PageRequest
{
	const Query *query;
	const Settings *settings;
	const View *view;
	int			bench_buckets;	/* a bench page: at most so many buckets ... */
	int			bench_results;	/* ... of so many made-up results; else 0 */
} PageRequest;

extern void page_render(const PageRequest *request, Buffer *out);

#endif
