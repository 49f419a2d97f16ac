/*
 * url_part.c
 *	  What a URL says, as curl reads it, for fuzz targets.
 */
#include "postgres.h"

#include "shim.h"
#include "url_part.h"

CURLU *
url_parse(const char *text)
{
	CURLU	   *url = curl_url();

	if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
		shim_bail_out("curl takes it for no URL");
	return url;
}

char *
url_part(CURLU *url, CURLUPart part)
{
	char	   *value = NULL;
	char	   *copy;

	curl_url_get(url, part, &value, 0);
	copy = value ? pstrdup(value) : NULL;
	curl_free(value);
	return copy;
}
