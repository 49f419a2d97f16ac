#
# The gateway of docs/gateway.md as a guard: who gets what, where the key is, what is never
# kept, and how fast the API is asked.
#
use strict;
use warnings;

use File::Temp;
use HTTP::Tiny;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Gateway;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'nginx is not installed' if !find_nginx();

use constant { KEY => 'sk-admin-Vt3Nw8Lc5', WORD => '7c1e-word-of-dashboards', OTHER => '9d2f-word-of-finance' };

my $SECRET = qr/Vt3Nw8Lc5/;
my %words = (WORD, 'dashboards', OTHER, 'finance');

keep_day(100);
my $simulator = openai_simulator('--api-key', KEY);
control($simulator, 'set', 'now=' . int time);
my $gateway = gateway($simulator, key => KEY, words => \%words, replace => { 'rate=5r/s' => 'rate=500r/s' });
my $node = cluster('main', conf => "log_statement = none\nlog_min_messages = debug3\nlog_min_error_statement = panic\n");

# A server and a schema of this name, for an API and a key of that user mapping.
sub connect_as
{
	my ($name, $api, $key, %options) = @_;
	connect_server($node, $api, server => $name, schema => $name, mapping => { api_key => $key },
		options => { max_retries => 0, %options });
	return;
}

connect_as('dashboards', $gateway, WORD);
connect_as('finance', $gateway, OTHER);
connect_as('stranger', $gateway, 'no-such-word');
connect_as('elsewhere', $gateway, WORD, organization => 'org-other');
my $session = UsageFdw::Session->new($node);

my $WEEK = 'day > current_date - 7 HAVING count(*) > 0';
my $COSTS = "SELECT sum(amount) FROM SCHEMA.costs WHERE $WEEK";

# What a schema's server answers: a text, or an SQLSTATE.
sub ask
{
	my ($schema, $sql) = @_;
	my $answer = $session->query(($sql // $COSTS) =~ s/SCHEMA/$schema/gr);
	return $answer->{error}{C} if $answer->{error};
	return join "\n", map { join '|', map { $_ // '' } @$_ } @{ $answer->{rows} };
}

sub asked
{
	control($simulator, 'reset-requests') if defined $_[0];
	return scalar requests($simulator);
}

# Over HTTP, by a client of the gateway.
my $http = HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . WORD });
my $today = 86400 * int(time() / 86400);
my $uri = "/v1/organization/costs?start_time=" . ($today - 3 * 86400) . "&end_time=$today&bucket_width=1d&limit=3";

#
# The key
#
my $right = ask('dashboards');
like($right, qr/^\d+\.\d+$/, 'the gateway asks with the key that it holds');
ok((grep { $_->{status} == 200 } requests($simulator)) == 1, 'which the API accepts');
my $direct = HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . WORD })->get("$simulator->{url}$uri");
is($direct->{status}, 401, 'and not the word that PostgreSQL has');
is(ask('stranger'), '28000', 'who has no word of it is refused, though the answer is kept');
is($http->get("$gateway->{inner_url}$uri", { headers => { Authorization => 'Bearer no' } })->{status}, 401,
	'also where the API is asked');
like(ask('dashboards', "SELECT count(*) FROM SCHEMA.project_api_keys"), qr/^[1-9]/, 'ids with slashes get through');
is(ask('dashboards', "SELECT count(*) FROM SCHEMA.project_api_keys"), ask('finance', "SELECT count(*) FROM SCHEMA.project_api_keys"),
	'for others too');
is(ask('dashboards', "SELECT length(api_key) FROM SCHEMA.costs"), '42703', 'an error in the log');

#
# Clients
#
asked('again');
is(ask('finance'), $right, 'another client');
is(asked(), 1, 'asks for itself');
is(ask('finance') . ask('dashboards'), $right x 2, 'each has an answer');
is(asked(), 1, 'of its own');
is(ask('elsewhere'), $right, 'another organization in the header');
is_deeply([ map { $_->{organization} } requests($simulator) ], [ '', 'org-other' ], 'is another question');

my $own = gateway($simulator);
connect_as($_->[0], $own, $_->[1]) for [ 'admin', KEY ], [ 'usage_only', 'sk-admin-usage-only' ], [ 'unknown', 'sk-no' ],
  [ 'no_scope', 'sk-admin-noscope' ];
asked('again');
my $USERS = 'SELECT count(*) FROM SCHEMA.users';
like(ask('admin', $USERS), qr/^[1-9]/, 'a key of a client\'s own');
is(ask('admin'), $right, 'and its answer');
is(asked(), 2, 'two requests');
is(ask('usage_only', $USERS), '42501', 'a key that may not read names does not get them from what is kept');
is(ask('usage_only'), $right, 'what it may read it gets');
is(asked(), 4, 'from the API');
is(ask('unknown'), '28000', 'a wrong key gets nothing');
is(ask('no_scope'), '42501', 'nor does one without a scope');
is(ask('admin') . ask('admin', $USERS), $right . ask('admin', $USERS), 'the first one again');
is(asked(), 6, 'from what is kept');

