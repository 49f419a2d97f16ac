#
# Twenty sessions of a server that has few descriptors: cursors, savepoints,
# errors, cancels and time-outs over tables that answer, do not, or break off.
# Nothing fails but what was made to, and nothing is left behind.
#
# USAGE_SOAK_SECONDS says how long (default: 10), USAGE_SOAK_SEED in which order.
#
use strict;
use warnings;

use IO::Socket::INET;
use List::Util qw(max);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'needs /proc/PID/fd' if !-d "/proc/$$/fd";

my $SECONDS = $ENV{USAGE_SOAK_SECONDS} // 10;
my $SEED = $ENV{USAGE_SOAK_SEED} // 1;
my $SESSIONS = 20;
my $DESCRIPTORS = 256;

# Connections that a session keeps for later, and what it has open besides.
my $MOST_LEFT = 16 + 8;

my $simulator = simulator('--events-per-day', 100);
my $proxy = fault_proxy($simulator);
control($simulator, 'set', 'now=' . int time);
my ($bench) = split /\n/, control($simulator, 'bench', 'buckets=31', 'results=50');
$bench =~ s{/v1$}{};
my $silent = IO::Socket::INET->new(Listen => 4096, LocalAddr => '127.0.0.1');

my $node = cluster('main', descriptors => $DESCRIPTORS);
my %apis = (
	fine => $simulator->{url},
	large => "$simulator->{url}$bench",
	broken => $proxy->{url},
	silent => 'http://127.0.0.1:' . $silent->sockport);
connect_server($node, { url => $apis{$_} }, server => $_, schema => $_,
	options => { fetch_ahead_bytes => '64kB', max_retries => 1, retry_delay => '1ms' })
  for sort keys %apis;
control($proxy, 'truncate 3000 count=-1');

my $first = UsageFdw::Session->new($node);
$first->rows("CREATE TABLE local_$_ AS SELECT $_ AS n") for 1 .. 100;

my $DAYS = 'day BETWEEN current_date - 100 AND current_date - 1';
my @endpoints = qw(completions embeddings images moderations);
my %rows = map { $_ => $first->value("SELECT count(*) FROM $_.completions WHERE $DAYS") } qw(fine large);

# What a session does, by name: SQL, and what it may answer: an SQLSTATE, a
# value, or nothing (anything but an error).
my $local = join ' + ', map { "(SELECT n FROM local_$_)" } 1 .. 100;

sub any { return $_[ rand @_ ] }

