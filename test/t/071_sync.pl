#
# usage_fdw_sync() beside others: two runs on one table, readers, isolation levels, a
# cancel; a table that is renamed, a dump, and an extension in a schema of its own.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

keep_day(120);
my $simulator = simulator('--events-per-day', 20);
my $node = cluster('main');
my ($one, $two) = map { UsageFdw::Session->new($node) } 1, 2;
control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator, options => { max_retries => 0 });
$one->rows(<<'SQL');
CREATE SCHEMA kept;
CREATE TABLE kept.costs (LIKE usage.costs);
CREATE TABLE kept.gone (LIKE usage.costs);
SELECT usage_fdw_sync('usage.costs', 'kept.gone', before => current_date - 300);
DROP TABLE kept.gone;
SQL

my $SYNC = "SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')";
my $SAME = q{SELECT (SELECT count(*) FROM (TABLE kept.costs EXCEPT ALL SELECT * FROM usage.costs) AS e),
	(SELECT count(*) FROM (SELECT * FROM usage.costs WHERE end_time <= now() EXCEPT ALL TABLE kept.costs) AS m)};
my $STATE = "SELECT count(*), sum(amount), usage_fdw_next_day('kept.costs') FROM kept.costs";

# Begin a run in that session, and wait until it reads; it goes on after a while.
sub begin_run
{
	my ($session, $delay_ms) = @_;
	my $requests = stat_of($simulator, 'requests');
	control($simulator, 'fault', 'delay', "delay_ms=$delay_ms", 'after=1');
	$session->send($SYNC);
	ok(poll_until(sub { stat_of($simulator, 'requests') >= $requests + 2 }), 'a run reads');
	return;
}

sub is_waiting
{
	my $session = shift;
	my $pid = $session->pid;
	return poll_until(sub {
		$node->safe_psql('postgres', "SELECT wait_event_type FROM pg_stat_activity WHERE pid = $pid") eq 'Lock';
	});
}

# Two first runs: the second waits, and has its last days to read.
begin_run($one, 3000);
is($node->safe_psql('postgres', $STATE), '0||-infinity', 'others see nothing yet');
$two->send($SYNC);
ok(is_waiting($two), 'the second run waits');
my @answers = map { $_->finish } $one, $two;
is_deeply([ map { $_->{error} } @answers ], [ undef, undef ], 'both succeed');
is($two->value('SELECT ' . join ', ', map { "date '$_->{rows}[0][1]' - '$_->{rows}[0][0]' + 1" } @answers), '365|3',
	'days that each has read');
is($one->value($SAME), '0|0', 'each row is there once');

# A snapshot from before the other run would miss its rows: that must fail.
for my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	$two->rows("BEGIN ISOLATION LEVEL $level; SELECT count(*) FROM kept.costs");
	$one->rows($SYNC);
	my $before = $one->value($STATE);
	my $error = $two->query($SYNC)->{error};
	is(join(' | ', @$error{qw(C M H)}),
		'40001 | table kept.costs was synchronized since this transaction began'
		  . ' | Repeat the transaction, or use the isolation level READ COMMITTED.', "$level: it fails");
	$two->rows('ROLLBACK');
	is($one->value($STATE), $before, "$level: and changes nothing");
	is($two->query("BEGIN ISOLATION LEVEL $level; $SYNC; COMMIT")->{error}, undef, "$level: again");
	is($one->value($SAME), '0|0', "$level: each row is there once");
}

# One that began first, but waited
$two->rows('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM kept.costs LIMIT 1');
begin_run($one, 500);
$two->send($SYNC);
ok(is_waiting($two), 'REPEATABLE READ: it waits');
$one->finish;
is($two->finish->{error}{C}, '40001', 'REPEATABLE READ: it fails when the other has committed');
$two->rows('ROLLBACK');

