#
# Async append: scans below an Append wait at the same time, for one round trip
# instead of one each; and that wait can be canceled, and times out, like any
# other.
#
use strict;
use warnings;

use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Interrupt;
use UsageFdw::Session;
use UsageFdw::Test;

my $DELAY_MS = 200;
my @endpoints = qw(completions embeddings moderations images);

my $simulator = simulator('--events-per-day', 100);
my $proxy = fault_proxy($simulator);
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);
my $other = UsageFdw::Session->new($node);
control($simulator, 'set', 'now=' . int time);

# A server with four tables, and the query that reads all of them.
sub add_api
{
	my ($name, $url, @options) = @_;
	connect_tables($node, { url => $url }, $name, options => { max_retries => 0, @options },
		endpoints => \@endpoints,
		columns => 'day date, start_time timestamptz, project_id text, model text, num_model_requests bigint');
	return;
}

# A condition stands outside of the UNION ALL: the planner does not look through
# members that have constants and conditions.
sub union_all
{
	my $name = shift;
	return '(' . join(' UNION ALL ', map { "SELECT '$_' AS endpoint, t.* FROM $name.$_ AS t" } @endpoints) . ')';
}

sub count_query
{
	my ($name, $where) = @_;
	return 'SELECT count(*), sum(num_model_requests) FROM ' . union_all($name) . ' AS u' .
	  ($where ? " WHERE $where" : '');
}

# The answer, without async append.
sub one_by_one
{
	$other->rows('SET enable_async_append = off');
	my $answer = $other->value(shift);
	$other->rows('RESET enable_async_append');
	return $answer;
}

sub median_ms
{
	my ($asked, $query) = @_;
	my @times = sort { $a <=> $b } map {
		my $start = time();
		$asked->rows($query);
		1000 * (time() - $start);
	} 1 .. 5;
	return $times[2];
}

add_api('fine', $simulator->{url});
add_api('proxied', $proxy->{url});

my $day = "day = (now() AT TIME ZONE 'UTC')::date - 3";
my $one_day = count_query('fine', $day);
my $all_days = count_query('fine');
my $expected = one_by_one($all_days);
my $expected_day = one_by_one($one_day);

like($session->value("EXPLAIN $one_day"), qr/(?:Async Foreign Scan.*){4}/s, 'all four are asynchronous');

#
# Latency
#
control($simulator, 'set', "delay_ms=$DELAY_MS");
for my $case ([ 'a window each' => $one_day, 1 ], [ 'a year each' => $all_days, 3 ])
{
	my ($name, $query, $trips) = @$case;
	my $together = median_ms($session, $query);
	$session->rows('SET enable_async_append = off');
	my $apart = median_ms($session, $query);
	$session->rows('RESET enable_async_append');
	diag sprintf 'four endpoints, %s, at %d ms: %.0f ms together, %.0f ms one by one',
	  $name, $DELAY_MS, $together, $apart;
	cmp_ok($together, '<', 1.6 * $trips * $DELAY_MS, "$name: little more than the round trips of one");
	cmp_ok($apart, '>', 4 * $trips * $DELAY_MS * 0.9, "$name: one by one takes four times that");
}
control($simulator, 'set', 'delay_ms=0');
is($session->value($all_days), $expected, 'together the answer is the same');

#
# Cancel
#
# One that only says when to come again.
my $busy = simulator();
add_api('busy', $busy->{url}, max_retries => 3);
control($busy, 'fault', 'status', 'code=429', 'count=-1', 'headers=Retry-After: 30');

my $interrupt = UsageFdw::Interrupt->new($node,
	tries => 20, limit_ms => 100, session => $session,
	waiting => q{wait_event = 'AppendReady'}, answer => [ $one_day, $expected_day ]);
control($proxy, 'stall 0 count=-1');
$interrupt->stops_at_once('while waiting for the first byte', sql => count_query('proxied'));
control($proxy, 'clear');
control($proxy, 'stall 2000 count=-1');
$interrupt->stops_at_once('while waiting for the rest of a body', sql => count_query('proxied'));
control($proxy, 'clear');
$interrupt->stops_at_once('while waiting for another try', sql => count_query('busy'));

