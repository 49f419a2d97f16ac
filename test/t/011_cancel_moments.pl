#
# Cancels at random moments of queries of all kinds: planning, connecting, reading,
# sorting, waiting for one answer or many, backing off.  Each ends the query at
# once, and the session goes on, with nothing left behind.
#
# USAGE_CANCELS says how many, USAGE_CANCEL_SEED at which moments.  What counts is
# the time from the signal to the error, without the time for which the processes
# of both waited for a processor: that says how busy the machine is.
#
use strict;
use warnings;

use List::Util qw(max);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Session;
use UsageFdw::Test;

my $CANCELS = $ENV{USAGE_CANCELS} // 60;
my $SEED = $ENV{USAGE_CANCEL_SEED} // time() % 100_000;
my $LIMIT_MS = 100;
my $MAX_MOMENT_S = 0.6;
my $MOST_SOCKETS = 16 + 8;

plan skip_all => 'needs /proc/PID/schedstat' if !-r '/proc/self/schedstat';
srand $SEED;

my $simulator = simulator('--events-per-day', 200);
my $proxy = fault_proxy($simulator);
control($simulator, 'set', 'now=' . int time);
my ($bench) = split /\n/, control($simulator, 'bench', 'buckets=31', 'results=200');
$bench =~ s{/v1$}{};
my $node = cluster('main');
my $other = UsageFdw::Session->new($node);

my @endpoints = qw(completions embeddings images moderations);
connect_server($node, $simulator);
connect_server($node, { url => "$simulator->{url}$bench" }, server => 'large', schema => 'large');
connect_server($node, $proxy, server => 'stuck', schema => 'stuck', options => { retry_delay => '20ms' });
connect_server($node, $simulator, server => 'minutes', schema => 'minutes', import => q{OPTIONS (bucket_width '1m')});

my $all = '(' . join(' UNION ALL ', map { "SELECT day, start_time, num_model_requests FROM %1\$s.$_" } @endpoints) . ')';
my @queries = (
	'SELECT count(*), sum(input_tokens) FROM usage.completions',
	'SELECT * FROM usage.completions WHERE day >= current_date - 60 ORDER BY input_tokens DESC',
	'SELECT day, model, sum(input_tokens) FROM large.completions WHERE day >= current_date - 90 GROUP BY 1, 2',
	'SELECT * FROM large.completions WHERE day >= current_date - 60 ORDER BY start_time DESC',
	'SELECT count(*) FROM ' . sprintf($all, 'usage') . ' AS u WHERE day >= current_date - 60',
	'SELECT count(*) FROM ' . sprintf($all, 'stuck') . ' AS u WHERE day >= current_date - 60',
	'SELECT count(*) FROM stuck.completions',
	'SELECT count(*) FROM stuck.project_users',
	q{SELECT count(*) FROM minutes.completions WHERE to_char(start_time, 'MI') = '07'},
	'SELECT count(*) FROM generate_series(1, 40) AS n, LATERAL (SELECT input_tokens FROM usage.completions
		WHERE day = current_date - n OFFSET 0) AS l',
	'SELECT count(*) FROM usage.completions AS c JOIN usage.projects AS p ON p.id = c.project_id WHERE day >= current_date - 90',
	'ANALYZE large.completions',
	'CREATE TEMP TABLE copied ON COMMIT DROP AS SELECT * FROM large.completions WHERE day >= current_date - 60',
	q{SELECT usage_fdw_first_day('stuck.completions')},
	'SELECT count(*) FROM usage.users AS u, LATERAL (SELECT * FROM usage.completions WHERE user_id = u.id LIMIT 1) AS c');

# Milliseconds that a process has waited for a processor.
sub queued_ms
{
	my ($queued) = (split ' ', slurp_file("/proc/$_[0]/schedstat"))[1];
	return $queued / 1e6;
}

# The proxy breaks and slows what it passes on, each time in another way.
sub disturb
{
	my @faults = ('stall 0', 'stall 3000', 'truncate 2000', 'reset 500');
	control($proxy, 'clear');
	control($proxy, $faults[ rand @faults ] . ' count=' . (1 + int rand 4));
	return;
}

# How long a query takes, if nobody stops it.
sub measure
{
	my $session = UsageFdw::Session->new($node);
	$session->rows("SET statement_timeout = '" . 1000 * $MAX_MOMENT_S . "ms'");
	my %seconds;
	for my $sql (@queries)
	{
		my $start = time();
		$session->query($sql);
		$seconds{$sql} = time() - $start;
	}
	$session->close;
	return %seconds;
}

