#
# Whatever goes wrong has an error that says so, and leaves the session as it
# was.
#
use strict;
use warnings;

use IO::Socket::INET;
use POSIX qw(strftime);
use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $simulator = simulator('--tls-port', 0, tls_files());
my $proxy = fault_proxy($simulator);
my $resolver = slow_resolver();
my $node = start_node();
my $session = UsageFdw::Session->new($node);
my $good = 'SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day >= current_date - 20';

sub start_node
{
	local $ENV{LD_PRELOAD} = $resolver if $resolver;
	return cluster('main');
}

my ($certificate, $foreign_certificate);

sub tls_files
{
	($certificate, my $key) = tls_certificate('own', '127.0.0.1');
	($foreign_certificate) = tls_certificate('foreign', '127.0.0.1');
	return ('--cert', $certificate, '--key-file', $key);
}

control($simulator, 'set', 'now=' . int time);
# One request after another, so that it is known which one meets a fault.
connect_server($node, $simulator, options => { max_retries => 0, max_concurrent_requests => 1 });
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { max_retries => 0, max_concurrent_requests => 1 });
my $right = $session->value($good);

# A server with one table of days, both of this name.
sub add_api
{
	my ($name, $url, %options) = @_;
	my $mapping = delete $options{mapping};
	connect_server($node, { url => $url }, server => $name, schema => $name, import => undef,
		options => { max_retries => 0, %options }, $mapping ? (mapping => $mapping) : ());
	$session->rows(<<"END");
CREATE FOREIGN TABLE $name.completions
	(day date, start_time timestamptz, project_id text, model text, input_tokens bigint)
	SERVER $name
END
	return;
}

# Does an answer hold this error?  %wanted: patterns by the protocol's letter;
# undef: the field is absent.
sub is_error
{
	my ($name, $answer, %wanted) = @_;
	my $error = $answer->{error} // {};
	my @wrong = grep {
		defined $wanted{$_} ? ($error->{$_} // '') !~ $wanted{$_} : defined $error->{$_}
	} sort keys %wanted;
	ok($answer->{error} && !@wrong, $name)
	  or diag "wrong: @wrong\n", explain $answer;
	is($session->value($good), $right, "$name: the session is intact");
	return;
}

# The same for a query while the simulator has a fault; arguments as for
# control.
sub with_fault
{
	my ($name, $fault, %wanted) = @_;
	my $sql = delete $wanted{sql} // 'SELECT count(*), sum(input_tokens) FROM usage.completions';
	control($simulator, 'fault', @$fault);
	my $answer = $session->query($sql);
	control($simulator, 'reset-faults');
	is_error($name, $answer, %wanted);
	return;
}

# The context of every error about a request.
my $request = qr/^request "req_\w+" to endpoint "completions"$/;
my $unidentified = qr/^request to endpoint "completions"$/;

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
	D => qr/reads the endpoint of its name/, H => qr/Valid endpoints are/);
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
	C => qr/^HV024$/, M => qr/status 400$/, D => qr/^The API says: No\.$/, W => $request);
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
	D => qr/told to fail/, W => $request);

#
# What isn't the API's
#
with_fault('HTML with 502', ['html'],
	C => qr/^HV00N$/, M => qr/status 502$/, D => qr{type "text/html"}, W => $request);
with_fault('HTML with 200', [ 'html', 'code=200' ],
	C => qr/^HV00M$/, M => qr/^endpoint "completions" sent a broken answer$/,
	D => qr/./, H => qr{type "text/html".*"base_url"}, W => $request);

