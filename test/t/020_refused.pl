#
# What is written wrong, and what the API refuses: each has an error that says so,
# and leaves the session as it was.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Errors;
use UsageFdw::Test;

my $simulator = simulator();
my $session = begin_errors(cluster('main'), $simulator);

#
# What is written wrong
#
is_error('unknown endpoint',
	$session->query(q{CREATE FOREIGN TABLE t (day date) SERVER openai OPTIONS (endpoint 'complitions')}),
	C => qr/^HV024$/, M => qr/^endpoint "complitions" does not exist$/,
	H => qr/^Valid endpoints are: completions, .*costs/);
is_error('unknown option',
	$session->query(q{ALTER SERVER openai OPTIONS (ADD api_key 'x')}),
	C => qr/^HV00D$/, M => qr/^invalid option "api_key"$/,
	D => qr/option of a user mapping/, H => qr/Valid options in this context are: base_url, /);
is_error('unknown endpoint by the name of the table',
	$session->query('CREATE FOREIGN TABLE mistaken (day date) SERVER openai; SELECT * FROM mistaken'),
	C => qr/^HV024$/, M => qr/^endpoint "mistaken" does not exist$/,
	D => qr/reads the endpoint of its name/, H => qr/Set the option "endpoint" to one of: completions, /);
is_error('unknown column',
	$session->query(q{CREATE FOREIGN TABLE t (day date, input_tokns bigint)
		SERVER openai OPTIONS (endpoint 'completions'); SELECT * FROM t}),
	C => qr/^HV005$/, M => qr/"input_tokns"/, H => qr/input_tokens/);

#
# Whom the API does not know, or like
#
for (
	[ 'wrong key', 'sk-admin-wrong', qr/^28000$/, qr/status 401/,
		qr/^The API says: Incorrect API key/, qr/option "api_key" of the user mapping/ ],
	[ 'missing scope', 'sk-admin-noscope', qr/^42501$/, qr/status 403/,
		qr/Missing scopes: api\.usage\.read/, qr/scope "api\.usage\.read"/ ],
	[ 'missing scope as a bare string', 'sk-admin-noscope-string', qr/^42501$/,
		qr/status 403/, qr/^The API says: You have insufficient permissions/, qr/scope/ ])
{
	my ($name, $key, $code, $message, $detail, $hint) = @$_;
	add_api('as_somebody', $simulator->{url}, mapping => { api_key => $key });
	is_error($name, $session->query('SELECT * FROM as_somebody.completions'),
		C => $code, M => $message, D => $detail, H => $hint, W => $request);
	$session->rows('SET client_min_messages = warning; DROP SCHEMA as_somebody CASCADE;
		DROP SERVER as_somebody CASCADE');
}
$session->rows('CREATE ROLE nobody; GRANT USAGE ON SCHEMA usage TO nobody;
	GRANT SELECT ON ALL TABLES IN SCHEMA usage TO nobody');
my $nobody = $session->query('SET ROLE nobody; SELECT * FROM usage.completions');
$session->rows('RESET ROLE');
is_error('no user mapping', $nobody, C => qr/^28000$/,
	M => qr/^user mapping not found for user "nobody" and server "openai"$/,
	H => qr/CREATE USER MAPPING/);

#
# What the API refuses
#
my $too_early = qr/^The option "history" of foreign table "completions" may reach further back than the organization may ask\.$/;
my $body = '{"error":{"message":"%s","type":"invalid_request_error","param":%s,"code":null}}';
with_fault('a parameter is refused',
	[ 'status', 'code=400', 'body=' . sprintf($body, "Invalid value: '31'.", '"limit"') ],
	C => qr/^HV024$/, M => qr/^the API refused the parameter "limit" of a request to endpoint "completions"$/,
	D => qr/^The API says: Invalid value: '31'\.$/, H => undef, W => $request);
with_fault('a group_by value is refused',
	[
		'status', 'code=400',
		'body=' . sprintf($body, "Invalid value for 'group_by': 'model' is not supported.", '"group_by"')
	],
	sql => 'SELECT * FROM usage.completions',
	C => qr/^HV024$/, M => qr/"group_by"/,
	H => qr/^Drop the column "model" from foreign table "completions"/, W => $request);
control($simulator, 'set', 'costs_refuse=line_item');
is_error('a group_by value is refused by costs',
	$session->query('SELECT line_item, amount FROM usage.costs'),
	C => qr/^HV024$/, H => qr/^Drop the column "line_item" from foreign table "costs"/,
	W => qr/to endpoint "costs"/);
control($simulator, 'set', 'costs_refuse=');
with_fault('400 without a parameter',
	[ 'status', 'code=400', 'body=' . sprintf($body, 'No.', 'null') ],
	C => qr/^HV024$/, M => qr/status 400$/, D => qr/^The API says: No\.$/, H => $too_early, W => $request);
with_fault("400 on account of $_",
	[ 'status', 'code=400', 'body=' . sprintf($body, 'Not available before 2026-03-01.', qq("$_")) ],
	C => qr/^HV024$/, M => qr/"$_"/, H => $too_early, W => $request) for 'start_time', 'group_by';
with_fault('404 has nothing to do with the time', [ 'status', 'code=404' ],
	C => qr/^HV00R$/, H => qr/"base_url"/);
with_fault('a message with control characters is made plain',
	[ 'status', 'code=400', 'body=' . sprintf($body, 'a\\nb\\u001b[31m\\u0000c', 'null') ],
	C => qr/^HV024$/, D => qr/^The API says: [\x20-\x7e]+$/);
with_fault('a long message is cut',
	[ 'status', 'code=400', 'body=' . sprintf($body, 'x' x 20000, 'null') ],
	C => qr/^HV024$/, D => qr/^The API says: .{100,5000}$/);
add_api('elsewhere', "$simulator->{url}/no/such/place");
is_error('status 404', $session->query('SELECT * FROM elsewhere.completions'),
	C => qr/^HV00R$/, M => qr/status 404$/, D => qr/Invalid URL/, H => qr/"base_url"/, W => $request);
with_fault('a redirect', [ 'redirect', "location=$simulator->{url}/v1/organization/usage/completions" ],
	C => qr/^HV00M$/, M => qr/status 302$/, H => qr/^Redirects are not followed/, W => $request);
with_fault('an odd status', ['status', 'code=418'], C => qr/^HV00M$/, M => qr/status 418$/);
with_fault('status 429', ['status', 'code=429'],
	C => qr/^53400$/, M => qr/status 429$/, H => qr/"max_retries"/, W => $request);
with_fault('an exhausted quota',
	[
		'status', 'code=429',
		'body={"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}'
	],
	C => qr/^53400$/, D => qr/exceeded your current quota/, H => qr/billing/);
with_fault('status 500', ['status'], C => qr/^HV00N$/, M => qr/status 500$/,
	D => qr/told to fail/, H => qr/^The API, or a gateway .* is in trouble/, W => $request);
with_fault('a missing scope that is said with 401',
	[ 'status', 'code=401', 'body={"error":{"message":"Missing scopes: api.usage.read"}}' ],
	C => qr/^42501$/, M => qr/status 401$/, H => qr/scope "api\.usage\.read"/, W => $request);

#
# What isn't the API's
#
with_fault('HTML with 502', ['html'],
	C => qr/^HV00N$/, M => qr/status 502$/, D => qr{type "text/html"}, W => $request);
with_fault('HTML with 200', [ 'html', 'code=200' ],
	C => qr/^HV00M$/, M => qr/^endpoint "completions" sent a broken answer$/,
	D => qr/./, H => qr{type "text/html".*"base_url"}, W => $request);

done_testing();
