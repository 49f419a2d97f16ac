#
# usage_fdw_requests() has what was asked of the API, as the simulator recorded it,
# for those who may know; usage_fdw.log_requests puts it into the server's log.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

keep_day(120);
my $simulator = simulator();
my $proxy = fault_proxy($simulator);
my $node = cluster('main', conf => "log_min_messages = warning\nlog_min_error_statement = error\n");
my %options = (max_retries => 2, retry_delay => '1ms', max_concurrent_requests => 1);
connect_server($node, $simulator, options => \%options);
connect_server($node, $proxy, server => 'proxied', schema => 'proxied', options => { %options, request_timeout => '60s' });
control($simulator, 'set', 'now=' . int time);
my $session = UsageFdw::Session->new($node);
my $one_day = 'WHERE day = current_date - 3';

# Rows of the last requests, by these columns.
sub last_requests
{
	my ($columns, $count) = @_;
	$count //= 1;
	return $session->value("SELECT $columns FROM (SELECT *, row_number() OVER () AS n FROM usage_fdw_requests()) r
		WHERE n > (SELECT count(*) - $count FROM usage_fdw_requests()) ORDER BY n");
}

is($session->value('SELECT count(*) FROM usage_fdw_requests()'), 0, 'a session begins without requests');

#
# What is in a row
#
$session->rows("SELECT * FROM usage.completions $one_day AND model IN ('gpt-5.4', 'ö')");
my ($recorded) = requests($simulator);
is(last_requests('server, endpoint, path, parameters, status, attempts, bytes_received, error'),
	join('|', 'openai', 'completions', $recorded->{path}, $recorded->{query}, 200, 1, $recorded->{wire_bytes}, ''),
	'a request is the one that the simulator has recorded');
like(last_requests('request_id'), qr/^req_\w+$/, 'with its id');
is(last_requests(q{requested_at BETWEEN now() - interval '1 minute' AND now(), duration_ms > 0, duration_ms < 60000,
		wait_ms > 0}), 't|t|t|t', 'and its times');
control($simulator, 'set', 'delay_ms=300');
$session->rows("SELECT * FROM usage.completions $one_day");
control($simulator, 'set', 'delay_ms=0');
is(last_requests('duration_ms BETWEEN 300 AND 30000, wait_ms BETWEEN 300 AND 30000'), 't|t', 'the time of a slow answer');

control($simulator, 'fault', 'status', 'code=503', 'count=2');
$session->rows("SELECT * FROM usage.completions $one_day");
is(last_requests('status, attempts, error'), '200|3|', 'attempts are one row');
is((requests($simulator))[-3]{status}, 503, 'of several requests on the wire');

control($simulator, 'set', 'page_limit=1');
$session->rows('SELECT * FROM usage.costs WHERE day BETWEEN current_date - 3 AND current_date - 2');
is(last_requests(q{status, attempts, parameters LIKE '%&page=%'}, 2), "200|1|f\n200|1|t", 'each page is a row');
control($simulator, 'set', 'page_limit=0');

$session->rows("SELECT * FROM usage.project_users");
is($session->value(q{SELECT count(*) FROM usage_fdw_requests() WHERE path ~ '^/v1/organization/projects/.*/users$'}),
	scalar(grep { $_->{path} =~ m{/projects/.*/users$} } requests($simulator)), 'lists under each of their parents');
is($session->value(q{SELECT count(*) FROM usage_fdw_requests() WHERE error IS NOT NULL}), 0,
	'what is not there is no failure');

$session->rows('SET usage_fdw.require_time_clause = off; SELECT count(*) FROM (TABLE usage.costs UNION ALL TABLE usage.costs) x');
is($session->value('SELECT count(*) FROM usage_fdw_requests()'),
	scalar(requests($simulator)) - 2, 'no request is missing, two were repeats');

#
# What fails
#
control($simulator, 'fault', 'status', 'code=503', 'count=-1');
$session->query("SELECT * FROM usage.completions $one_day");
control($simulator, 'reset-faults');
is(last_requests('status, attempts, error'), '503|3|The server was told to fail.', 'a failure, with the API\'s words');
control($simulator, 'fault', 'html', 'code=403');
$session->query("SELECT * FROM usage.completions $one_day");
is(last_requests('status, attempts, error'), '403|1|HTTP status 403', 'a failure without words');
control($simulator, 'fault', 'no_data');
$session->query("SELECT * FROM usage.completions $one_day");
like(last_requests('status, attempts, error'), qr/^200\|1\|.*"data"/, 'a broken page');
control($proxy, 'truncate 0 count=-1');
$session->query("SELECT * FROM proxied.completions $one_day");
control($proxy, 'clear');
like(last_requests('status, attempts, error'), qr/^\|3\|got no answer from host/, 'no answer');
control($proxy, 'truncate 400');
$session->rows('SELECT count(*) FROM proxied.costs WHERE day >= current_date - 20');
is(last_requests('status, attempts, error'), '200|2|', 'an answer that broke off and was repeated');
control($simulator, 'fault', 'lookback', 'date=' . days_ago(30));
$session->rows('SELECT count(*) FROM usage.costs WHERE day >= current_date - 40');
like(last_requests('status, error', 2), qr/^400\|.*Earliest supported.*\n200\|$/, 'a range that is cut');

control($simulator, 'set', 'delay_ms=60000');
$session->rows(q{SET statement_timeout = '100ms'});
is($session->query("SELECT * FROM usage.completions $one_day")->{error}{C}, '57014', 'a query is canceled');
$session->rows('RESET statement_timeout');
control($simulator, 'set', 'delay_ms=0');
is(last_requests('status, attempts, bytes_received, error, duration_ms >= 50, wait_ms >= 50'),
	'|1|0|the query ended before the answer was read|t|t', 'a request that was canceled');
$session->query(q{BEGIN; DECLARE c CURSOR FOR SELECT 1/(input_tokens - input_tokens) FROM usage.completions});
$session->query('SAVEPOINT s');
is($session->query('FETCH c')->{error}{C}, '22012', 'a cursor fails in a savepoint');
$session->query('ROLLBACK');
like(last_requests('status, error'), qr/\|the query ended before the answer was read$/, 'its request is ended with it');

# A reader that stops, and one that has not gone on yet.
$session->rows('BEGIN; DECLARE c CURSOR FOR SELECT * FROM proxied.completions ORDER BY start_time');
control($proxy, 'stall 20000');
$session->rows('FETCH c');
is(last_requests('server, status, error'), 'proxied|200|', 'a request on its way');
$session->rows('COMMIT');
control($proxy, 'clear');
is(last_requests('server, status, error'), 'proxied|200|', 'one whose reader has stopped has not failed');

#
# Who may see it
#
$session->rows('CREATE ROLE owner; CREATE ROLE reader; CREATE ROLE friend IN ROLE owner;
	GRANT USAGE ON SCHEMA usage TO owner;
	GRANT SELECT ON usage.completions TO owner;
	CREATE USER MAPPING FOR owner SERVER openai OPTIONS (api_key ' . literal(api_key) . q{);
	CREATE VIEW shown AS SELECT * FROM usage.completions WHERE model = 'gpt-5.4';
	ALTER VIEW shown OWNER TO owner; GRANT SELECT ON shown TO reader});
$session->rows("SET ROLE reader; SELECT * FROM shown $one_day");
my $shown = 'path IS NULL, parameters IS NULL, status, attempts, request_id IS NULL';
is(last_requests($shown), 't|t|200|1|f', 'who reads a view sees that its owner\'s key was used, not what was asked');
is($session->value('SELECT count(path) + count(parameters) + count(error) FROM usage_fdw_requests()'), 0,
	'nor what another role of the session has asked');
$session->rows('SET ROLE friend');
is(last_requests($shown), 'f|f|200|1|f', 'a member of the owner\'s role sees it');
is($session->value(q{SELECT count(*) FROM usage_fdw_requests() WHERE path IS NOT NULL}), 1, 'and nothing else');
$session->rows('RESET ROLE');
is(last_requests($shown), 'f|f|200|1|f', 'a superuser sees it');
is(UsageFdw::Session->new($node)->value('SELECT count(*) FROM usage_fdw_requests()'), 0, 'no other session does');

#
# The server's log
#
sub logged
{
	my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
	my @lines = $log =~ /LOG:  (API request: .*)/g;
	return @lines;
}

is(scalar(logged()), 0, 'nothing is logged by default');
my $ok = "SELECT count(*) FROM usage.completions $one_day /* a comment */";
sub fail_once
{
	control($simulator, 'fault', 'status', 'code=403');
	$session->query($ok);
	return;
}
$session->rows(qq(SET usage_fdw.log_requests = errors; $ok));
is(scalar(logged()), 0, 'errors: a page that came is not logged');
fail_once();
my @lines = logged();
is(scalar @lines, 1, 'errors: a failure is');
like($lines[0], qr{^API request: server "openai", GET /v1/organization/usage/completions\?start_time=\d+&\S+, status 403, attempts 1, bytes \d+, duration \d+\.\d+ ms, wait \d+\.\d+ ms, request id "req_\w+", error: The server was told to fail\.$},
	'with all that is known');
$session->rows(qq(SET usage_fdw.log_requests = 'all'; $ok));
is(scalar(logged()), 2, 'all: both are');
fail_once();
is(scalar(logged()), 3, 'once');
like((logged())[1], qr/, status 200, .*"$/, 'in the same words');
my $notices = $session->query("SET client_min_messages = debug5; $ok")->{notices};
is(scalar(grep { $_->{M} =~ /API request/ } @$notices), 0, 'a client is not told');
$session->rows('RESET client_min_messages');
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/API request.*\n.*STATEMENT:  SELECT count/, 'the statement is not repeated with each request');
control($simulator, 'set', 'delay_ms=60000');
$session->query(qq(SET statement_timeout = '100ms'; $ok));
$session->rows('RESET statement_timeout');
control($simulator, 'set', 'delay_ms=0');
like((logged())[-1], qr/, status 0, .*, error: the query ended before the answer was read$/, 'a canceled one is logged');
my $before = scalar logged();
$session->rows('SET ROLE reader');
is($session->query('SET usage_fdw.log_requests = off')->{error}{C}, '42501', 'only a superuser says what is logged');
$session->rows('RESET ROLE; RESET usage_fdw.log_requests');
is(scalar(logged()), $before, 'and off is off');

#
# The last 1,000, in bounded memory; one that is on its way may be older
#
$session->rows(q{SET usage_fdw.log_requests = 'all'; BEGIN; DECLARE c CURSOR FOR SELECT * FROM proxied.completions ORDER BY start_time});
control($proxy, 'stall 20000');
$session->rows('FETCH c; SET usage_fdw.log_requests = off');
my $values = join ', ', map { "'" . ('x' x 95) . sprintf "%03d'", $_ } 1 .. 40;
$session->rows("PREPARE p AS SELECT count(*) FROM usage.completions $one_day AND model IN ($values)");
$session->rows(join ';', ('EXECUTE p') x 100) for 1 .. 11;
is($session->value('SELECT count(*) FROM usage_fdw_requests()'), 1000, 'the last 1,000 are kept');
is(last_requests(q{length(parameters) < 2048, parameters LIKE '%...'}), 't|t', 'a long URL is cut');
my $bytes = $session->value(q{SELECT used_bytes FROM pg_backend_memory_contexts WHERE name = 'usage_fdw requests'});
cmp_ok($bytes, '<', 4_000_000, 'they take little memory');
$session->rows(join ';', ('EXECUTE p') x 100) for 1 .. 11;
cmp_ok($session->value(q{SELECT used_bytes FROM pg_backend_memory_contexts WHERE name = 'usage_fdw requests'}),
	'<=', $bytes + 10_000, 'and no more with more requests');
$before = scalar logged();
$session->rows(q{SET usage_fdw.log_requests = 'all'; COMMIT; SET usage_fdw.log_requests = off});
is(scalar(logged()), $before + 1, 'one that is no longer kept is still logged at its end');
control($proxy, 'clear');

done_testing();