#
# Pages that are broken: the fault, and what the detail must say
#
control($simulator, 'set', 'page_limit=2');
for (
	[ 'broken JSON', ['garbage'], qr/./ ],
	[ 'no data', ['no_data'], qr/"data"/ ],
	[ 'an empty page that promises more', ['empty_page'], qr/no bucket/ ],
	[ 'a cursor that repeats', [ 'repeat_cursor', 'after=1' ], qr/cursor.*before/ ],
	[ 'more without a cursor', ['no_cursor'], qr/no cursor/ ],
	[ 'a wrong type', [ 'wrong_type', 'field=input_tokens', 'value="many"' ], qr/"input_tokens"/ ],
	[ 'an object for a number', [ 'wrong_type', 'field=input_tokens', 'value={}' ], qr/"input_tokens"/ ],
	[ 'a fraction for an integer', [ 'wrong_type', 'field=input_tokens', 'value=1.5' ], qr/"input_tokens"/ ],
	[ 'an integer out of range', [ 'wrong_type', 'field=input_tokens', 'value=9223372036854775808' ], qr/"input_tokens"/ ],
	[ 'a negative integer out of range', [ 'wrong_type', 'field=input_tokens', 'value=-9223372036854775809' ], qr/"input_tokens"/ ],
	[ 'a number for a text', [ 'wrong_type', 'field=model', 'value=[1]' ], qr/"model"/ ],
	[ 'NUL in a text', ['nul', 'field=model'], qr/"model"|NUL|null/i ],
	[ 'results that are no list', [ 'wrong_type', 'level=bucket', 'field=results', 'value={}' ], qr/"results"/ ],
	[ 'a bucket without a time', [ 'wrong_type', 'level=bucket', 'field=start_time' ], qr/"start_time"/ ],
	[ 'a time that is a text', [ 'wrong_type', 'level=bucket', 'field=start_time', 'value="now"' ], qr/"start_time"/ ],
	[ 'a time out of range', [ 'wrong_type', 'level=bucket', 'field=start_time', 'value=9223372036854775807' ], qr/range/ ],
	[ 'data that is no list', [ 'wrong_type', 'level=page', 'field=data', 'value=null' ], qr/"data"/ ],
	[ 'a bucket after the end', ['bucket_outside'], qr/outside/ ],
	[ 'a bucket before the start', [ 'bucket_outside', 'where=before' ], qr/outside/ ],
	[ 'buckets out of order', ['bucket_disorder'], qr/outside|order|before/ ],
	[ 'a bucket twice', ['bucket_duplicate'], qr/before/ ],
	[ 'an empty object', [ 'body', 'body={}' ], qr/"data"/ ],
	[ 'a list', [ 'body', 'body=[]' ], qr/./ ],
	[ 'an answer that ends early', [ 'body', 'body={"object":"page","data":[{"object":"bucket","results":[{"model":"x"' ], qr/end/ ],
	[ 'no answer at all', [ 'body', 'body=' ], qr/./ ])
{
	my ($name, $fault, $detail) = @$_;
	with_fault($name, [ @$fault, 'match=bucket_width' ],
		sql => q{SELECT model, sum(input_tokens) FROM usage.completions
			WHERE day >= current_date - 5 GROUP BY 1},
		C => qr/^HV00M$/, M => qr/^endpoint "completions" sent a broken answer$/,
		D => $detail, W => $request);
}
control($simulator, 'set', 'page_limit=0');
for ('"12,5"', '"NaN"', '"Infinity"', '"1e999999"', '"0x10"', '""', 'true', '{}')
{
	with_fault("an amount of $_", [ 'wrong_type', 'field=amount.value', "value=$_" ],
		sql => 'SELECT sum(amount) FROM usage.costs',
		C => qr/^HV00M$/, M => qr/^endpoint "costs" sent a /, W => qr/to endpoint "costs"$/);
}
# Even a bucket that the query does not keep.
with_fault('a broken bucket among those that a filter drops', [ 'bucket_duplicate' ],
	sql => q{SELECT count(*) FROM usage.completions WHERE input_tokens < 0},
	C => qr/^HV00M$/);

#
# Who can't be reached
#
sub closed_port
{
	my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
	return $socket->sockport;
}

add_api('down', 'http://127.0.0.1:' . closed_port());
is_error('server down', $session->query('SELECT * FROM down.completions'),
	C => qr/^HV00N$/,
	M => qr/^could not read endpoint "completions": could not connect to host "127\.0\.0\.1": Connection refused$/,
	W => $unidentified);
SKIP:
{
	skip 'no compiler', 2 if !$resolver;
	add_api('unknown', 'https://api.unknown.test');
	is_error('unknown host', $session->query('SELECT * FROM unknown.completions'),
		C => qr/^HV00N$/, M => qr/could not resolve host "api\.unknown\.test"$/, W => $unidentified);
}
add_api('untrusted', "https://127.0.0.1:$simulator->{tls_port}");
is_error('a certificate that nobody vouches for',
	$session->query('SELECT * FROM untrusted.completions'),
	C => qr/^HV00N$/, M => qr/could not set up TLS with host "127\.0\.0\.1": .*certificate/, W => $unidentified);
