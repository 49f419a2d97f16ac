/*
 * page_error_test.c
 *	  What is taken from the body of an error, as TAP.
 */
#include "postgres.h"

#include <stdlib.h>

#include "page_trace.h"
#include "shim.h"

typedef struct ErrorCase
{
	const char *name;
	Bytes		body;
	const char *message;
	const char *type;
	const char *param;
	const char *code;
	bool		full;
} ErrorCase;

static bool
is_part(const char *name, const char *got, const char *expected)
{
	bool		same = got == NULL || expected == NULL ? got == expected :
	strcmp(got, expected) == 0;

	if (!same)
		printf("# %s: got <%s>, expected <%s>\n", name, got ? got : "NULL",
			   expected ? expected : "NULL");
	return same;
}

static void
is_error(const ErrorCase *expected)
{
	char	   *copy = malloc(expected->body.length);
	PageError	error;
	bool		same = true;

	memcpy(copy, expected->body.data, expected->body.length);
	page_parse_error(&provider_openai.error, copy, expected->body.length, SECRET, &error);
	free(copy);
	same = is_part("message", error.message, expected->message) && same;
	same = is_part("type", error.type, expected->type) && same;
	same = is_part("param", error.param, expected->param) && same;
	same = is_part("code", error.code, expected->code) && same;
	same = is_part("full", error.full ? "yes" : "no", expected->full ? "yes" : "no") && same;
	shim_ok(same, "%s", expected->name);
}

static void
test_bodies(void)
{
	static const ErrorCase cases[] = {
		{"the usual form",
			BYTES("{\"error\":{\"message\":\"No such day.\",\"type\":\"invalid_request_error\","
				  "\"param\":\"start_time\",\"code\":\"reporting_lookback_exceeded\"}}"),
		"No such day.", "invalid_request_error", "start_time", "reporting_lookback_exceeded", true},
		{"without param and code", BYTES("{\"error\":{\"message\":\"No.\",\"type\":\"x\"}}"), "No.", "x",
		.full = true},
		{"without a type", BYTES("{\"error\":{\"message\":\"No.\",\"code\":\"404\"}}"), "No.", NULL, NULL, "404"},
		{"all members at the top", BYTES("{\"message\":\"No.\",\"type\":\"x\"}"), "No.", "x"},
		{"nulls and odd types",
			BYTES("{\"error\":{\"message\":\"No.\",\"type\":[],\"param\":null,\"code\":403}}"),
		"No.", NULL, NULL, "403"},
		{"a bare string", BYTES("{\"error\":\"Missing scopes.\"}"), "Missing scopes."},
		{"members at the top", BYTES("{\"message\":\"No.\",\"code\":\"x\"}\n"), "No.", NULL, NULL,
		"x"},
		{"null error", BYTES("{\"error\":null}")},
		{"a number as error", BYTES("{\"error\":[7]}")},
		{"HTML", BYTES("<html><body>502 Bad Gateway</body></html>")},
		{"nothing", BYTES("")},
		{"a list", BYTES("[\"no\"]")},
		{"cut off", BYTES("{\"error\":{\"message\":\"No.")},
		{"not UTF-8", BYTES("{\"error\":\"\xff\"}")},
		{"a raw null", BYTES("{\"error\":\"a\0\"}")},
		{"control characters", BYTES("{\"error\":\"a\\nb\\r\\tc\\u0000d\\u001be\\u007ff\\u0085g\"}"),
		"a b  c d e f g"},
		{"keys",
			BYTES("{\"error\":\"Incorrect API key: sk-admin-AbC_1234. sk-****. risk-free "
				  "key=sk-********1234\"}"),
		"Incorrect API key: sk-***. sk-****. risk-free key=sk-***"},
		{"the secret, and a part of it",
			BYTES("{\"message\":\"gateway-Zq7Xv0Wk4/Pd2!\",\"type\":\"way-Zq7X\",\"param\":\"ay-Zq7X\","
				  "\"code\":\"gateway-Zq7Xv0Wk4/Pd2\"}"),
		"*********************!", "********", "ay-Zq7X", "*********************"},
		{"escapes in it",
			BYTES("{\"error\":{\"message\":\"gateway-Zq7Xv0Wk4\\/Pd2\",\"param\":\"\\u0067\\u0061teway-Z\"}}"),
		"*********************", NULL, "*********"},
		{"a number for a secret", BYTES("{\"error\":{\"message\":12345678}}"), "12345678"},
		{"NaN", BYTES("{\"error\":\"No.\",\"a\":NaN}")},
		{"more behind it", BYTES("{\"error\":\"No.\"} {}")},
		{"white space around it", BYTES(" {\"error\":\"No.\"}\r\n\t"), "No."},
		{"a number", BYTES("12")}
	};

	for (int i = 0; i < lengthof(cases); i++)
		is_error(&cases[i]);
}

static void
is_long(const char *name, const char *body, const char *message)
{
	ErrorCase	expected = {name, {body, strlen(body)}, message};

	is_error(&expected);
}

static void
test_long_messages(void)
{
	char		long_body[1200] = "{\"error\":\"";
	char		long_message[600];

	for (int i = 0; i < 497; i++)
		long_body[10 + i] = 'x';
	strcpy(long_body + 507, SECRET "\"}");
	memset(long_message, 'x', 497);
	strcpy(long_message + 497, "***...");
	is_long("the secret where a message is cut", long_body, long_message);

	strcpy(long_body, "{\"error\":\"");
	for (int i = 0; i < 200; i++)
		strcat(long_body, "\xe2\x82\xac");
	strcat(long_body, "\"}");
	long_message[0] = '\0';
	for (int i = 0; i < 166; i++)
		strcat(long_message, "\xe2\x82\xac");
	strcat(long_message, "...");
	is_long("a long message", long_body, long_message);
}

int
main(void)
{
	MemoryContextSwitchTo(shim_context());
	test_bodies();
	test_long_messages();
	MemoryContextDelete(CurrentMemoryContext);
	return shim_done();
}