sub action
{
	my $cursor = 'c' . int rand 100;
	my $schema = any(qw(fine large large broken silent silent silent));
	my $table = any(@endpoints);
	my $declare = [ "DECLARE $cursor CURSOR FOR SELECT * FROM $schema.$table WHERE $DAYS", qr/42P03/ ];
	my $fetch = [ 'FETCH ' . int(1 + rand 100) . " FROM $cursor", qr/34000|HV00N|55000/ ];
	my @actions = (
		($declare) x 10, ($fetch) x 10,
		[ "CLOSE $cursor", qr/34000|55000/ ],
		[ "SELECT 1 / (day - day) FROM $schema.$table WHERE $DAYS", qr/22012|HV00N/ ],
		[ "SELECT count(*) FROM fine.completions WHERE $DAYS", undef, $rows{fine} ],
		[ "SELECT count(*) FROM large.completions WHERE $DAYS", undef, $rows{large} ],
		[ "SELECT $local", undef, 5050 ],
		[ "SELECT pg_logical_emit_message(false, 'x', repeat('y', 100000)) IS NOT NULL", undef, 't' ],
		[ 'SELECT count(*) FROM (' . join(' UNION ALL ', map { "SELECT day, model FROM $schema.$_" } @endpoints)
			  . ") AS u WHERE $DAYS", qr/57014|HV00N/ ],
		[ "DO \$\$ BEGIN FOR i IN 1 .. 3 LOOP BEGIN PERFORM count(*) FROM $schema.$table;
			EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END \$\$", qr// ],
		[ "SELECT count(*) FROM fine.$table AS a, LATERAL (SELECT * FROM $schema.completions AS b
			WHERE b.project_id = a.project_id AND b.day >= current_date - 3 LIMIT 1) AS l
			WHERE a.day >= current_date - 3", qr/57014|HV00N/ ]);
	return @{ any(@actions) };
}

# A statement between those, which a cancel that came late may meet.
sub set_up
{
	my ($session, $sql) = @_;
	my $error = $session->query($sql)->{error} or return;
	die "$error->{C} $error->{M}: $sql" if $error->{C} ne '57014';
	$session->query('ROLLBACK');
	$session->rows('BEGIN; SAVEPOINT a');
	return;
}

# One session's life: what went wrong, one sentence each.
sub live
{
	my ($seed, $end) = @_;
	my @complaints;
	srand $seed;
	my $session = UsageFdw::Session->new($node);
	my $count = 0;
	$session->rows('SET jit = off; BEGIN');
	while (time() < $end)
	{
		my ($sql, $errors, $value) = action();
		# what must answer gets the time for it
		my $timeout = $errors ? int 1 + rand 20 : 0;
		set_up($session, "SAVEPOINT a; SET LOCAL statement_timeout = $timeout");
		my $answer = $session->query($sql, 120);
		if ($answer->{closed}) { push @complaints, "closed: $sql"; last }
		my $error = $answer->{error};
		push @complaints, "$error->{C} $error->{M}: $sql"
		  if $error && $error->{C} ne '57014' && (!$errors || $error->{C} !~ /^(?:$errors)$/);
		push @complaints, "$answer->{rows}[0][0]: $sql" if !$error && defined $value && $answer->{rows}[0][0] ne $value;
		set_up($session, $error || rand() < 0.05 ? 'ROLLBACK TO a; RELEASE a' : 'RELEASE a');
		set_up($session, any('COMMIT', 'ROLLBACK') . '; BEGIN') if rand() < 0.003;
		$count++;
	}
	return @complaints if @complaints && $complaints[-1] =~ /^closed/;
	$session->query('ROLLBACK') for 1 .. 2;
	my $left = grep { (readlink($_) // '') =~ /^socket:/ } glob '/proc/' . $session->pid . '/fd/*';
	push @complaints, "$left sockets are left" if $left > $MOST_LEFT;
	push @complaints, "only $count statements" if $count < 10;
	return @complaints;
}

my $end = time() + $SECONDS;
my $dir = PostgreSQL::Test::Utils::tempdir();
my %children;
for my $i (1 .. $SESSIONS)
{
	my $pid = fork // die "could not fork: $!";
	if ($pid == 0)
	{
		my @complaints = eval { live(1000 * $SEED + $i, $end) };
		push @complaints, "died: $@" if $@;
		append_to_file("$dir/$i", join("\n", @complaints, ''));
		# without END blocks, which would stop the server
		require POSIX;
		POSIX::_exit(0);
	}
	$children{$pid} = $i;
}

# Somebody cancels, and looks.
my $most = 0;
while (time() < $end)
{
	my @pids = $first->rows(q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()});
	$first->rows("SELECT pg_cancel_backend($_)") for grep { rand() < 0.1 } @pids;
	for my $pid (@pids)
	{
		my @sockets = grep { (readlink($_) // '') =~ /^socket:/ } glob "/proc/$pid/fd/*";
		$most = max($most, scalar @sockets);
	}
	sleep 0.2;
}
waitpid $_, 0 for keys %children;

my @complaints = map { my $said = slurp_file("$dir/$_"); $said =~ s/^\n$//; length $said ? "session $_: $said" : () } 1 .. $SESSIONS;
is(scalar @complaints, 0, "$SESSIONS sessions in $SECONDS s met nothing that was not to be expected")
  or diag join "\n", map { substr $_, 0, 2000 } @complaints;
cmp_ok($most, '<=', $DESCRIPTORS / 3 + 8, 'and had sockets within bounds');
note "$most sockets at most";
is($first->value("SELECT $local"), 5050, 'the server goes on');
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|Too many open files|leak/,
	'and its log says nothing worse');

done_testing();
