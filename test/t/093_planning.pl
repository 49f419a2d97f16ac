#
# Planning of clauses that a program has written by the thousands: it takes about
# as long, and as much memory, as planning them over a local table of the same
# columns; and a timeout is obeyed while it, or the start of a scan, takes long.
#
# No request is answered here: planning sends none.
#
use strict;
use warnings;

use List::Util qw(max min);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

# Limits are generous, as machines are busy: what was quadratic was fifty times
# over them.  The slack is for trying clauses on time, of which EXPLAIN does as much
# as the start of a scan: 0.2 seconds at most.
my $TIME_FACTOR = 2.5;
my $TIME_SLACK_S = 0.6;
my $MEMORY_FACTOR = 1.5;
my $MEMORY_SLACK_KB = 8 * 1024;
my $TIMEOUT_SLACK_S = 0.2;

my $TERMS = 10_000;
my $LEVELS = 400;

my $node = cluster('main', conf => "jit = off\nmax_stack_depth = 7MB\nTimeZone = 'UTC'\n");
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION usage_fdw;
CREATE SERVER openai FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url 'http://127.0.0.1:9/v1', max_retries '0', max_requests '2147483647');
CREATE USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (api_key 'x');
CREATE SCHEMA minutes;
CREATE SCHEMA days;
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER openai INTO minutes OPTIONS (bucket_width '1m');
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER openai INTO days;
CREATE SCHEMA local_minutes;
CREATE SCHEMA local_days;
CREATE TABLE local_minutes.completions (LIKE minutes.completions);
CREATE TABLE local_days.completions (LIKE days.completions);
END

# Every other minute of some weeks, as a literal.
sub minute
{
	my $minute = 2 * shift;
	return sprintf q('2026-%02d-%02d %02d:%02d+00'), 1 + $minute / 1440 / 28,
	  1 + $minute / 1440 % 28, $minute / 60 % 24, $minute % 60;
}

sub day { return "date '2026-01-01' + " . $_[0] % 300 }

