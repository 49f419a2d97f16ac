#
# max_requests_per_minute: sessions that count together send no more than that,
# wait for their turn, and can be stopped there.
#
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Interrupt;
use UsageFdw::Rate;
use UsageFdw::Session;
use UsageFdw::Test;

my $LIMIT = 60;
my $SESSIONS = 20;
my $COUNTED = 64;    # servers that can be counted at the same time

keep_day(200);
my $limited = simulator('--events-per-day', 20);
my $free = simulator('--events-per-day', 20);
control($_, 'set', 'now=' . int time) for $limited, $free;
my $node = cluster('main', conf => counts_together() . "max_connections = 60\nrestart_after_crash = on\n");

# Two databases with the same server, by its oid.
connect_server($node, $free, server => 'every', schema => 'every', options => { max_requests_per_minute => 1 });
$node->safe_psql('template1', 'CREATE DATABASE other TEMPLATE postgres');
my $session = UsageFdw::Session->new($node);

my @endpoints = qw(completions embeddings);
connect_tables($node, $_->[1], $_->[0], endpoints => \@endpoints) for [ 'plain', $limited ], [ 'free', $free ];
# what waits for its turn waits for nobody's answer
connect_tables($node, $limited, 'usage', endpoints => \@endpoints,
	options => { max_requests_per_minute => $LIMIT, request_timeout => '5s', max_retries => 0 });

# Four requests.
sub digest_of
{
	my $schema = shift;
	return "SELECT count(*) || ' ' || md5(string_agg(c::text, ','))
		FROM (SELECT * FROM $schema.completions WHERE day > current_date - 100) AS c";
}

# Two at the same time.
sub append_of
{
	my $schema = shift;
	return 'SELECT sum(input_tokens) FROM (' .
	  join(' UNION ALL ', map { "SELECT day, input_tokens FROM $schema.$_" } @endpoints) .
	  ') AS u WHERE day = current_date - 1';
}

sub sessions { return map { UsageFdw::Session->new($node) } 1 .. shift }

# How many sessions are where pg_stat_activity says that?
sub count_waiting
{
	return $session->value('SELECT count(*) FROM pg_stat_activity WHERE ' . wait_event(shift));
}

my $right = $session->value(digest_of('plain'));
my $day = 'completions WHERE day = current_date - 1';
my $right_sum = $session->value(append_of('plain'));
control($limited, 'reset');
control($limited, 'set', 'now=' . int time, "requests_per_minute=$LIMIT");

# All servers but one that there is room to count.
set_limit($node, $free, "server_$_", 1) for 1 .. $COUNTED;
$session->value("SELECT count(*) FROM server_$_.$day") for 1 .. $COUNTED - 1;

#
# More requests at once than are allowed in a minute
#
my @sessions = sessions($SESSIONS);
my $start = time();
$_->send(digest_of('usage')) for @sessions;
ok(poll_until(sub { scalar(@{ [ requests($limited) ] }) == $LIMIT && count_waiting('RateLimit') }),
	'sessions wait for their turn');
cmp_ok(time() - $start, '<', 30, 'as many requests as are allowed begin at once');

# Those that come last.
my ($explained, $appended) = sessions(2);
$explained->send("EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM usage.$day");
ok(poll_until(sub { count_waiting('RateLimit') >= 2 }), 'one more waits');
is(scalar(grep { /Async Foreign Scan/ } $appended->rows('EXPLAIN ' . append_of('usage'))), 2,
	'members of an Append are read at the same time');
$appended->send(append_of('usage'));

# Whoever waits can be told to stop.
my $interrupt = UsageFdw::Interrupt->new($node, tries => 10, outliers => 1, limit_ms => 100,
	waiting => wait_event('RateLimit'), answer => [ 'SELECT count(*) >= 0 FROM free.completions WHERE day = current_date - 1', 't' ]);
$interrupt->stops_at_once('at the limit', sql => 'SELECT count(*) FROM usage.completions');
$interrupt->{waiting} = "wait_event = 'AppendReady'";
$interrupt->stops_at_once('at the limit, in an Append', sql => append_of('usage'));

# There is no room to count another server, but for those that are counted.
my $last = "SELECT count(*) FROM server_$COUNTED.$day";
my $full = $session->query($last);
is($full->{error}{C}, '53400', 'a server that there is no room to count is not asked');
like($full->{error}{H}, qr/^Try again in a minute/, 'and a hint says what to do');
ok(waits_for_turn($session, "SELECT count(*) FROM server_1.$day"), 'those that are counted go on');

my @answers = map { $_->finish(100) } @sessions;
my $seconds = time() - $start;
is(scalar(grep { !$_->{error} && $_->{rows}[0][0] eq $right } @answers), $SESSIONS, 'all answers are right')
  or diag explain \@answers;
my $plan = join "\n", map { $_->[0] } @{ $explained->finish(30)->{rows} };
my ($wait_ms) = $plan =~ /Rate Limit Wait: ([\d.]+) ms/;
cmp_ok($wait_ms, '>', 30000, 'EXPLAIN says how long it waited') or diag $plan;
my ($all_ms) = $plan =~ /Wait Time: ([\d.]+) ms/;
cmp_ok($all_ms, '>=', $wait_ms, 'which is part of the time that it waited');
is($appended->finish(30)->{rows}[0][0], $right_sum, 'so is that of an Append');
my @sent = requests($limited);
diag sprintf '%d requests of %d sessions took %.1f s', scalar @sent, $SESSIONS, $seconds;
is(scalar(grep { $_->{status} != 200 } @sent), 0, 'the API refused none');
is(scalar @sent, 4 * $SESSIONS + 3, 'and was asked once for each window');
cmp_ok($seconds, '>', 60, 'it took more than a minute');
cmp_ok($seconds, '<', 75, 'but not much more');
is($session->query($last)->{error}, undef, 'a minute later there is room for another server');