#
# What is asked for
#
for my $path ('/v1/models', '/v1/organization', '/v1/organization/../files', '/v1/organization/%2e%2e/files', '/',
	'/v1/organization/..%2ffiles')
{
	is($http->get("$gateway->{$_}$path")->{status}, 404, "$path is not passed on by $_") for qw(url inner_url);
}
for my $method (qw(POST PUT DELETE PATCH))
{
	is($http->request($method, "$gateway->{$_}/v1/organization/admin_api_keys")->{status}, 403,
		"$method is refused by $_") for qw(url inner_url);
}

#
# Errors
#
sub fault { control($simulator, 'fault', @_); return }

my $n = 8;

# A question that is not kept yet, each time.
sub fresh { $n++; return "SELECT sum(amount) FROM SCHEMA.costs WHERE day > current_date - $n HAVING count(*) > 0" }

for my $case ([ 429, '53400' ], [ 401, '28000' ], [ 403, '42501' ], [ 400, 'HV024' ], [ 500, 'HV00N' ], [ 503, 'HV00N' ],
	[ 302, 'HV00M' ])
{
	my ($status, $state) = @$case;
	my $sql = fresh();
	fault('kind=status', "code=$status", 'headers=Cache-Control:max-age=60', 'headers=Location:/x');
	is(ask('dashboards', $sql), $state, "status $status gets through");
	like(ask('dashboards', $sql), qr/^\d+\.\d+$/, 'and is not kept');
}
fault('kind=status', 'code=429', 'headers=Retry-After:7');
my $refused = $http->get("$gateway->{url}$uri");
is("$refused->{status} $refused->{headers}{'retry-after'}", '429 7', 'Retry-After gets through');
$session->query("ALTER SERVER dashboards OPTIONS (SET max_retries '2')");
fault('kind=status', 'code=429', 'headers=Retry-After:1');
my $begun = time();
like(ask('dashboards', fresh()), qr/^\d+\.\d+$/, 'usage_fdw tries again');
cmp_ok(time() - $begun, '>=', 1, 'when it was told to');
$session->query("ALTER SERVER dashboards OPTIONS (SET max_retries '0')");

# What the API's edge says of keeping answers, for one client, is not for the gateway.
fault('kind=delay', 'delay_ms=0', 'headers=Cache-Control:private, no-store');
my $answer = $http->get("$gateway->{url}$uri");
is($answer->{status}, 200, 'an answer that shall not be kept');
asked('again');
my $kept = $http->get("$gateway->{url}$uri");
is(asked(), 0, 'is kept all the same');
fault('kind=delay', 'delay_ms=0', 'headers=Set-Cookie:__cf_bm=1');
my $shorter = $uri =~ s/limit=3/limit=2/r;
$answer = $http->get("$gateway->{url}$shorter");
is($answer->{status}, 200, 'an answer with a cookie');
is(join(',', grep { /cookie|cache-control|vary/ } sort keys %{ $answer->{headers} }), '', 'the cookie stays behind');
is($http->get("$gateway->{url}$shorter")->{content}, $answer->{content}, 'and it is kept');
is(asked(), 1, 'of one request');

# Compressed or not
asked('again');
my $packed = HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . WORD, 'Accept-Encoding' => 'gzip' });
my $long = $uri =~ s/start_time=\d+/'start_time=' . ($today - 90 * 86400)/er =~ s/limit=3/limit=90&group_by=line_item/r;
my ($gzip, $plain) = map { $_->get("$gateway->{url}$long") } $packed, $http;
is("$gzip->{headers}{'content-encoding'} " . ($plain->{headers}{'content-encoding'} // 'plain'), 'gzip plain', 'each client gets what it reads');
cmp_ok(length $gzip->{content}, '<', length($plain->{content}) / 3, 'of different size');
is($plain->{content}, HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . KEY })->get("$simulator->{url}$long")->{content},
	'and the right bytes');
is_deeply([ map { $_->{accept_encoding} } requests($simulator) ], [ 'gzip', '' ], 'of one request');

#
# Answers that break off
#
my $YEAR = 'SELECT count(*), sum(amount) FROM SCHEMA.costs WHERE day < current_date - 300';
my %behind = (known => $simulator->{tls_port}, chunks => chunking_edge($simulator)->{port});
my $proxy;
for my $length (qw(known chunks))
{
	$proxy = UsageFdw::Test::start_daemon('simulator/fault_proxy', '--target', $behind{$length});
	my $behind = gateway($simulator, key => KEY, words => \%words, port => $proxy->{port});
	connect_as("behind_$length", $behind, WORD);
	for ('truncate 20000', 'reset 20000')
	{
		control($proxy, "$_ count=-1");
		is(ask("behind_$length", $YEAR), 'HV00N', "$length, $_: an error");
		control($proxy, 'clear');
		is(ask("behind_$length", $YEAR), ask('dashboards', $YEAR), 'and not kept');
		$YEAR =~ s/- (\d+)/'- ' . ($1 + 1)/e;
	}
}
control($proxy, 'refuse count=-1');
is(ask('behind_chunks', fresh()), 'HV00N', 'no connection to the API');
control($proxy, 'clear');

