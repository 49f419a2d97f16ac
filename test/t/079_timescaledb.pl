#
# Hypertables of TimescaleDB as kept tables: docs/recipes/timescaledb.md, block by block,
# and that they have what the API has.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Page;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'TimescaleDB is not installed' if !is_installed('timescaledb');

my $simulator = page_simulator();
my $node = cluster('main', page_conf('timescaledb', 'timescaledb.telemetry_level = off'));
$node->safe_psql('postgres', 'CREATE EXTENSION timescaledb');
connect_server($node, $simulator);
my $session = UsageFdw::Session->new($node);

check_page('docs/recipes/timescaledb.md', $node);

# Rows of one and not of the other
sub is_kept
{
	my ($target, $source, $from) = @_;
	my $days = "day >= '$from' AND day < '2026-11-20'";
	is($session->kept_differences($target, $source, $days, 1000), 't|0|0', "$target: each row is there once");
	return;
}
is_kept('kept.costs', 'usage.costs', $session->value('SELECT min(day) FROM kept.costs'));

# By start_time, of hours; the second run corrects nothing, and doubles nothing.
$session->rows(<<'SQL');
CREATE SCHEMA usage_hourly;
IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER openai INTO usage_hourly OPTIONS (bucket_width '1h');
CREATE TABLE kept.hourly (LIKE usage_hourly.completions);
SELECT create_hypertable('kept.hourly', by_range('start_time', interval '7 days'));
SELECT usage_fdw_sync('usage_hourly.completions', 'kept.hourly', before => '2026-11-18');
SELECT usage_fdw_sync('usage_hourly.completions', 'kept.hourly');
SQL
is_kept('kept.hourly', 'usage_hourly.completions', '-infinity');

# What a run deletes is looked for in the chunks of its days.
my @plan = $session->rows("EXPLAIN (COSTS OFF) DELETE FROM kept.costs WHERE day >= '2026-11-17' AND day < '2026-11-20'");
is(scalar grep({ /Delete on .*_chunk/ } @plan), 1, 'chunks of other days are left alone') or diag(join "\n", @plan);

# Several sessions, each with its days
$session->rows(q{CREATE TABLE kept.shared (LIKE usage.completions);
	SELECT create_hypertable('kept.shared', by_range('day', interval '1 month'))});
my @shares = ([ '-infinity', '2026-03-01' ], [ '2026-03-01', '2026-07-01' ], [ '2026-07-01', 'infinity' ]);
my @sessions = map { UsageFdw::Session->new($node) } @shares;
$sessions[$_]->send("SELECT usage_fdw_sync_days('usage.completions', 'kept.shared', '$shares[$_][0]', '$shares[$_][1]')")
  for 0 .. $#shares;
is_deeply([ map { $_->finish->{error} } @sessions ], [ map { undef } @shares ], 'all sessions succeed');
is_kept('kept.shared', 'usage.completions', '-infinity');

done_testing();