# A cancel, and one that does not want to wait
my $before = $two->value($STATE);
$one->rows("DELETE FROM kept.costs WHERE day >= current_date - 2; UPDATE usage_fdw_sync_state SET next_day = current_date - 2 WHERE target = 'kept.costs'::regclass");
my $behind = $two->value($STATE);
isnt($behind, $before, 'there is something to do');
begin_run($one, 20000);
my $error = $two->query("SET lock_timeout = '100ms'; $SYNC")->{error};
is($error->{C}, '55P03', 'lock_timeout counts');
$two->rows('RESET lock_timeout');
is($two->value($STATE), $behind, 'a reader sees the old state');
$two->send($SYNC);
ok(is_waiting($two), 'another one waits');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $one->pid . ')');
is($one->finish->{error}{C}, '57014', 'a run is cancelled');
is($two->finish->{error}, undef, 'the other one goes on');
control($simulator, 'reset-faults');
is($two->value($STATE), $before, 'and has done it all');

# By month it needs transactions of its own.
is($one->query("BEGIN; CALL usage_fdw_sync_by_month('usage.costs', 'kept.costs'); COMMIT")->{error}{C}, '2D000',
	'by month: not in a transaction block');
$one->rows('ROLLBACK');
is($one->value($STATE), $before, 'by month: nothing has happened');
my @notices = $one->notices("CALL usage_fdw_sync_by_month('usage.costs', 'kept.costs')");
is(scalar @notices, 1, 'by month: one notice where a month is enough');
like($notices[0], qr/^kept\.costs: kept \S+ to \S+, \d+ rows$/, 'by month: the notice');

# A name is not what counts.
$one->rows('ALTER TABLE kept.costs RENAME TO "Costs"; ALTER SCHEMA kept RENAME TO "Kept"');
is($one->value(q{SELECT target, next_day = current_date FROM usage_fdw_sync_state WHERE target::text ~ 'Costs'}),
	'"Kept"."Costs"|t', 'renamed');
$one->rows('ALTER SCHEMA "Kept" RENAME TO kept; ALTER TABLE kept."Costs" RENAME TO costs');

# A dump has the copies and how far they go.  A materialized view is read anew.
$one->rows(<<'SQL');
SELECT usage_fdw_create_live_view('kept.costs');
CREATE MATERIALIZED VIEW kept.total AS SELECT sum(amount) FROM usage.costs WHERE day >= current_date - 20;
SQL
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-h', $node->host, '-p', $node->port, 'postgres' ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
control($simulator, 'reset-requests');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-h', $node->host, '-p', $node->port, 'restored' ],
	'it is restored');
my @requests = requests($simulator);
is(scalar @requests, 1, 'restoring asks for the materialized view only');
my $restored = UsageFdw::Session->new($node, database => 'restored');
is($restored->value($STATE), $before, 'the copy is there, and how far it goes');
is($restored->value('SELECT target, source FROM usage_fdw_sync_state'), 'kept.costs|usage.costs',
	'a table that was dropped is not in the dump');
is($restored->value("$SYNC") =~ s/\|.*//r, $one->value('SELECT current_date - 3'), 'it goes on there');
is($restored->value($SAME), '0|0', 'and is right');
is($restored->value('SELECT sum(amount) FROM kept.costs_live'), $one->value('SELECT sum(amount) FROM kept.costs_live'),
	'the live view as well');

# A schema of its own, which is in no search path
$node->safe_psql('postgres', 'CREATE DATABASE apart');
my $apart = UsageFdw::Session->new($node, database => 'apart');
$apart->rows('CREATE SCHEMA "Apart"; CREATE EXTENSION usage_fdw SCHEMA "Apart"');
connect_server($node, $simulator, database => 'apart');
$apart->rows($_)
  for 'CREATE SCHEMA kept', 'CREATE TABLE kept.costs (LIKE usage.costs)',
  q{SELECT "Apart".usage_fdw_sync('usage.costs', 'kept.costs', before => current_date - 100)},
  q{CALL "Apart".usage_fdw_sync_by_month('usage.costs', 'kept.costs')},
  q{SELECT "Apart".usage_fdw_create_live_view('kept.costs')};
is($apart->value($SAME), '0|0', 'another schema: each row is there once');
is($apart->value('SELECT (SELECT sum(amount) FROM kept.costs_live) = (SELECT sum(amount) FROM usage.costs)'), 't',
	'another schema: the live view');

done_testing();