# Had the session begun with the query at that time?  One that idles takes no cancel.
sub had_begun
{
	my ($session, $time) = @_;
	return $other->value('SELECT extract(epoch FROM query_start) <= ' . $time
		  . ' FROM pg_stat_activity WHERE pid = ' . $session->pid) eq 't';
}

# Cancel a query at such a moment: its answer, milliseconds from the signal to the
# error, and how many of these its processes did not wait for a processor.  Nothing
# if the session was not there yet.
sub cancel_at
{
	my ($session, $sql, $moment) = @_;
	my $pid = $session->pid;
	$session->send($sql);
	sleep $moment;
	my $queued = queued_ms($pid) + queued_ms('self');
	my $signal = time();
	kill 'INT', $pid;
	if (!$session->is_answering(1) && !had_begun($session, $signal))
	{
		kill 'INT', $pid;
		$session->finish;
		return;
	}
	my $answer = $session->finish;
	my $ms = 1000 * ($answer->{time} - $signal);
	return ($answer, $ms, max(0, $ms - (queued_ms($pid) + queued_ms('self') - $queued)));
}

my $right = $other->value('SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day < current_date');
my %seconds = measure();
my $session = UsageFdw::Session->new($node);
my ($canceled, $tries, @strange, @ms, @own_ms) = (0, 0);
while ($canceled < $CANCELS && $tries++ < 20 * $CANCELS)
{
	my $sql = $queries[ rand @queries ];
	disturb() if $tries % 7 == 1;
	# under an idle cursor as well, whose transfers go on
	my $nested = rand() < 0.2 && $sql !~ /^ANALYZE/;
	$session->rows('BEGIN; DECLARE c CURSOR FOR SELECT * FROM large.completions; FETCH 1 FROM c; SAVEPOINT a') if $nested;
	my ($answer, $ms, $own_ms) = cancel_at($session, $sql, rand $seconds{$sql});
	my $code = $answer && $answer->{error} ? $answer->{error}{C} : 'none';
	push @strange, "$code $answer->{error}{M}: $sql" if $code !~ /^(?:none|57014|HV00N)$/;
	if ($code eq '57014')
	{
		$canceled++;
		push @ms, $ms;
		push @own_ms, $own_ms;
		note sprintf '%.0f ms, %.0f ms of its own: %s', $ms, $own_ms, $sql if $own_ms > 20;
	}
	if ($nested)
	{
		$session->rows('ROLLBACK TO a');
		push @strange, "a cursor lost its rows: $sql" if $session->rows('FETCH 3 FROM c') != 3;
		$session->rows('COMMIT');
	}
	push @strange, "the session is not right after: $sql"
	  if $tries % 25 == 0 && $session->value('SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day < current_date') ne $right;
}
is(scalar @strange, 0, 'nothing but cancels, and the session goes on') or diag join "\n", @strange[ 0 .. ($#strange > 9 ? 9 : $#strange) ];
is($canceled, $CANCELS, "$CANCELS queries were canceled");
@ms = sort { $a <=> $b } @ms;
@own_ms = sort { $a <=> $b } @own_ms;
diag sprintf '%d cancels (seed %d): median %.1f ms, maximum %.1f ms; without waits for a processor %.1f ms, %.1f ms',
  $canceled, $SEED, $ms[ @ms / 2 ], $ms[-1], $own_ms[ @own_ms / 2 ], $own_ms[-1];
# That of a virtual machine may be taken away without its kernel knowing.
my $outliers = $ENV{USAGE_CANCELS} ? 0 : 1;
cmp_ok($own_ms[ -1 - $outliers ], '<', $LIMIT_MS, "each within $LIMIT_MS ms" . ($outliers ? ', but for one' : ''));
cmp_ok($own_ms[-1], '<', 10 * $LIMIT_MS, 'and that one soon after');

# Nothing is left behind.
control($proxy, 'clear');
cmp_ok($session->descriptors(qr/^socket:/), '<=', $MOST_SOCKETS, 'no sockets but those that are kept for later');
is($session->value("SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'usage_fdw%' AND name <> 'usage_fdw requests'"),
	0, 'memory is given back');
is($session->value('SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day < current_date'), $right, 'and it reads');
ok(poll_until(sub { stat_of($simulator, 'in_flight') == 0 }, 20), 'no request is on its way');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|leak/, 'the log says nothing worse');

done_testing();
