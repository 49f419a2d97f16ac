#
# Scans that nobody reads for a while: idle cursors, outer loops, subtransactions
# that come and go.  Rows come out right, nothing waits for what is paused, and
# nothing is left behind.
#
use strict;
use warnings;

use List::Util qw(max);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Session;
use UsageFdw::Test;

my $RESULTS = 300;

# Answers that are longer than what is buffered: the transfers of an idle cursor
# are paused, with bytes still to come.
my $simulator = simulator();
my $proxy = fault_proxy($simulator);
control($simulator, 'set', 'now=' . int time);
my ($bench) = split /\n/, control($simulator, 'bench', 'buckets=31', "results=$RESULTS");
$bench =~ s{/v1$}{};

my $node = cluster('main');
my $session = UsageFdw::Session->new($node);

sub half_year
{
	my ($schema, $table) = @_;
	return "$schema.$table WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date - 180
		AND (now() AT TIME ZONE 'UTC')::date - 1";
}

# A server may be silent for as long as half a year takes here, twice: then it is no failure
# of ours that it has no processor.  Idle is longer than that.
connect_server($node, { url => "$simulator->{url}$bench" }, server => 'patient', schema => 'patient');
my $begun = time;
$session->value('SELECT count(*) FROM ' . half_year('patient', 'completions'));
my $TIMEOUT_MS = max(500, int(2000 * (time - $begun)));
my $IDLE_S = 3 * $TIMEOUT_MS / 1000;

my %hurried = (max_retries => 0, request_timeout => "${TIMEOUT_MS}ms", fetch_ahead_bytes => '64kB');
connect_server($node, { url => "$simulator->{url}$bench" }, options => {%hurried});
connect_server($node, { url => "$simulator->{url}$bench" }, server => 'single', schema => 'single',
	options => { %hurried, max_concurrent_requests => 1 });
connect_server($node, { url => "$proxy->{url}$bench" }, server => 'proxied', schema => 'proxied',
	options => {%hurried});