add_api('impostor', "https://127.0.0.1:$simulator->{tls_port}", ca_file => $foreign_certificate);
is_error('a certificate that somebody else vouches for',
	$session->query('SELECT * FROM impostor.completions'),
	C => qr/^HV00N$/, M => qr/could not set up TLS with .*certificate/);
add_api('misnamed', "https://localhost:$simulator->{tls_port}", ca_file => $certificate);
is_error('a certificate of another host', $session->query('SELECT * FROM misnamed.completions'),
	C => qr/^HV00N$/, M => qr/could not set up TLS with host "localhost": .*name/);
add_api('no_ca', "https://127.0.0.1:$simulator->{tls_port}", ca_file => '/nonexistent/ca.pem');
is_error('a ca_file that is not there', $session->query('SELECT * FROM no_ca.completions'),
	C => qr/^HV00N$/, M => qr/could not set up TLS with/);
add_api('plain_to_tls', "http://127.0.0.1:$simulator->{tls_port}");
is_error('http to a port of https', $session->query('SELECT * FROM plain_to_tls.completions'),
	C => qr/^HV00[NM]$/);
add_api('tls_to_plain', "https://127.0.0.1:$simulator->{port}");
is_error('https to a port of http', $session->query('SELECT * FROM tls_to_plain.completions'),
	C => qr/^HV00N$/, M => qr/could not set up TLS with/);

#
# Answers that break off: by the proxy, and byte by byte as written here
#
control($proxy, 'truncate 5000');
is_error('a body that is shorter than it says', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: lost the answer of host "127\.0\.0\.1" after \d+ bytes: /, W => $request);
control($proxy, 'reset 5000');
is_error('a connection that is reset', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: lost the answer of host "127\.0\.0\.1" after \d+ bytes: /);
control($proxy, 'truncate 0');
is_error('no answer', $session->query('SELECT * FROM proxied.completions'),
	C => qr/^HV00N$/, M => qr/: got no answer from host "127\.0\.0\.1": /, W => $unidentified);

my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
add_api('by_hand', 'http://127.0.0.1:' . $listener->sockport, request_timeout => '200ms');

# The answer to a query whose first request is answered by these bytes.
sub answer_by_hand
{
	my ($bytes, $linger) = @_;
	$session->send('SELECT day, input_tokens FROM by_hand.completions WHERE day = current_date - 3');
	my $client = $listener->accept;
	my $asked = '';
	$client->sysread($asked, 4096, length $asked) while $asked !~ /\r\n\r\n/;
	$client->syswrite($bytes);
	$client->close if !$linger;
	return $session->finish;
}

my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
my $page = '{"object":"page","data":[{"object":"bucket","start_time":0,';
is_error('a chunked body that breaks off',
	answer_by_hand($head . "Transfer-Encoding: chunked\r\n\r\n" . sprintf("%x\r\n%s\r\n", length $page, $page)),
	C => qr/^HV00N$/, M => qr/lost the answer .* after \d+ bytes/, W => $unidentified);
is_error('a chunk size that is none',
	answer_by_hand($head . "Transfer-Encoding: chunked\r\n\r\nzz\r\n$page\r\n"),
	C => qr/^HV00N$/, M => qr/lost the answer/);
is_error('a body without a length that breaks off', answer_by_hand("$head\r\n$page"),
	C => qr/^HV00M$/, M => qr/broken answer/, D => qr/end/);
is_error('a broken gzip stream', answer_by_hand("${head}Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" . 'x' x 20),
	C => qr/^HV00N$/, M => qr/lost the answer/);
is_error('something that is not HTTP', answer_by_hand("SSH-2.0-OpenSSH_9.2\r\n"),
	C => qr/^HV00N$/, M => qr/got no answer|lost the answer/);
is_error('a head without an end', answer_by_hand("HTTP/1.1 200 OK\r\nX-A: " . 'a' x 200000),
	C => qr/^HV00N$/, M => qr/got no answer|lost the answer/);
is_error('no answer in time', answer_by_hand('', 1),
	C => qr/^HV00N$/, M => qr/: nothing came for 0\.2 s \(request_timeout\)$/);
