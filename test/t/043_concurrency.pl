#
# Fifty sessions that read, while somebody changes servers, user mappings, keys and
# tables under them, terminates them, and shuts the server down in mid-scan.  The
# library is preloaded in the postmaster here, and parallel plans are around scans.
#
# USAGE_QUERIES says how many queries of each phase.
#
use strict;
use warnings;

use IO::Select;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Rate;
use UsageFdw::Session;
use UsageFdw::Test;

my $SESSIONS = 50;
my $QUERIES = $ENV{USAGE_QUERIES} // 150;

my $simulator = simulator('--events-per-day', 30);
control($simulator, 'set', 'now=' . int time);
my $node = cluster('main', conf => loaded_at_start() . "max_connections = 80\n");
my $admin = UsageFdw::Session->new($node);
is($admin->value('SHOW usage_fdw.enable_pushdown'), 'on', 'the postmaster has the library');

# "fine" is changed under those who read it, "victim" comes and goes.
my @schemas = qw(fine victim);
my %make = map { $_ => connect_sql($simulator, server => $_, schema => $_) } @schemas;
$admin->rows($make{$_}) for @schemas;
my $DAYS = 'day BETWEEN current_date - 20 AND current_date - 1';
my @reads = (
	"SELECT count(*), sum(input_tokens) FROM %s.completions WHERE $DAYS",
	"SELECT count(*), max(model) FROM (SELECT * FROM %s.completions WHERE $DAYS ORDER BY start_time DESC) AS s",
	"SELECT count(*) FROM (SELECT day FROM %1\$s.embeddings UNION ALL SELECT day FROM %1\$s.images) AS u WHERE $DAYS",
	"SELECT count(*) FROM generate_series(1, 4) AS n, LATERAL (SELECT FROM %s.completions WHERE day = current_date - n OFFSET 0) AS l",
	'SELECT count(*) FROM %1$s.projects AS p JOIN %1$s.project_users AS u ON u.project_id = p.id');
my %right = map { my $read = $_; ($read => $admin->value(sprintf $read, 'fine')) } @reads;

# --- the load ---

# A session of those that read, with what it was asked last.
sub start_reader
{
	my $session = UsageFdw::Session->new($node);
	$session->rows('SET plan_cache_mode = force_generic_plan');
	for my $schema (@schemas)
	{
		$session->query(sprintf "PREPARE ${schema}_$_ AS $reads[$_]", $schema) for 0 .. $#reads;
	}
	return { session => $session };
}

sub ask
{
	my $reader = shift;
	my $i = int rand @reads;
	$reader->{schema} = rand() < 0.7 ? 'fine' : 'victim';
	$reader->{read} = $reads[$i];
	my $sql = rand() < 0.5 ? sprintf($reads[$i], $reader->{schema}) : "EXECUTE $reader->{schema}_$i";
	# it may have been terminated since it answered
	return if eval { $reader->{session}->send($sql); 1 };
	$reader->{session} = start_reader()->{session};
	$reader->{session}->send($sql);
	return;
}

# What an answer may be while such things happen: the right one, or one of these.
# A statement that could not be prepared is not there (26000).
my %may_fail = (
	fine => qr/^$/,
	victim => qr/^(?:42P01|3F000|42704|28000|HV00[A-Z0-9]|26000)$/);