#
# TLS
#
my ($foreign) = tls_certificate('foreign', 'api.openai.com');
my $mistaken = gateway($simulator, key => KEY, words => \%words, certificate => $foreign);
my ($certificate, $private) = tls_certificate('other', 'api.example.com');
my $impostor = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $private, '--api-key', KEY);
my $misled = gateway($impostor, key => KEY, words => \%words, certificate => $certificate);
connect_as('mistaken', $mistaken, WORD);
connect_as('misled', $misled, WORD);
is(ask('mistaken'), 'HV00N', 'a certificate that nobody vouches for');
is(ask('misled'), 'HV00N', 'a certificate of another name');
is(scalar requests($impostor), 0, 'nothing was asked there');

# A host of several names shows the certificate of the one that is asked for.
my ($api, $api_key) = tls_certificate('api', 'api.openai.com');
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $server = UsageFdw::Test::start_command(File::Temp->newdir,
	sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) },
	'openssl', 's_server', '-accept', "127.0.0.1:$port", '-www', '-cert', $certificate, '-key', $private,
	'-servername', 'api.openai.com', '-cert2', $api, '-key2', $api_key);
my $named = gateway($simulator, key => KEY, words => \%words, port => $port, certificate => $api);
is($http->get("$named->{url}$uri")->{status}, 200, 'the name is asked for');

#
# The rate
#
my $slow = gateway($simulator, key => KEY, words => \%words, replace => { 'burst=100' => 'burst=4', 'Retry-After 20' => 'Retry-After 1' });
connect_as('slow', $slow, WORD, max_retries => 4);
my @sessions = map { UsageFdw::Session->new($node) } 1 .. 5;

sub at_once
{
	my ($count, @questions) = @_;
	my $begun = time();
	$sessions[$_]->send($questions[$_] =~ s/SCHEMA/slow/gr) for 0 .. $count - 1;
	my @errors = grep { $_->{error} } map { $sessions[$_]->finish } 0 .. $count - 1;
	return (scalar @errors, time() - $begun);
}

my @questions = map { fresh() } 1 .. 5;
my ($errors, $seconds) = at_once(5, @questions);
is($errors, 0, 'five questions at once: no error');
cmp_ok($seconds, '>=', 0.7, 'but one after the other');
asked('again');
($errors, $seconds) = at_once(5, @questions);
is("$errors " . asked(), '0 0', 'what is kept is answered at once');
my $projects = scalar $session->rows('SELECT FROM dashboards.projects');
my $names = 'SELECT count(*) FROM SCHEMA.project_service_accounts';
is_deeply([ ask('slow', $names), ask('slow', 'SELECT count(*) FROM SCHEMA.project_rate_limits') ],
	[ ask('dashboards', $names), ask('dashboards', 'SELECT count(*) FROM SCHEMA.project_rate_limits') ],
	"one request a project, of $projects");
push @sessions, map { UsageFdw::Session->new($node) } 1 .. 7;
($errors) = at_once(12, map { fresh() } 1 .. 12);
is($errors, 0, 'more than may wait: they come again, and no error reaches SQL');
my $hasty = gateway($simulator, key => KEY, words => \%words, replace => { ' burst=100' => '', 'rate=5r/s' => 'rate=1r/m' });
my @hurried = map { $http->get("$hasty->{url}$uri&project_ids=p$_") } 1 .. 2;
is("@{[ map { $_->{status} } @hurried ]} $hurried[1]{headers}{'retry-after'}", '200 429 20', 'and when to');
my $log = slurp_file("$slow->{dir}/usage_fdw.log");
like($log, qr/ 429 /, 'as some were told');

#
# Nothing of the key anywhere
#
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$session->query('CHECKPOINT');
PostgreSQL::Test::Utils::run_command([ 'pg_dumpall', '-h', $node->host, '-p', $node->port, '-f', $dump ]);
like(slurp_file($dump), qr/\Q${\WORD}\E/, 'a dump has the word');
$session->query("DROP SERVER admin CASCADE");    # its mapping has the key: there the client has it
my %said = (%{ { gateway_files($gateway) } }, log => slurp_file($node->logfile), %{ { gateway_files($slow) } });
cmp_ok(scalar keys %said, '>', 20, 'what nginx and PostgreSQL wrote');
is_deeply([ grep { $said{$_} =~ $SECRET } sort keys %said ], [], 'has no key');
is($session->value("SELECT count(*) FROM pg_user_mappings WHERE umoptions::text ~ 'Vt3Nw8Lc5'"), 0, 'nor has a mapping');

done_testing();
