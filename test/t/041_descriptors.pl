#
# Descriptors: whatever cursors, errors and look-ups a session piles up, it has
# sockets within bounds, the server knows of them, and goes on.
#
use strict;
use warnings;

use IO::Socket::INET;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'needs /proc/PID/fd' if !-d "/proc/$$/fd";

my $CURSORS = 1000;
my $DESCRIPTORS = 256;

# The server gives a third to all that are not its own.
my $MOST_SOCKETS = $DESCRIPTORS / 3;

my $simulator = simulator('--events-per-day', 100);
control($simulator, 'set', 'now=' . int time);
# It takes connections and never answers.
my $silent = IO::Socket::INET->new(Listen => 4096, LocalAddr => '127.0.0.1');
my $silent_url = 'http://127.0.0.1:' . $silent->sockport;

# Answers that are longer than what is buffered: the transfers of an idle cursor
# are paused, with bytes still to come.
my ($bench) = split /\n/, control($simulator, 'bench', 'buckets=31', 'results=100');
$bench =~ s{/v1$}{};

my $node = start_node();
my $session = UsageFdw::Session->new($node);
connect_server($node, $simulator);
connect_server($node, { url => "$simulator->{url}$bench" }, server => 'large', schema => 'large',
	options => { fetch_ahead_bytes => '64kB' });
connect_server($node, { url => $silent_url }, server => 'silent', schema => 'silent',
	options => { max_retries => 0 });
connect_server($node, { url => 'http://dead.test:1' }, server => 'dead', schema => 'dead',
	options => { max_retries => 0, allow_http => 'true' });

sub start_node
{
	my $library = slow_resolver();
	local $ENV{LD_PRELOAD} = $library if $library;
	return cluster('main', descriptors => $DESCRIPTORS);
}

sub sockets { return $_[0]->descriptors(qr/^socket:/) }

# What has nothing to do with the API needs descriptors as well: files of many
# tables, and a new segment of WAL.
$session->rows("CREATE TABLE local_$_ AS SELECT $_ AS n") for 1 .. 300;

sub unrelated_works
{
	my ($asked, $name) = @_;
	my $sum = join ' + ', map { "(SELECT n FROM local_$_)" } 1 .. 300;
	my $answer = $asked->query("SELECT $sum, pg_logical_emit_message(false, 'x', repeat('y', 20000000)) IS NOT NULL");
	is_deeply($answer->{rows}, [ [ 300 * 301 / 2, 't' ] ], "$name: unrelated statements work")
	  or diag explain $answer;
	return;
}

is($session->value('SELECT count(*) > 100 FROM usage.completions'), 't', 'the limited server reads');
my $idle = sockets($session);