sub joined
{
	my ($word, $term, $count) = @_;
	return join " $word ", map { $term->($_) } 0 .. ($count // $TERMS) - 1;
}

# Levels of OR and AND in turns.
sub nested
{
	my $term = shift;
	my $clause = $term->(0);
	$clause = sprintf '(%s %s %s)', $term->($_), $_ % 2 ? 'OR' : 'AND', $clause
	  for 1 .. $LEVELS;
	return $clause;
}

my @cases = (
	[ 'OR of minutes', 'minutes', joined('OR', sub { 'start_time = ' . minute(@_) }) ],
	[ 'OR of ranges', 'minutes',
		joined('OR', sub { my $m = minute(@_); "(start_time >= $m AND start_time < ${m}::timestamptz + interval '1 minute')" }) ],
	[ 'OR of date_trunc()', 'minutes', joined('OR', sub { q{date_trunc('hour', start_time) = } . minute(@_) }) ],
	[ 'OR of days with models', 'days', joined('OR', sub { '(day = ' . day(@_) . " AND model = 'm$_[0]')" }) ],
	[ 'OR of days or models', 'days', joined('OR', sub { $_[0] % 2 ? 'day = ' . day(@_) : "model = 'm$_[0]'" }) ],
	[ 'OR of models', 'days', joined('OR', sub { "model = 'm$_[0]'" }) ],
	[ 'OR of measures', 'days', joined('OR', sub { "input_tokens = $_[0]" }) ],
	[ 'AND of times', 'minutes', joined('AND', sub { 'start_time > ' . minute(@_) }) ],
	[ 'AND of date_trunc()', 'minutes', joined('AND', sub { q{date_trunc('hour', start_time) > } . minute(@_) }) ],
	[ 'AND of lists', 'days', joined('AND', sub { "model IN ('a', 'm$_[0]')" }) ],
	[ 'IN', 'days', 'model IN (' . join(', ', map { "'m$_'" } 1 .. 10 * $TERMS) . ')' ],
	[ '= ANY of times', 'minutes', q|start_time = ANY ('{| . join(',', map { minute($_) =~ tr/'/"/r } 0 .. 10 * $TERMS) . q|}')| ],
	[ 'levels of times', 'minutes', nested(sub { ($_[0] % 2 ? 'start_time = ' : 'start_time > ') . minute(@_) }) ],
	[ 'levels of dimensions', 'days', nested(sub { $_[0] % 2 ? "model = 'm$_[0]'" : "project_id <> 'p$_[0]'" }) ],
	[ 'levels of both', 'days', nested(sub { $_[0] % 2 ? "model = 'm$_[0]'" : 'day > ' . day(@_) }) ]);

# Seconds that a backend has had a processor, so a busy machine does not matter much;
# where the system does not say, those of the clock.
sub busy_s
{
	my $schedstat = '/proc/' . $_[0]->pid . '/schedstat';
	return time() if !-r $schedstat;
	return (split ' ', slurp_file($schedstat))[0] / 1e9;
}

# Seconds, and kilobytes over what the session had before, that the statement
# takes in a session of its own.
sub cost
{
	my $sql = shift;
	my $session = UsageFdw::Session->new($node);
	my $table = $sql =~ /FROM (\w+\.\w+)/ ? $1 : die;
	$session->rows("EXPLAIN SELECT * FROM $table");
	my $before = $session->memory_kb('VmHWM');
	my $start = busy_s($session);
	my @plan = $session->rows($sql);
	my $seconds = busy_s($session) - $start;
	my $memory = $session->memory_kb('VmHWM') - $before;
	$session->close;
	return ($seconds, $memory);
}

# The least of several attempts.
sub least_cost
{
	my $sql = shift;
	my @costs = map { [ cost($sql) ] } 1 .. 2;
	return (min(map { $_->[0] } @costs), min(map { $_->[1] } @costs));
}

sub compare
{
	my ($name, $schema, $sql) = @_;
	my ($seconds, $memory_kb) = least_cost($sql);
	my ($local_seconds, $local_memory_kb) = least_cost($sql =~ s/FROM $schema\./FROM local_$schema./r);
	diag sprintf '%s: %.0f ms and %.1f MB, of a local table %.0f ms and %.1f MB', $name,
	  $seconds * 1e3, $memory_kb / 1024, $local_seconds * 1e3, $local_memory_kb / 1024;
	cmp_ok($seconds, '<', $TIME_FACTOR * $local_seconds + $TIME_SLACK_S, "$name: time");
	cmp_ok($memory_kb, '<', $MEMORY_FACTOR * $local_memory_kb + $MEMORY_SLACK_KB, "$name: memory");
	return;
}

for my $case (@cases)
{
	my ($name, $schema, $clause) = @$case;
	compare($name, $schema, "EXPLAIN SELECT * FROM $schema.completions WHERE $clause");
}
compare('keys', 'minutes',
	"EXPLAIN SELECT date_trunc('day', start_time), sum(input_tokens) FROM minutes.completions WHERE $cases[0][2] GROUP BY 1");
compare('order', 'minutes', "EXPLAIN SELECT * FROM minutes.completions WHERE $cases[0][2] ORDER BY start_time DESC LIMIT 5");
compare('a join', 'days',
	'EXPLAIN SELECT * FROM days.completions AS u, generate_series(1, 10) AS g(x) WHERE ' . joined('OR', sub { "model = x::text || '$_[0]'" }));

# A clause that is tried on each minute of a year takes no longer than the server
# takes to make these minutes and to check it on them.
my $of_a_month = q{to_char(start_time, 'YYYY-MM') = '2026-11'};
my $tried = "EXPLAIN SELECT * FROM minutes.completions WHERE $of_a_month";
my $checked = q{WITH unused AS (SELECT FROM minutes.completions) SELECT count(*)
	FROM generate_series(now() - interval '365 days', now(), '1 minute') AS g(start_time) WHERE } . $of_a_month;
my @in_turns = map { [ (cost($tried))[0], (cost($checked))[0] ] } 1 .. 4;
my ($tried_s, $checked_s) = (min(map { $_->[0] } @in_turns), min(map { $_->[1] } @in_turns));
diag sprintf 'a year of minutes: tried in %.0f ms, made and checked in %.0f ms', $tried_s * 1e3, $checked_s * 1e3;
cmp_ok($tried_s, '<', 1.5 * $checked_s, 'a year of minutes is tried in the time that the server would take');

# What is only known when the scan starts: after that comes an error, as nobody
# answers.  A timeout at any time before comes at once.
my $times = q{SELECT timestamptz '2026-01-01 00:00+00' + interval '1 second' * g FROM generate_series(1, 1000000) AS g};
my %starts = (
	'minutes' => "SELECT * FROM minutes.completions WHERE start_time = ANY (ARRAY($times))",
	'a year of minutes' => "SELECT * FROM minutes.completions WHERE $of_a_month",
	'hours of minutes' => "SELECT * FROM minutes.completions WHERE date_trunc('hour', start_time) = ANY (ARRAY($times))",
	'models' => q{SELECT * FROM days.completions WHERE model = ANY (ARRAY(SELECT 'm' || g FROM generate_series(1, 1000000) AS g))});

# Seconds from when a timeout was due to its error; nothing where the statement ended before.
sub late_s
{
	my ($session, $sql, $timeout_ms) = @_;
	$session->rows("SET statement_timeout = $timeout_ms");
	my $start = time();
	my $answer = $session->query($sql);
	return $answer->{error}{C} eq '57014' ? $answer->{time} - $start - $timeout_ms / 1000 : 0;
}

for my $name (sort keys %starts)
{
	my $session = UsageFdw::Session->new($node);
	my $start = time();
	my $answer = $session->query($starts{$name});
	my $whole = $answer->{time} - $start;
	like($answer->{error}{M}, qr/could not (?:read|connect)/, "$name: asks in the end");
	my $worst = 0;
	for my $part (1 .. 7)
	{
		# What does not look for interrupts is late each time; a busy machine is not.
		my @late;
		push @late, late_s($session, $starts{$name}, int $whole * 1000 * $part / 8)
		  while @late < 3 && (!@late || $late[-1] >= $TIMEOUT_SLACK_S);
		$worst = max($worst, min(@late));
	}
	diag sprintf '%s: %.0f ms, at worst a timeout is %.0f ms late', $name, $whole * 1e3, $worst * 1e3;
	cmp_ok($worst, '<', $TIMEOUT_SLACK_S, "$name: a timeout is obeyed");
}

done_testing();
