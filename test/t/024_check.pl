#
# usage_fdw_check() names every fault that the simulator and its proxy know, and
# all that may be wrong with a server, a user mapping and a network.
#
use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

keep_day(180);
my ($certificate, $key) = tls_certificate('own', '127.0.0.1');
my ($foreign_certificate) = tls_certificate('foreign', '127.0.0.1');
my ($old_certificate, $old_key) = tls_certificate('old', '127.0.0.1', -10 * 86400);
my $simulator = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $key);
my $old = simulator('--tls-port', 0, '--cert', $old_certificate, '--key-file', $old_key);
my $proxy = fault_proxy($simulator);
my $resolver = slow_resolver();
my $node = start_node();
my $session = UsageFdw::Session->new($node);
my @steps = ('server', 'base_url', 'user mapping', 'API key', 'proxy', 'name lookup', 'connection', 'TLS', 'answer',
	'clock', 'authentication', 'usage', 'costs', 'lists', 'first day');

# All that the session is ever told.
my @told;

sub start_node
{
	local $ENV{LD_PRELOAD} = $resolver if $resolver;
	return cluster('main', conf => "log_min_messages = debug2\nlog_min_error_statement = panic\n");
}

# A server without tables.
sub add_server
{
	my ($name, $url, %options) = @_;
	my $mapping = delete $options{mapping};
	my $sql = connect_sql({ url => $url }, server => $name, schema => $name, import => undef, options => \%options,
		$mapping ? (mapping => $mapping) : ());
	$session->rows("SET client_min_messages = warning; SET log_statement = none; $sql");
	return;
}