#
# All that is sent is counted
#
is($session->value("SELECT count(*) > 0 FROM every.$day"), 't', 'one request a minute begins');
control($free, 'reset-requests');
for my $sql (
	"SELECT count(*) FROM every.$day",
	'SELECT * FROM every.costs LIMIT 1',
	q{SELECT usage_fdw_first_day('every.costs')},
	'SELECT * FROM every.users',
	'SELECT * FROM every.project_users',
	'SELECT * FROM every.spend_limits',
	'ANALYZE every.costs')
{
	ok(waits_for_turn($session, $sql), "waits: $sql");
}
is(scalar(@{ [ requests($free) ] }), 0, 'nothing of that was sent');
ok(waits_for_turn(UsageFdw::Session->new($node), "SELECT count(*) FROM every.$day"), 'nor by another session');
my $elsewhere = UsageFdw::Session->new($node, database => 'other');
$elsewhere->rows(q{SET statement_timeout = '10s'});	# the turn comes in a minute
is($elsewhere->query("SELECT count(*) FROM every.$day")->{error}, undef, 'the same server in another database is another one');
$session->set_options('every', q{max_requests_per_minute '2'});
is($session->value("SELECT count(*) > 0 FROM every.$day"), 't', 'a higher limit counts at once');
$session->set_options('every', q{max_requests_per_minute '0'});
is($session->value("SELECT count(*) > 0 FROM every.$day"), 't', 'so does none');

#
# What the API told one session
#
set_limit($node, $free, 'told', 1000);
my ($first, $second) = sessions(2);
$_->value("SELECT count(*) FROM told.$day") for $first, $second;
control($free, 'reset-requests');
control($free, 'fault', 'status', 'code=429', 'headers=Retry-After: 3');
$first->send("SELECT count(*) FROM told.$day");
ok(poll_until(sub { count_waiting('Backoff') }), 'the API sends one session away');
$start = time();
$second->send("SELECT count(*) FROM told.$day");
ok(poll_until(sub { count_waiting('RateLimit') == (major_version() >= 17 ? 1 : 2) }), 'another one waits, too');
is(UsageFdw::Session->new($node)->value("SELECT count(*) >= 0 FROM free.$day"), 't', 'not for another server');
is($_->finish->{error}, undef, 'both get their answer') for $second, $first;
$seconds = time() - $start;
cmp_ok($seconds, '>', 2, 'no sooner than the API said');
cmp_ok($seconds, '<', 10, 'nor much later');
$first->rows(q{ALTER SERVER told OPTIONS (ADD max_retries '0')});
control($free, 'fault', 'status', 'code=429', 'headers=Retry-After: 2');
is($first->query("SELECT count(*) FROM told.$day")->{error}{C}, '53400', 'where nothing is repeated');
ok(waits_for_turn($second, "SELECT count(*) FROM told.$day"), 'others wait as well');

#
# A request that is late needs another permit: its cursor was not read while it
# connected.
#
my ($certificate, $key) = tls_certificate('own', 'localhost');
my $secure = simulator('--tls-port', 0, '--cert', $certificate, '--key-file', $key);
my $proxy = fault_proxy({ port => $secure->{tls_port} });
set_limit($node, { url => "https://localhost:$proxy->{port}" }, 'late', 9, ca_file => $certificate);
is($first->value("SELECT count(*) > 0 FROM late.$day"), 't', 'a connection that is kept');
control($proxy, 'stall 0 after=1 count=-1');
$first->rows('BEGIN; DECLARE c CURSOR FOR SELECT * FROM late.completions WHERE day > current_date - 100');
is(scalar(@{ [ $first->rows('FETCH 1 FROM c') ] }), 1, 'a window is read, others connect');
sleep 1.1;
control($proxy, 'clear');
cmp_ok(scalar(@{ [ $first->rows('FETCH ALL FROM c') ] }), '>', 100, 'they are read later');
$first->rows('COMMIT');
is(scalar(@{ [ requests($secure) ] }), 5, 'none was sent twice');
is($first->value("SELECT count(*) > 0 FROM late.$day"), 't', 'but those that were late have been counted twice');
ok(waits_for_turn($first, "SELECT count(*) FROM late.$day"), 'which makes nine');

#
# A session that waits is killed: the server starts anew, and counts anew
#
set_limit($node, $free, 'killed', 1);
$first->value("SELECT count(*) FROM killed.$day");
$first->send("SELECT count(*) FROM killed.$day");
ok(poll_until(sub { count_waiting('RateLimit') }), 'a session waits');
kill KILL => $first->pid;
ok($first->finish->{closed}, 'it is killed');
ok(poll_until(sub { $node->psql('postgres', 'SELECT 1') == 0 }), 'the server starts again');
$session = UsageFdw::Session->new($node);
is($session->value("SELECT count(*) >= 0 FROM killed.$day"), 't', 'requests are counted anew');
ok(waits_for_turn(UsageFdw::Session->new($node), "SELECT count(*) FROM killed.$day"), 'by all sessions together');

done_testing();
