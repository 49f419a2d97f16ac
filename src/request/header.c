/*
 * header.c
 *	  The headers that a request is sent with.
 */
#include "postgres.h"

#include "request/header.h"

/* The value of a header; NULL: it is not sent. */
static const char *
header_value(const UsageOptions *options, const char *api_key, ProviderHeaderSource source)
{
	switch (source)
	{
		case PROVIDER_API_KEY:
			return api_key;
		case PROVIDER_ORGANIZATION:
			return options->organization;
		case PROVIDER_PROJECT:
			return options->project;
	}
	elog(ERROR, "unexpected source of a header: %d", (int) source);
}

HttpHeader *
header_list(const UsageTable *table, const char *api_key)
{
	const ProviderHeader *rows = table->options->provider->headers;
	HttpHeader *headers;
	int			count = 0;

	while (rows[count].name)
		count++;
	headers = palloc0(sizeof(HttpHeader) * (count + 1));
	count = 0;
	for (const ProviderHeader *row = rows; row->name; row++)
	{
		const char *value = header_value(table->options, api_key, row->source);

		if (value)
			headers[count++] = (HttpHeader) {row->name, row->prefix, value};
	}
	return headers;
}