is_error('half an answer in time', answer_by_hand("${head}Content-Length: 1000\r\n\r\n$page", 1),
	C => qr/^HV00N$/, M => qr/lost the answer .*: nothing came for 0\.2 s \(request_timeout\)$/);
is_error('status 204', answer_by_hand("HTTP/1.1 204 No Content\r\n\r\n"), C => qr/^HV00M$/, M => qr/status 204$/);

#
# The API's memory: a plain bound further back is answered as far as possible,
# with a warning; otherwise there is none.
#
$session->rows(q{CREATE FOREIGN TABLE long
	(day date, start_time timestamptz, project_id text, input_tokens bigint)
	SERVER openai OPTIONS (endpoint 'completions', history '300 days')});
my $all = 'SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day >=';

sub day
{
	return strftime('%Y-%m-%d', gmtime(time - 86400 * shift));
}

sub is_cut
{
	my ($name, $where, $first, $warned) = @_;
	my $answer = $session->query("SELECT count(*), sum(input_tokens) FROM long $where");
	my @warnings = map { $_->{M} } @{ $answer->{notices} };
	control($simulator, 'reset-faults');
	control($simulator, 'set', 'lookback_days=365');
	is_deeply($answer->{rows}, [ [ split /\|/, $session->value("SELECT count(*), sum(input_tokens)
		FROM long WHERE day >= '$first'") ] ], "$name: rows")
	  or diag explain $answer;
	is_deeply(\@warnings, $warned ? [qq{endpoint "completions" has nothing before $warned}] : [],
		"$name: warnings");
	return;
}

control($simulator, 'set', 'lookback_days=100');
is_cut('horizon at the start, asked for more', "WHERE day >= '" . day(200) . "'", day(100), day(100));
control($simulator, 'set', 'lookback_days=100');
is_cut('horizon at the start, not asked for more', '', day(100), undef);
control($simulator, 'set', 'lookback_days=100');
is_cut('horizon within what is asked', "WHERE day >= '" . day(100) . "'", day(100), undef);
control($simulator, 'set', 'lookback_days=100');
is($session->value("SELECT count(*) FROM long WHERE day < '" . day(150) . "'"), 0,
	'horizon after all that is asked: no rows');
control($simulator, 'set', 'lookback_days=365');

# The third window is refused from its fourth day on: what came before stays.
my $windows_start = 300;
my $third = $windows_start - 62;
control($simulator, 'fault', 'lookback', 'after=2', 'date=' . day($third - 3));
my $answer = $session->query("SELECT count(*), sum(input_tokens) FROM long WHERE day >= '" . day(300) . "'");
is($answer->{error}, undef, 'horizon in mid-scan is no error');
is_deeply([ map { $_->{M} } @{ $answer->{notices} } ],
	[ 'endpoint "completions" has nothing before ' . day($third - 3) ],
	'horizon in mid-scan: a warning');
is(join('|', @{ $answer->{rows}[0] }),
	$session->value("SELECT count(*), sum(input_tokens) FROM long
		WHERE day < '" . day($third) . "' OR day >= '" . day($third - 3) . "'"),
	'horizon in mid-scan: rows');

# The same between two pages of a window.
control($simulator, 'set', 'page_limit=5');
control($simulator, 'fault', 'lookback', 'match=page=', 'after=1', 'date=' . day(300 - 12));
$answer = $session->query('SELECT count(*), sum(input_tokens) FROM long');
is(join('|', @{ $answer->{rows}[0] }),
	$session->value("SELECT count(*), sum(input_tokens) FROM long
		WHERE day < '" . day(300 - 10) . "' OR day >= '" . day(300 - 12) . "'"),
	'horizon in mid-window: rows');
is(scalar @{ $answer->{notices} }, 0, 'horizon in mid-window: no warning');
control($simulator, 'set', 'page_limit=0');

with_fault('a horizon that does not move', [ 'lookback', 'count=-1', 'date=' . day(400) ],
	C => qr/^HV024$/, D => qr/^The API says: Usage and cost data are available/);
with_fault('a horizon without a date',
	[ 'status', 'code=400', 'body={"error":{"message":"Too old.","code":"reporting_lookback_exceeded"}}' ],
	C => qr/^HV024$/, D => qr/Too old/);

done_testing();