#
# Failures
#
sub error_of
{
	my $query = shift;
	my $start = time();
	my $end = $session->query($query);
	return ($end->{error} // {}, 1000 * ($end->{time} - $start));
}

my $closed = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die "could not listen: $!";
add_api('down', 'http://127.0.0.1:' . $closed->sockport);
$closed->close;
my ($error, $ms) = error_of(count_query('down'));
is($error->{C}, 'HV00N', 'a server that is down');
like($error->{M}, qr/^could not read endpoint/, 'a server that is down: message');

# One member fails while the others wait, and would for long.
control($proxy, 'stall 0 count=-1');
my $mixed = 'SELECT count(*) FROM (' . union_all('proxied') . ' UNION ALL ' . union_all('down') . ') AS u';
($error, $ms) = error_of($mixed);
is($error->{C}, 'HV00N', 'a member that fails ends the query');
cmp_ok($ms, '<', 1000, 'a member that fails does not wait for the others');

# Silence counts while Append waits, and only then.
my $timeout_ms = 400;
add_api('short', $proxy->{url}, request_timeout => "${timeout_ms}ms");
($error, $ms) = error_of(count_query('short'));
diag sprintf 'request_timeout of %d ms: error after %.0f ms', $timeout_ms, $ms;
is($error->{C}, 'HV00N', 'request_timeout');
like($error->{M}, qr/\(request_timeout\)/, 'request_timeout: message');
cmp_ok($ms, '>=', $timeout_ms, 'request_timeout: not before');
cmp_ok($ms, '<', 2 * $timeout_ms, 'request_timeout: not much later');
control($proxy, 'clear');
control($simulator, 'set', 'delay_ms=' . $timeout_ms / 2);
is($session->value(count_query('short')), $expected, 'request_timeout: a slow server is no silent one');
control($simulator, 'set', 'delay_ms=0');

# Attempts that break off are repeated, while Append waits.
add_api('shaky', $proxy->{url}, max_retries => 20, retry_delay => '1ms', request_timeout => "${timeout_ms}ms");
control($proxy, "random seed=$_ rate=2000000 refuse=5 truncate=10 reset=10 stall=2 slow=5"),
  is($session->value(count_query('shaky')), $expected, "random faults, seed $_")
  for 1 .. 10;
control($proxy, 'clear');

#
# Rescans and early ends, with transfers under way
#
control($simulator, 'set', 'jitter_ms=20');
my $loop = 'SELECT count(*) FROM generate_series(1, 20) AS n CROSS JOIN LATERAL
	(SELECT 1 FROM ' . union_all('fine') . ' AS u WHERE num_model_requests > n - n LIMIT 1 + n % 3) AS l';
like($session->value("EXPLAIN $loop"), qr/Async Foreign Scan/, 'a loop over a LIMIT is asynchronous');
is($session->value($loop), 41, 'a loop over a LIMIT');
is($session->value($all_days), $expected, 'all rows after that');
control($simulator, 'set', 'jitter_ms=0');

# A row that changes while it waits to be locked is checked again, with the rows
# that it was joined to.
$other->rows("CREATE TABLE models AS SELECT DISTINCT model, 0 AS total, 0 AS tries
	FROM " . union_all('fine') . " AS u WHERE $day AND model IS NOT NULL");
my $row = $other->value('SELECT min(model) FROM models');
$other->rows("BEGIN; UPDATE models SET tries = tries + 1 WHERE model = \$m\$$row\$m\$");
$session->send('UPDATE models AS m SET total = u.n, tries = tries + 1 FROM
	(SELECT model, num_model_requests AS n FROM ' . union_all('fine') . " AS a WHERE $day) AS u
	WHERE u.model = m.model AND m.tries < 5
	AND (SELECT count(*) FROM " . union_all('fine') . " AS b WHERE b.model = m.model AND $day) > 0
	RETURNING m.model, m.tries");
ok(!$session->is_answering(0.5), 'the update waits for a lock');
$other->rows('COMMIT');
my $updated = $session->finish;
is($updated->{error}, undef, 'EvalPlanQual') or diag explain $updated;
is_deeply([ map { $_->[1] } grep { $_->[0] eq $row } @{ $updated->{rows} } ], [2], 'EvalPlanQual sees the new row');

#
# Nothing is left behind
#
# Descriptors to wait with: connections and files are kept.
my $fresh = UsageFdw::Session->new($node);
$fresh->rows($all_days);
my $before = $fresh->descriptors(qr/^anon_inode/);
cmp_ok($before, '<', 10, 'few descriptors stay');
for (1 .. 20)
{
	$fresh->rows($all_days);
	$fresh->query(count_query('down'));
	$fresh->query('SELECT * FROM ' . union_all('fine') . ' AS u LIMIT 1');
	$fresh->query('SELECT 1 / (num_model_requests - num_model_requests) FROM ' . union_all('fine') . ' AS u');
}
$fresh->rows($all_days);
cmp_ok($fresh->descriptors(qr/^anon_inode/), '<=', $before, 'descriptors are given back');
is($fresh->value("SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'usage_fdw%' AND name <> 'usage_fdw requests'"),
	0, 'memory is given back');

# Where descriptors are short, scans wait one by one.
my $small = cluster('small', conf => "max_files_per_process = 64\n");
my $poor = UsageFdw::Session->new($small);
connect_server($small, $simulator, server => 'fine', schema => 'fine');
my $many = 'SELECT sum(num_model_requests) FROM (' . join(' UNION ALL ', (union_all('fine')) x 8) . ') AS u';
$many =~ s/t\.\*/t.num_model_requests/g;
my ($sum) = $expected =~ /(\d+)$/;
is($poor->value($many), 8 * $sum, 'more scans than descriptors');

for my $server ($node, $small)
{
	$server->stop;
	unlike(slurp_file($server->logfile), qr/WARNING|PANIC|TRAP|leak/, 'no warnings in the log of ' . $server->name);
}

done_testing();