#
# Portals that fail in a subtransaction give back what they have at once
#
$session->rows('BEGIN; SET LOCAL jit = off');
my ($timeouts, $most) = (0, 0);
for my $i (1 .. $CURSORS)
{
	$session->rows("DECLARE c$i CURSOR FOR SELECT * FROM silent.completions; SAVEPOINT a; SET LOCAL statement_timeout = 5");
	my $answer = $session->query("FETCH 1 FROM c$i");
	$timeouts++ if ($answer->{error}{C} // '') eq '57014';
	$most = max($most, sockets($session)) if $i % 50 == 0;
	$session->rows('ROLLBACK TO a');
}
is($timeouts, $CURSORS, "$CURSORS cursors time out in savepoints");
cmp_ok($most, '<=', $idle + 8, 'and keep no sockets') or diag "$most sockets, $idle when idle";
unrelated_works($session, 'failed cursors');
$session->rows('ROLLBACK');

# The same where the portal itself is of the subtransaction.
$session->rows('BEGIN');
for my $i (1 .. 50)
{
	$session->rows("SAVEPOINT a; DECLARE c CURSOR FOR SELECT * FROM silent.completions; SET LOCAL statement_timeout = 5");
	$session->query('FETCH 1 FROM c');
	$session->rows('ROLLBACK TO a');
}
cmp_ok(sockets($session), '<=', $idle + 8, 'portals of subtransactions keep none, either');
$session->rows('ROLLBACK');

#
# Cursors that are read now and then
#
my $days = 'WHERE day BETWEEN current_date - 100 AND current_date - 1';

sub rows_of
{
	my ($table, $schema) = @_;
	return "SELECT day, start_time FROM $schema.$table $days";
}

sub table_of { return qw(completions embeddings images moderations) [ $_[0] % 4 ] }

sub count_of { return $session->value('SELECT count(*) FROM (' . rows_of(@_) . ') AS q') }

my $expected = count_of('completions', 'large');
$session->rows(<<'END');
CREATE FUNCTION count_rest(c refcursor) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	MOVE FORWARD ALL FROM c;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$
END

$session->rows('BEGIN; SET LOCAL jit = off');
$most = 0;
for my $i (1 .. $CURSORS)
{
	$session->rows("DECLARE c$i NO SCROLL CURSOR FOR " . rows_of(table_of($i), 'large') . "; FETCH 3 FROM c$i");
	$most = max($most, sockets($session)) if $i % 10 == 0;
}
cmp_ok($most, '<=', $MOST_SOCKETS, "$CURSORS open cursors have sockets within bounds");
note "$CURSORS open cursors: $most sockets at most";
unrelated_works($session, 'open cursors');

my @counts = map { $session->value("SELECT count_rest('c$_')") + 3 } grep { $_ % 50 == 1 } 1 .. $CURSORS;
is(join(' ', @counts), join(' ', ($expected) x @counts),
	'those that are read to their end give all rows, though others took their connections');
unrelated_works($session, 'cursors that were read');
$session->rows('COMMIT');
cmp_ok(sockets($session), '<=', $idle + 16, 'at the end but those that are kept for later are open');

#
# More scans at once than there is room for
#
my $members = join ' UNION ALL ', map { 'SELECT day, start_time FROM usage.' . table_of($_) } 1 .. 200;
my $week = 'WHERE day BETWEEN current_date - 7 AND current_date - 1';
my $append = "SELECT count(*) FROM ($members) AS u $week";
like($session->value("EXPLAIN $append"), qr/Async Foreign Scan/, 'an append of 200 scans is asynchronous');
my $sum = 0;
$sum += 50 * $session->value('SELECT count(*) FROM usage.' . table_of($_) . " $week") for 0 .. 3;
is($session->value($append), $sum, 'and answers');
unrelated_works($session, 'a wide append');

# The connections are in use by cursors whose readers may come back.
$session->rows('BEGIN');
$session->rows("DECLARE c$_ NO SCROLL CURSOR FOR " . rows_of(table_of($_), 'large') . "; FETCH 3 FROM c$_") for 1 .. 50;
cmp_ok(sockets($session), '>', $MOST_SOCKETS / 2, 'open cursors have the connections');
is($session->value($append), $sum, 'and give them to an append');
is($session->value("SELECT count_rest('c50')") + 3, $expected, 'and go on afterwards');
$session->rows('COMMIT');

#
# Name look-ups that nobody waits for any more
#
SKIP:
{
	skip 'no compiler for a name server that is dead', 3 if !slow_resolver();
	skip 'before 7.87 libcurl waits for each look-up', 3 if !libcurl_is_from('7.87');
	my (%states, $message);
	$session->rows('SET statement_timeout = 5');
	for my $i (1 .. 300)
	{
		my $error = $session->query('SELECT * FROM dead.completions')->{error};
		$states{ $error->{C} }++;
		$message = $error if $error->{C} ne '57014';
	}
	$session->rows('RESET statement_timeout');
	is(join(' ', sort keys %states), '53000 57014', 'look-ups that were given up are bounded')
	  or diag explain \%states;
	like($message->{M} . $message->{H}, qr/too many file descriptors.*name look-ups/s, 'an error says so');
	unrelated_works($session, 'look-ups under way');
}

done_testing();