# Rows of a check by their step: ok ('t', 'f' or undef), detail and hint.
sub check
{
	my ($server, $in) = @_;
	my $answer = ($in // $session)->query("SELECT * FROM usage_fdw_check('$server')");
	die $answer->{error}{M} if $answer->{error};
	push @told, map { map { $_ // '' } @$_ } @{ $answer->{rows} };
	return map { $_->[0] => { ok => $_->[1], detail => $_->[2] // '', hint => $_->[3] // '' } } @{ $answer->{rows} };
}

sub failed
{
	my %row = @_;
	return join ', ', grep { ($row{$_}{ok} // '') eq 'f' } @steps;
}

# Do these steps of a check fail, and no other?  Further arguments: patterns of the
# detail and hint of the first of them.
sub fails
{
	my ($name, $server, $failed, $detail, $hint) = @_;
	my %row = check($server);
	my ($first) = split /, /, $failed;
	is(failed(%row), $failed, "$name: $failed") or diag explain \%row;
	like($row{$first}{detail}, $detail, 'in these words') if $detail;
	like($row{$first}{hint}, $hint, 'with a hint') if $hint;
	return %row;
}

# The same while the simulator has a fault, for all requests.
sub fails_with
{
	my ($fault, @expected) = @_;
	control($simulator, 'fault', @$fault, 'count=-1');
	my %row = fails("@$fault", 'openai', @expected);
	control($simulator, 'reset-faults');
	return %row;
}

sub closed_port
{
	my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
	return $socket->sockport;
}

#
# What works
#
add_server('openai', $simulator->{url}, request_timeout => '500ms');
is($session->value(q{SELECT string_agg(step, ', ') FROM usage_fdw_check('openai')}), join(', ', @steps), 'steps in order');
my $before = requests($simulator);
my %row = check('openai');
is(failed(%row), '', 'nothing is wrong');
is(join(', ', grep { !defined $row{$_}{ok} } @steps), 'proxy, TLS', 'what does not apply is not run');
is($row{'first day'}{detail}, days_ago(365) . ', as far as the option "history" goes back', 'the first day');
my @made = (requests($simulator))[ $before .. requests($simulator) - 1 ];
is(join(' ', map { $_->{endpoint} } @made), 'completions costs projects completions', 'four requests');
is(scalar(grep { $_->{query} =~ /group_by/ || $_->{bytes} > 20_000 } @made), 0, 'all of them small');
is(join(' ', map { $_->{query} =~ /\blimit=(\d+)/ } @made), '2 2 100 1', 'of a few buckets');
add_server('tls', "https://127.0.0.1:$simulator->{tls_port}", ca_file => $certificate);
%row = check('tls');
is(failed(%row), '', 'TLS works');
is("$row{TLS}{ok} $row{TLS}{detail}", 't the certificate is valid, by "ca_file"', 'and is a step');

#
# Server, mapping and key
#
%row = fails('no server', 'nobody', 'server', qr/^server "nobody" does not exist$/, qr/CREATE SERVER/);
is(scalar(grep { $_->{detail} eq 'not run, as the step "server" failed' } values %row), $#steps,
	'steps that need one that failed are not run');
$session->rows('CREATE FOREIGN DATA WRAPPER other; CREATE SERVER theirs FOREIGN DATA WRAPPER other');
fails('a server of another wrapper', 'theirs', 'server', qr/not one of usage_fdw/, qr/FOREIGN DATA WRAPPER usage_fdw/);
$session->rows('CREATE ROLE nobody; SET ROLE nobody');
fails('no permission', 'openai', 'server', qr/^permission denied for foreign server openai$/, qr/GRANT USAGE .* "nobody"/);
$session->rows('RESET ROLE; GRANT USAGE ON FOREIGN SERVER openai TO nobody; SET ROLE nobody');
%row = fails('no user mapping', 'openai', 'user mapping', qr/not found for user "nobody"/, qr/CREATE USER MAPPING/);
is("$row{base_url}{ok} $row{'API key'}{detail}", 't not run, as the step "user mapping" failed', 'what needs none is run');
$session->rows('RESET ROLE; CREATE USER MAPPING FOR nobody SERVER openai; SET ROLE nobody');
fails('a user mapping without a key', 'openai', 'API key', qr/has no API key$/, qr/ALTER USER MAPPING/);
$session->rows(q{RESET ROLE; ALTER USER MAPPING FOR nobody SERVER openai OPTIONS (ADD api_key_file '/nonexistent/key')});
$session->rows('SET ROLE nobody');
%row = fails('a key file that is not there', 'openai', 'API key', qr/^could not read an API key from the file/,
	qr/log of the database server/);
unlike($row{'API key'}{detail}, qr/nonexistent/, 'whose name only superusers see');
$session->rows('RESET ROLE');
like(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr{DETAIL:  File "/nonexistent/key": No such file},
	'and the log');
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';
PostgreSQL::Test::Utils::append_to_file($key_file, "\n");
$session->rows("CREATE SERVER by_file FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url '$simulator->{url}/v1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER by_file OPTIONS (api_key_file '$key_file')");
fails('an empty key file', 'by_file', 'API key', qr/File "\Q$key_file\E": no key in its first line/, qr/first line must be the key/);
unlink $key_file;
PostgreSQL::Test::Utils::append_to_file($key_file, api_key . "\n");
%row = check('by_file');
is(failed(%row), '', 'a key from a file');
like($row{'API key'}{detail}, qr/api_key_file/, 'is said to be one');
$session->rows(q{SET allow_system_table_mods = on;
	UPDATE pg_foreign_server SET srvoptions = '{base_url=http://10.0.0.1/v1}' WHERE srvname = 'by_file'});
fails('a base_url that is not allowed', 'by_file', 'base_url', qr/API key would be sent unencrypted/, qr/https/);

#
# The network
#
add_server('down', 'http://127.0.0.1:' . closed_port());
fails('server down', 'down', 'connection', qr/Connection refused$/, qr/firewall/);
SKIP:
{
	skip 'no compiler', 3 if !$resolver;
	add_server('unknown', 'https://api.unknown.test');
	fails('unknown host', 'unknown', 'name lookup', qr/could not resolve host/, qr/look up/);
}
for (
	[ 'a certificate that nobody vouches for', "https://127.0.0.1:$simulator->{tls_port}", {}, qr/certificate/, qr/"ca_file"/ ],
	[ 'a certificate of another authority', "https://127.0.0.1:$simulator->{tls_port}",
		{ ca_file => $foreign_certificate }, qr/certificate/, qr/"ca_file"/ ],
	[ 'a certificate that has expired', "https://127.0.0.1:$old->{tls_port}", { ca_file => $old_certificate },
		qr/expired/, qr/clock/ ],
	[ 'a certificate of another host', "https://localhost:$simulator->{tls_port}", { ca_file => $certificate },
		qr/name/, qr/must be one that the certificate names/ ],
	[ 'a ca_file that is not there', "https://127.0.0.1:$simulator->{tls_port}", { ca_file => '/nonexistent/ca.pem' },
		qr/could not set up TLS/, qr/"ca_file" must hold certificates/ ],
	[ 'https to a port of http', "https://127.0.0.1:$simulator->{port}", {}, qr/could not set up TLS/, qr/one of https/ ])
{
	my ($name, $url, $options, $detail, $hint) = @$_;
	my $server = $name =~ tr/ /_/r;
	add_server($server, $url, %$options);
	%row = fails($name, $server, 'TLS', $detail, $hint);
	is("$row{connection}{ok} $row{answer}{detail}", 't not run, as the step "TLS" failed', 'the connection is there');
}
add_server('plain_to_tls', "http://127.0.0.1:$simulator->{tls_port}");
# libcurl may take a connection of the session that has TLS for http as well
like(failed(check('plain_to_tls', UsageFdw::Session->new($node))), qr/^(?:answer|usage)/, 'http to a port of https');

add_server('proxy_down', "https://127.0.0.1:$simulator->{tls_port}", proxy => 'http://127.0.0.1:' . closed_port());
fails('an HTTP proxy that is down', 'proxy_down', 'proxy', qr/through the proxy/, qr/server option "proxy"/);
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1');
add_server('proxy_refuses', "https://127.0.0.1:$simulator->{tls_port}", proxy => 'http://127.0.0.1:' . $listener->sockport);
$session->send(q{SELECT step, detail FROM usage_fdw_check('proxy_refuses') WHERE NOT ok});
my $client = $listener->accept;
$client->sysread(my $line, 4096);
$client->syswrite("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
is(join('|', @{ $session->finish->{rows}[0] }),
	'proxy|could not read endpoint "completions": could not connect to host "127.0.0.1" through the proxy: the proxy answered with status 403',
	'an HTTP proxy that refuses');
# plain http through a proxy is a GET of a whole URL, which the simulator does not mind
add_server('proxied_http', $simulator->{url}, proxy => $proxy->{url});
%row = check('proxied_http');
is("$row{proxy}{ok} $row{'name lookup'}{detail}", 't the proxy looks names up', 'an HTTP proxy that works');

#
# The fault proxy
#
add_server('proxied', $proxy->{url}, request_timeout => '300ms');
for (
	[ 'silent', 'answer', qr/nothing came for 0\.3 s \(request_timeout\)/, qr/"request_timeout"/ ],
	[ 'truncate 0', 'answer', qr/got no answer from host/, qr/leads to an API/ ],
	[ 'reset 0', 'answer', qr/got no answer from host/, qr/leads to an API/ ],
	[ 'stall 0', 'answer', qr/nothing came for 0\.3 s/, qr/"request_timeout"/ ],
	[ 'truncate 400', 'usage, costs, lists', qr/lost the answer of host/, qr/breaks off each time/ ],
	[ 'reset 400', 'usage, costs, lists', qr/lost the answer of host/, qr/breaks off each time/ ],
	[ 'stall 400', 'usage, costs, lists', qr/nothing came for 0\.3 s/, qr/"request_timeout"/ ],
	[ 'slow 20000', '' ],
	[ 'random seed=1 bytes=1 truncate=100', 'answer', qr/got no answer/ ])
{
	my ($rule, $failed, $detail, $hint) = @$_;
	# a connection that is kept alive meets no rule for new ones
	control($proxy, 'drop');
	control($proxy, $rule =~ /random/ ? $rule : "$rule count=-1");
	fails("proxy: $rule", 'proxied', $failed, $detail, $hint);
	control($proxy, 'clear');
}
control($proxy, 'drop');
fails('proxy: drop', 'proxied', '');

# Who accepts and resets at once may be seen to do so before a request is sent, or after.
control($proxy, 'drop');
control($proxy, 'refuse count=-1');
%row = check('proxied');
my $refused = failed(%row);
like($refused, qr/^(?:connection|answer)$/, 'proxy: refuse');
like($row{$refused}{detail}, qr/could not connect to|got no answer from/, 'in these words');
like($row{$refused}{hint}, qr/"base_url"/, 'with a hint');
control($proxy, 'clear');

#
# The clock
#
control($simulator, 'set', 'now=' . (int(time) + 3600));
fails('a clock that is behind', 'openai', 'clock', qr/^the database server's clock is (?:3[56]\d\d) s behind the API's$/, qr/NTP/);
control($simulator, 'set', 'now=' . (int(time) - 3600));
fails('a clock that is ahead', 'openai', 'clock', qr/^the database server's clock is (?:3[56]\d\d) s ahead of the API's$/, qr/NTP/);
control($simulator, 'set', 'now=' . (int(time) - 200));
is(failed(check('openai')), '', 'one that is not far off');
control($simulator, 'set', 'now=' . int time);
%row = fails_with([ 'status', 'code=404', 'headers=Date: yesterday' ], 'usage, costs, lists');
is(($row{clock}{ok} // 'unknown') . ", $row{clock}{detail}", 'unknown, the answer does not tell the time', 'a date that is none');

#
# The API
#
sub refuse_key
{
	my ($name, $api_key, @expected) = @_;
	$session->rows("ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key '$api_key')");
	my %row = fails($name, 'openai', @expected);
	$session->rows('ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key ' . literal(api_key) . ')');
	return %row;
}
%row = refuse_key('a wrong key', 'sk-admin-mistaken', 'authentication', qr/status 401.  The API says: Incorrect API key/,
	qr/"api_key" of the user mapping/);
is($row{usage}{detail}, 'not run, as the step "authentication" failed', 'nothing else is asked with it');
%row = refuse_key('a key without scopes', 'sk-admin-noscope', 'usage, costs, lists', qr/Missing scopes: api\.usage\.read/,
	qr/"api\.usage\.read"/);
is($row{authentication}{ok}, 't', 'the API knows it');
like($row{lists}{hint}, qr/"api\.management\.read"/, 'lists need another scope');
refuse_key('the same as a bare string', 'sk-admin-noscope-string', 'usage, costs, lists', qr/insufficient permissions/,
	qr/"api\.usage\.read"/);
%row = refuse_key('a key for usage only', 'sk-admin-usage-only', 'lists', qr/status 403/, qr/"api\.management\.read"/);
is($row{'first day'}{ok}, 't', 'which is enough for usage');
%row = fails_with([ 'status', 'code=401', 'body={"error":{"message":"Missing scopes: api.usage.read"}}' ],
	'usage, costs, lists', qr/Missing scopes/, qr/"api\.usage\.read"/);
is($row{authentication}{ok}, 't', 'a scope that is missing is no wrong key');

my @pages = 'usage, costs, lists';
for my $case (
	[ [ 'status', 'code=400' ], @pages, qr/status 400/ ],
	[ [ 'status', 'code=404' ], @pages, qr/status 404/, qr/base_url/ ],
	[ [ 'status', 'code=418' ], @pages, qr/status 418/ ],
	[ [ 'status', 'code=429' ], @pages, qr/status 429/, qr/Wait/ ],
	[ [ 'status', 'code=429', 'body={"error":{"message":"x","code":"insufficient_quota"}}' ], @pages, qr/status 429/, qr/billing/ ],
	[ [ 'status', 'code=408' ], 'answer', qr/status 408/ ],
	[ ['status'], 'answer', qr/status 500/, qr/in trouble/ ],
	[ [ 'status', 'code=503' ], 'answer', qr/status 503/, qr/in trouble/ ],
	[ [ 'body', 'body={}' ], @pages, qr/broken answer.  .*"data"/ ],
	[ ['garbage'], @pages, qr/broken answer/ ],
	[ ['html'], 'answer', qr{status 502.  .*text/html}, qr/in trouble/ ],
	[ [ 'html', 'code=200' ], @pages, qr/broken answer/, qr/base_url/ ],
	[ [ 'redirect', 'location=https://example.com/' ], 'answer', qr/status 302/, qr/Redirects are not followed/ ],
	[ [ 'lookback', 'date=' . days_ago(-3) ], @pages, qr/status 400.  .*Earliest supported/ ],
	[ ['no_data'], @pages, qr/"data"/ ],
	[ ['empty_page'], @pages, qr/no bucket/ ],
	[ ['repeat_cursor'], 'usage, costs', qr/cursor.*before|sent before/ ],
	[ ['no_cursor'], @pages, qr/no cursor/ ],
	[ [ 'status', 'code=500', 'endpoint=completions', 'after=1' ], 'first day', qr/status 500/ ],
	[ [ 'wrong_type', 'field=input_tokens', 'value="many"', 'endpoint=completions' ], 'usage', qr/"input_tokens"/ ],
	[ [ 'wrong_type', 'field=amount.value', 'value="many"', 'endpoint=costs' ], 'costs', qr/"amount.value"|"many"/ ],
	[ [ 'wrong_type', 'field=created_at', 'value="many"', 'endpoint=projects' ], 'lists', qr/"created_at"|"many"/ ],
	[ [ 'nul', 'endpoint=completions' ], 'usage', qr/"project_id"|NUL/ ],
	[ ['bucket_outside'], 'usage, costs', qr/outside/ ],
	[ [ 'bucket_outside', 'where=before' ], 'usage, costs', qr/outside/ ],
	[ ['bucket_disorder'], 'usage, costs', qr/outside|before/ ],
	[ ['bucket_duplicate'], 'usage, costs', qr/before/ ],
	[ ['clipped_end'], '' ],
	[ [ 'delay', 'delay_ms=5000' ], 'answer', qr/nothing came for 0\.5 s/, qr/"request_timeout"/ ],
	[ [ 'delay', 'delay_ms=5000', 'endpoint=costs' ], 'costs', qr/nothing came/ ],
	[ [ 'status', 'endpoint=costs' ], 'costs', qr/status 500/ ])
{
	my ($fault, @expected) = @$case;
	control($simulator, 'set', 'page_limit=' . ($fault->[0] =~ /cursor|empty_page/ ? 1 : 0));
	fails_with($fault, @expected);
}
control($simulator, 'set', 'page_limit=0');
%row = fails_with([ 'lookback', 'date=' . days_ago(100), 'after=3' ], '');
is($row{'first day'}{detail}, days_ago(100) . ', as far as the option "history" goes back', 'the first day that the API has')
  or diag explain \%row;

#
# It can be stopped, needs no transaction of its own, and shows no key
#
control($simulator, 'set', 'delay_ms=60000');
$session->rows(q{ALTER SERVER openai OPTIONS (SET request_timeout '0'); SET statement_timeout = '100ms'});
is($session->query(q{SELECT * FROM usage_fdw_check('openai')})->{error}{C}, '57014', 'a time-out is no result');
$session->rows('RESET statement_timeout');
my $other = UsageFdw::Session->new($node);
$session->send(q{SELECT * FROM usage_fdw_check('openai')});
ok(poll_until(sub { stat_of($simulator, 'in_flight') > 0 }), 'a check waits');
$other->rows('SELECT pg_cancel_backend(' . $session->pid . ')');
is($session->finish->{error}{C}, '57014', 'and is canceled');
control($simulator, 'set', 'delay_ms=0');
is($session->value(q{BEGIN READ ONLY; SELECT count(*) FROM usage_fdw_check('openai') WHERE ok; COMMIT}), $#steps - 1,
	'in a transaction that only reads');
is($session->value(q{SELECT count(*) FROM usage_fdw_requests() WHERE endpoint = 'projects' AND status = 200}) > 0, 1,
	'requests of a check are among those of the session');
my $secret = substr api_key, 9;
is(scalar(grep { /\Q$secret\E/ } @told), 0, 'no key is shown');

done_testing();