sub complaint
{
	my ($reader, $answer, $may_close) = @_;
	my $error = $answer->{error};
	return if $answer->{closed} && $may_close;
	return 'closed' if $answer->{closed};
	if ($error)
	{
		return if $error->{C} =~ $may_fail{ $reader->{schema} };
		return "$error->{C} $error->{M}: $reader->{schema} $reader->{read}";
	}
	my $value = join '|', map { $_ // '' } @{ $answer->{rows}[0] };
	return if $value eq $right{ $reader->{read} };
	return "$value, not $right{ $reader->{read} }: $reader->{schema} $reader->{read}";
}

# Let all read until so many answers have come, and do something every so often.
sub load
{
	my ($name, $queries, $every, $disturb, $may_close) = @_;
	my @readers = map { start_reader() } 1 .. $SESSIONS;
	my %reader = map { fileno($_->{session}{socket}) => $_ } @readers;
	my (@complaints, %failed);
	my ($answers, $good, $closed) = (0, 0, 0);
	ask($_) for @readers;
	while ($answers < $queries)
	{
		my $select = IO::Select->new(map { $_->{session}{socket} } values %reader);
		my @ready = $select->can_read(60) or die 'nobody answers';
		for my $socket (@ready)
		{
			my $reader = delete $reader{ fileno $socket };
			my $answer = $reader->{session}->finish;
			push @complaints, complaint($reader, $answer, $may_close);
			$answer->{error} ? $failed{ $answer->{error}{C} }++ : $answer->{closed} || $good++;
			$closed++ if $answer->{closed};
			$reader = start_reader() if $answer->{closed};
			ask($reader);
			$reader{ fileno $reader->{session}{socket} } = $reader;
			$disturb->([ values %reader ]) if ++$answers % $every == 0;
		}
	}
	is(scalar @complaints, 0, "$name: $answers answers, none of them wrong") or diag join "\n", @complaints[ 0 .. ($#complaints > 9 ? 9 : $#complaints) ];
	cmp_ok($good, '>', 0.6 * $answers, "$name: most are right");
	diag "$name: $good right, $closed closed, " . join(', ', map { "$failed{$_} $_" } sort keys %failed);
	return values %reader;
}

sub finish
{
	for my $reader (@_)
	{
		my $answer = $reader->{session}->finish;
		# it may have been terminated since it answered
		eval { $reader->{session}->close } if !$answer->{closed};
	}
	return;
}

#
# Objects change under those who read
#
my @keys = (api_key, 'sk-admin-simulator-2');
my @changes = (
	sub { $admin->rows('ALTER SERVER fine OPTIONS (' . ($_[0]++ ? 'SET' : 'ADD') . " max_concurrent_requests '" . (1 + int rand 8) . "')") },
	sub { $admin->rows("ALTER USER MAPPING FOR CURRENT_USER SERVER fine OPTIONS (SET api_key '" . api_key . "')") },
	sub { $admin->rows('DROP USER MAPPING FOR CURRENT_USER SERVER victim') if $admin->value(q{SELECT count(*) FROM pg_user_mappings WHERE srvname = 'victim'}) },
	sub { $admin->rows('DROP SERVER IF EXISTS victim CASCADE; DROP SCHEMA IF EXISTS victim CASCADE'); $admin->rows($make{victim}) },
	sub { $admin->rows('ALTER FOREIGN TABLE fine.completions OPTIONS (' . ($_[0]++ ? 'SET' : 'ADD') . " request_timeout '" . (60 + int rand 60) . "s')") },
	sub { $admin->rows('ANALYZE fine.completions') },
	sub { $admin->rows('ALTER FOREIGN TABLE fine.images ADD COLUMN extra text; ALTER FOREIGN TABLE fine.images DROP COLUMN extra') });
my @done = (0) x @changes;
my $turn = 0;
finish(load('changes', $QUERIES, 10, sub { my $i = $turn++ % @changes; $changes[$i]->($done[$i]) }));
cmp_ok($turn, '>=', @changes, 'all of them happened');
$changes[3]->();

#
# A key is changed for another: what was begun before ends with the old one, and
# what begins after it has the new one, also in sessions with plans and connections
#
my $reader = start_reader();
control($simulator, 'set', 'delay_ms=300');
$reader->{session}->send("EXECUTE fine_0");
ok(poll_until(sub { stat_of($simulator, 'in_flight') > 0 }), 'a scan runs');
$admin->rows("ALTER USER MAPPING FOR CURRENT_USER SERVER fine OPTIONS (SET api_key '$keys[1]')");
my $answer = $reader->{session}->finish;
is(join('|', @{ $answer->{rows}[0] }), $right{ $reads[0] }, 'a scan goes on with the key that it had');
control($simulator, 'set', 'delay_ms=0');
is($reader->{session}->query('EXECUTE fine_0')->{error}{C}, '28000', 'the next one has the new key, which the API does not know yet');
control($simulator, 'set', "api_key=$keys[1]");
is(join('|', @{ $reader->{session}->query('EXECUTE fine_0')->{rows}[0] }), $right{ $reads[0] }, 'and then does');
control($simulator, 'set', "api_key=$keys[0]");
$admin->rows("ALTER USER MAPPING FOR CURRENT_USER SERVER fine OPTIONS (SET api_key '$keys[0]')");

# A server that goes elsewhere
$reader->{session}->rows('BEGIN; DECLARE c CURSOR FOR SELECT day FROM fine.completions WHERE ' . $DAYS . '; FETCH 1 FROM c');
$admin->rows(q{ALTER SERVER fine OPTIONS (SET base_url 'http://127.0.0.1:9/v1', ADD max_retries '0')});
my $rest = $reader->{session}->query('MOVE FORWARD ALL FROM c');
is($rest->{error}, undef, 'a cursor goes on where it began');
$reader->{session}->rows('COMMIT');
is($reader->{session}->query('EXECUTE fine_0')->{error}{C}, 'HV00N', 'what begins later goes where the server is now');
$admin->rows("ALTER SERVER fine OPTIONS (SET base_url '$simulator->{url}/v1', DROP max_retries)");
is(join('|', @{ $reader->{session}->query('EXECUTE fine_0')->{rows}[0] }), $right{ $reads[0] }, 'and back');

#
# Sessions are terminated, and others go on
#
finish(load('terminations', $QUERIES, 10, sub {
	my $readers = shift;
	$admin->rows('SELECT pg_terminate_backend(' . $readers->[ rand @$readers ]{session}->pid . ')');
}, 1));
ok(poll_until(sub { stat_of($simulator, 'in_flight') == 0 }, 20), 'no request is left on its way');
is($admin->value("SELECT count(*) FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation WHERE relkind = 'f'"), 0, 'no lock is left');

#
# Parallel plans around scans
#
my ($parallel) = $admin->value(q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
$admin->rows("CREATE TABLE local AS SELECT current_date - n % 20 AS day, n FROM generate_series(1, 20000) AS n; ANALYZE local");
my @joins = (
	"SELECT count(*), sum(n * c.input_tokens) FROM local AS l JOIN fine.completions AS c ON c.day = l.day WHERE c.$DAYS",
	"SELECT count(*) FROM local WHERE day IN (SELECT day FROM fine.completions WHERE $DAYS)",
	"SELECT sum(n) FROM (SELECT n FROM local UNION ALL SELECT input_tokens FROM fine.completions WHERE $DAYS) AS u",
	'SELECT sum(t) FROM (SELECT (SELECT sum(input_tokens) FROM fine.completions WHERE day = l.day) AS t FROM (SELECT DISTINCT day FROM local) AS l) AS s');
my @alone = map { $admin->value($_) } @joins;
$admin->rows("SET $parallel = on; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	ALTER TABLE local SET (parallel_workers = 3)");
is($admin->value($joins[$_]), $alone[$_], "a parallel plan answers the same: $joins[$_]") for 0 .. $#joins;
like($admin->value("EXPLAIN $joins[0]"), qr/Gather.*Parallel Seq Scan/s, 'it is one');
# whoever marks a function that reads as parallel safe has it read in workers
$admin->rows("CREATE FUNCTION tokens(d date) RETURNS numeric LANGUAGE plpgsql STABLE PARALLEL SAFE AS
	\$\$ BEGIN RETURN (SELECT sum(input_tokens) FROM fine.completions WHERE day = d); END \$\$");
my $sum = 'SELECT sum(tokens(day)) FROM (SELECT day FROM local WHERE n < 10) AS d';
my $in_workers = $admin->value($sum);
$admin->rows("SET $parallel = off; SET max_parallel_workers_per_gather = 0");
is($in_workers, $admin->value($sum), 'workers read, too');

#
# The server is shut down at once while all read
#
control($simulator, 'set', 'delay_ms=200');
my @readers = load('before the end', $SESSIONS, 1000, sub { });
my @pids = map { $_->{session}->pid } @readers;
$node->stop('immediate');
ok(poll_until(sub { !grep { kill 0, $_ } @pids }, 20), 'no process is left');
ok(poll_until(sub { stat_of($simulator, 'in_flight') == 0 }, 20), 'nor a request');
control($simulator, 'set', 'delay_ms=0');
start_cluster($node);
my $after = UsageFdw::Session->new($node);
is($after->value(sprintf $reads[0], 'fine'), $right{ $reads[0] }, 'the server starts, and reads');
$after->close;
$node->stop;
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|terminated by signal|leak|cache lookup failed|XX000/, 'the log says nothing worse');

done_testing();
