#
# usage_fdw_sync() into a table that pg_partman partitions: by months, made ahead and
# dropped behind, while runs go on.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'pg_partman is not installed' if !is_installed('pg_partman');

keep_day(300);
my $simulator = simulator('--events-per-day', 20);
control($simulator, 'set', 'now=' . int time);
my $node = cluster('main');
connect_server($node, $simulator);
my $session = UsageFdw::Session->new($node);
$session->rows('CREATE SCHEMA partman');
$session->rows('CREATE EXTENSION pg_partman SCHEMA partman');
$session->rows('CREATE SCHEMA kept');
$session->rows('CREATE TABLE kept.costs (LIKE usage.costs) PARTITION BY RANGE (day)');
$session->rows('ALTER TABLE kept.costs ALTER COLUMN day SET NOT NULL');

# Version 5 has no type "native" any more.
my $type = $session->value(q{SELECT extversion ~ '^4' FROM pg_extension WHERE extname = 'pg_partman'}) eq 't'
  ? q{'native', 'monthly'} : q{'1 month'};
$session->rows("SELECT partman.create_parent('kept.costs', 'day', $type,
	p_start_partition := (current_date - 370)::text)");
my $partitions = q{SELECT count(*) FROM pg_inherits WHERE inhparent = 'kept.costs'::regclass};
cmp_ok($session->value($partitions), '>', 12, 'there is a partition for each month');

# Days that are over, by what is kept and what the source says
sub is_kept
{
	my ($name, $from) = @_;
	my $days = "day < usage_fdw_today() AND day >= $from";
	is($session->kept_differences('kept.costs', 'usage.costs', $days, 100), 't|0|0', "$name: the table is as its source");
	is($session->value('SELECT count(*) FROM kept.costs_default'), 0, "$name: each day has its partition");
	return;
}

my $sync = q{SELECT rows_inserted > 0 FROM usage_fdw_sync('usage.costs', 'kept.costs')};
is($session->value($sync), 't', 'the first run');
is_kept('the first run', "'-infinity'");

# What is dropped is not read again: it is before the day to go on from.
$session->rows(q{UPDATE partman.part_config SET retention = '3 months', retention_keep_table = false});
my $before = $session->value($partitions);
$session->rows('SELECT partman.run_maintenance()');
cmp_ok($session->value($partitions), '<', $before, 'old partitions are gone');
my $first = $session->value('SELECT min(day) FROM kept.costs');
is($session->value($sync), 't', 'a run after that');
is_kept('a run after that', "'$first'");
is($session->value('SELECT min(day) FROM kept.costs'), $first, 'what was dropped stays away');

done_testing();
