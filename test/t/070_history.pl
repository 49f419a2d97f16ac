#
# A query that asks for times before the table's history meets no rows there,
# and is warned once; one that does not ask for them is not.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

my $simulator = simulator('--events-per-day', 30);
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator);
$session->rows(q{CREATE FOREIGN TABLE short
	(day date, start_time timestamptz, end_time timestamptz, input_tokens bigint)
	SERVER openai OPTIONS (endpoint 'completions', history '50 days')});

my ($before, $first, $later) = map { "'" . days_ago($_) . "'" } 60, 50, 10;
my $warning = 'endpoint "completions" has nothing before ' . days_ago(50);

sub warned
{
	my ($where) = @_;
	is_deeply([ $session->notices("SELECT count(*) FROM short WHERE $where") ], [$warning], "warned: $where");
	return;
}

sub quiet
{
	my ($where) = @_;
	is_deeply([ $session->notices("SELECT count(*) FROM short WHERE $where") ], [], "not warned: $where");
	return;
}

warned($_)
  for "day >= $before", "day > $before AND day < $later", "day = $before", "day < $before",
  "$before <= day", "start_time >= $before", "start_time >= timestamp $before", "end_time > date $before",
  "end_time <= timestamptz '" . days_ago(50) . " 00:00+00'",
  "day IN ($later, $before)", "day = $later OR day = $before", "day BETWEEN $before AND $later",
  "day >= date '0044-03-15 BC'", "start_time > now() - interval '2 years'",
  "day >= (SELECT date $before)", "day >= $before AND date_trunc('month', start_time) > $before",
  "start_time::date >= $before", "date_trunc('month', start_time) >= date_trunc('month', timestamptz $before)",
  "day >= date_trunc('month', current_date) - interval '3 months'", "now() - start_time < interval '60 days'",
  "day BETWEEN date_trunc('week', timestamptz $before) AND $later", "to_char(day, 'YYYYMMDD')::text >= to_char(date $before, 'YYYYMMDD')";

quiet($_)
  for 'true', 'input_tokens > 0', 'day IS NOT NULL', "day >= $first", "day > date $first - 1",
  "start_time >= timestamptz '" . days_ago(50) . " 00:00+00'",
  "start_time > timestamptz '" . days_ago(51) . " 00:00+00'",
  "end_time > timestamptz '" . days_ago(50) . " 00:00+00'",
  "day < $later", "day < '5874897-12-31'", "day > '-infinity'", "start_time = '-infinity'",
  "day >= $before AND day >= $later", "day >= $before AND day < $before", "day <> $before",
  "day > '5874897-12-30'", "start_time::date >= $first", "now() - start_time < interval '49 days'",
  'extract(isodow FROM day) < 6', 'extract(month FROM day) = 1', "start_time::date <> $before",
  q{to_char(day, 'DD') = '01'}, "(now() - start_time < interval '60 days') IS NOT TRUE",
  "day >= $first AND start_time::date >= $before", "start_time::date >= $before AND start_time::date >= $later";

# once, however often the table is read in one scan
is_deeply(
	[ $session->notices("SELECT count(*) FROM generate_series(55, 60) AS back CROSS JOIN LATERAL
		(SELECT * FROM short WHERE day = (now() AT TIME ZONE 'UTC')::date - back OFFSET 0) AS s") ],
	[$warning], 'once for all rescans');
is_deeply([ $session->notices("EXPLAIN SELECT * FROM short WHERE day >= $before") ], [], 'not by EXPLAIN');

# the statement is what is warned of, each time it is executed
$session->rows('SET plan_cache_mode = force_generic_plan');
$session->rows('PREPARE since(date) AS SELECT count(*) FROM short WHERE day >= $1');
is_deeply([ $session->notices("EXECUTE since($before)") ], [$warning], 'each execution: older');
is_deeply([ $session->notices("EXECUTE since($later)") ], [], 'each execution: not older');
is_deeply([ $session->notices("EXECUTE since($before)") ], [$warning], 'each execution: older again');

# whatever the bound, the rows are those of the history
my $whole = $session->value('SELECT count(*) FROM short');
is($session->value("SELECT count(*) FROM short WHERE $_"), $whole, "all rows: $_")
  for "day >= $before", "day >= $first", "start_time > '-infinity'", "date_trunc('century', start_time) > '1900-01-01'";

done_testing();