# What to read, without an order and in both, from one table and from several.
sub reads
{
	my $schema = shift;
	my $rows = half_year($schema, 'completions');
	return (
		'a table' => "SELECT start_time, input_tokens FROM $rows",
		'oldest first' => "SELECT start_time, input_tokens FROM $rows ORDER BY start_time",
		'newest first' => "SELECT start_time, input_tokens FROM $rows ORDER BY start_time DESC",
		'an asynchronous append' => 'SELECT * FROM (' .
		  join(' UNION ALL ', map { "SELECT day, start_time, num_model_requests FROM $schema.$_" }
			  qw(completions embeddings images)) .
		  ") AS u WHERE day BETWEEN (now() AT TIME ZONE 'UTC')::date - 180
			AND (now() AT TIME ZONE 'UTC')::date - 1");
}

my %reads = reads('usage');
my %rows = map { $_ => $session->value("SELECT count(*) FROM ($reads{$_}) AS r") } keys %reads;
like($session->value("EXPLAIN $reads{'an asynchronous append'}"), qr/Async Foreign Scan/,
	'an append is asynchronous');

sub no_error
{
	my ($answer, $name) = @_;
	is($answer->{error}, undef, $name) or diag explain $answer;
	return;
}

# Rows of a FETCH.
sub fetched
{
	my ($asked, $sql) = @_;
	my $answer = $asked->query($sql);
	diag "$sql: $answer->{error}{M}" if $answer->{error};
	return scalar @{ $answer->{rows} };
}

#
# Idle cursors
#
for my $name (sort keys %reads)
{
	$session->rows("BEGIN; DECLARE c NO SCROLL CURSOR FOR $reads{$name}");
	my $count = fetched($session, 'FETCH 10 FROM c');
	sleep $IDLE_S;
	$count += fetched($session, 'FETCH 20000 FROM c');
	sleep $IDLE_S;
	$count += fetched($session, 'FETCH ALL FROM c');
	is($count, $rows{$name}, "idle cursor over $name");
	$session->rows('COMMIT');
}

# Connections that the other side gave up meanwhile are no failure of it.
my %proxied = reads('proxied');
for my $name (sort keys %proxied)
{
	$session->rows("BEGIN; DECLARE c NO SCROLL CURSOR FOR $proxied{$name}");
	my $count = fetched($session, 'FETCH 10 FROM c');
	sleep $IDLE_S;
	control($proxy, 'drop');
	$count += fetched($session, 'FETCH ALL FROM c');
	is($count, $rows{$name}, "idle cursor over $name, cut off");
	$session->rows('COMMIT');
}

#
# Nested scans
#
my $outer = half_year('single', 'completions');
my $inner = half_year('single', 'embeddings');
my $expected = $session->value("SELECT count(*) FROM $inner");
for my $inside ('completions', 'embeddings')
{
	my $scan = half_year('single', $inside);
	my $answer = $session->query(<<"END", 60);
DO \$\$
DECLARE
	r record;
	n int := 0;
	wrong int := 0;
BEGIN
	FOR r IN SELECT * FROM $outer LOOP
		n := n + 1;
		IF n % 9000 = 1 THEN
			PERFORM pg_sleep($IDLE_S);
			wrong := wrong + (SELECT (count(*) <> $expected)::int FROM $scan);
		END IF;
	END LOOP;
	IF n <> $rows{'a table'} OR wrong > 0 THEN
		RAISE '% rows, % wrong', n, wrong;
	END IF;
END \$\$
END
	no_error($answer, "a scan of $inside inside of a paused one, one request at a time");
}
$session->rows('SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off');
is( $session->value("SELECT count(*) FROM (SELECT DISTINCT day FROM $outer) AS o
		CROSS JOIN LATERAL (SELECT 1 FROM $inner AND day = o.day LIMIT 1) AS i"),
	180, 'nested loop, one request at a time');
$session->rows('RESET ALL');

#
# Subtransactions
#
$session->create_attempt;

# Blocks that fail in mid-scan, inside of a loop over another scan; rows of it
# are right, and so is what is read in the block's stead.
my $failing = half_year('usage', 'embeddings');
for my $name (sort keys %reads)
{
	my $answer = $session->query(<<"END");
DO \$\$
DECLARE
	r record;
	n int := 0;
	caught int := 0;
BEGIN
	FOR r IN $reads{$name} LOOP
		n := n + 1;
		CONTINUE WHEN n % 5000 <> 1;
		BEGIN
			PERFORM 1 / (num_model_requests - num_model_requests) FROM $failing;
		EXCEPTION WHEN division_by_zero THEN
			caught := caught + (SELECT count(*) FROM usage.images WHERE day = r.start_time::date) * 0 + 1;
		END;
	END LOOP;
	IF n <> $rows{$name} OR caught <> (n + 4998) / 5000 THEN
		RAISE '% rows, % caught', n, caught;
	END IF;
END \$\$
END
	no_error($answer, "EXCEPTION blocks inside of a loop over $name");
}

for my $name (sort keys %reads)
{
	$session->rows("BEGIN; DECLARE outside NO SCROLL CURSOR FOR $reads{$name}");
	my $count = fetched($session, 'FETCH 10 FROM outside');
	for my $state ('fresh', 'begun', 'idle', 'failed')
	{
		$session->rows("SAVEPOINT s; DECLARE inside NO SCROLL CURSOR FOR $reads{$name}");
		$count += fetched($session, 'FETCH 4000 FROM outside');
		is(fetched($session, 'FETCH 10 FROM inside'), 10, "a cursor in a savepoint ($state)") if $state ne 'fresh';
		sleep $TIMEOUT_MS / 1000 if $state eq 'idle';
		is($session->query('SELECT 1 / (num_model_requests - num_model_requests) FROM usage.images')->{error}{C},
			'22012', "an error in a savepoint ($state)")
		  if $state eq 'failed';
		$session->rows('ROLLBACK TO s');
		is($session->query('FETCH 1 FROM inside')->{error}{C}, '34000', "its cursor is gone ($state)");
		$session->rows('ROLLBACK TO s');
	}
	$count += fetched($session, 'FETCH ALL FROM outside');
	is($count, $rows{$name}, "ROLLBACK TO around a cursor over $name");
	$session->rows('COMMIT');

	# a transaction that ends materializes what is left
	$session->rows("BEGIN; DECLARE held CURSOR WITH HOLD FOR $reads{$name}");
	$count = fetched($session, 'FETCH 10 FROM held');
	sleep $TIMEOUT_MS / 1000;
	$session->rows('COMMIT');
	$count += fetched($session, 'FETCH ALL FROM held');
	is($count, $rows{$name}, "WITH HOLD over $name");
	$session->rows('CLOSE held');

	# and one that fails takes everything along
	$session->rows("BEGIN; DECLARE lost CURSOR WITH HOLD FOR $reads{$name}; FETCH 10 FROM lost");
	is($session->query('SELECT 1/0')->{error}{C}, '22012', 'an error in the transaction');
	$session->rows('ROLLBACK');
	is($session->value("SELECT count(*) FROM ($reads{$name}) AS r"), $rows{$name}, "all rows of $name after that");
}

# A scan that is canceled in a block, while another is on its way.
control($proxy, 'stall 2000 count=-1');
$session->rows("BEGIN; DECLARE c NO SCROLL CURSOR FOR $reads{'an asynchronous append'}");
my $count = fetched($session, 'FETCH 10 FROM c');
$session->rows("SAVEPOINT s; SET LOCAL statement_timeout = 100");
is($session->query("SELECT count(*) FROM ($proxied{'an asynchronous append'}) AS r")->{error}{C},
	'57014', 'canceled while another scan is on its way');
$session->rows('ROLLBACK TO s');
control($proxy, 'clear');
$count += fetched($session, 'FETCH ALL FROM c');
is($count, $rows{'an asynchronous append'}, 'the other one goes on');
$session->rows('COMMIT');

#
# Nothing is left behind
#
my $fresh = UsageFdw::Session->new($node);
$fresh->rows($reads{'an asynchronous append'});
is($session->descriptors(qr/^anon_inode/), $fresh->descriptors(qr/^anon_inode/), 'descriptors are given back');
is($session->value("SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'usage_fdw%' AND name <> 'usage_fdw requests'"),
	0, 'memory is given back');
ok(poll_until(sub { control($simulator, 'stat') =~ /\bin_flight=0/ }, 10), 'no request is on its way');
$node->stop;
unlike(slurp_file($node->logfile), qr/WARNING|PANIC|TRAP|leak/, 'no warnings in the log');

done_testing();
