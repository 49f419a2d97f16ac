/*
 * provider.h
 *	  The differences between the usage APIs of providers.
 *
 * The only place that knows how a provider writes requests and answers, as far
 * as providers differ (docs/api.md section 7).  The endpoints are in
 * endpoint.h.
 */
#ifndef USAGE_PROVIDER_H
#define USAGE_PROVIDER_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

#include "page/page.h"
#include "page/page_error.h"

/* How arrays are written in a query (docs/api.md section 2). */
typedef enum ProviderArrayFormat
{
	PROVIDER_ARRAY_REPEAT,		/* a=1&a=2 */
	PROVIDER_ARRAY_BRACKETS,	/* a[]=1&a[]=2, percent-encoded */
	PROVIDER_ARRAY_COMMA		/* a=1,2 */
} ProviderArrayFormat;

/* Where the value of a header comes from. */
typedef enum ProviderHeaderSource
{
	PROVIDER_API_KEY,			/* the user mapping */
	PROVIDER_ORGANIZATION,		/* the server's options */
	PROVIDER_PROJECT
} ProviderHeaderSource;

/* A header of each request; it is left out where its value is not set. */
typedef struct ProviderHeader
{
	const char *name;
	const char *prefix;			/* before the value */
	ProviderHeaderSource source;
} ProviderHeader;

/* Names of the query parameters other than filters. */
typedef struct ProviderParameters
{
	const char *start_time;
	const char *end_time;
	const char *bucket_width;
	const char *group_by;
	const char *limit;			/* most buckets of a page */
	const char *cursor;			/* given by the page before */
	const char *list_cursor;	/* the same, of lists */
} ProviderParameters;

/* What the user can do about an answer with that HTTP status. */
typedef struct ProviderHint
{
	int			status;
	const char *hint;			/* to be translated */
	const char *list_hint;		/* the same for lists, or NULL */
} ProviderHint;

/* All strings are constants that live as long as the backend. */
typedef struct UsageProvider
{
	const char *base_url;		/* preset of the option; no slash at its end */
	int			array_format;	/* preset of the option: ProviderArrayFormat */
	const ProviderHeader *headers;	/* ends with a NULL name */
	ProviderParameters parameters;

	/*
	 * Append a time to a query; convert a time of a page, false if it is out
	 * of range.
	 */
	void		(*append_time) (StringInfo url, TimestampTz instant);
	bool		(*read_time) (const PageValue *value, TimestampTz *instant);

	const PageEnvelope *envelopes;	/* by PageShape */
	const char *id;				/* member of an object of a list */
	PageErrorNames error;		/* members of an error's body */
	const char *const *no_endpoint; /* begins of the message of a 404 for a path
									 * that is none of the API's; ends with NULL */
	const char *no_endpoint_code;	/* error code: the same */
	const char *archived;		/* in the message of a 400: what is asked for
								 * is no longer in use */
	const char *no_scope;		/* in the message of a 401 that is a 403: the
								 * key is known, but may not */
	const char *lookback_code;	/* error code: the time is too long ago */
	const char *quota_code;		/* error code: the organization is out of
								 * quota */
	const char *quota_hint;		/* what to do about it; to be translated */
	const ProviderHint *hints;	/* ends with a NULL hint */
} UsageProvider;

extern const UsageProvider provider_openai;

/* Is that query parameter one of those that we set, so that no filter may use it? */
extern bool provider_reserves(const UsageProvider *provider, const char *parameter);

/*
 * The provider's hint for that status, to be translated, or NULL.  of_list: of
 * an answer that has no buckets.
 */
extern const char *provider_hint(const UsageProvider *provider, long status, bool of_list);

#endif
