#
# usage_fdw_sync() by pg_cron, as a role that is no superuser, with two jobs for one table
# at the same minute: by connections of pg_cron's own, and by background workers.
#
# It waits for a minute to begin.  (A clock that is moved does not reach pg_cron: the
# preload library leaves alone what the postmaster starts while it waits.)
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'pg_cron is not installed' if !is_installed('pg_cron');

my @jobs = (
	"CALL usage_fdw_sync_by_month('usage.costs', 'kept.costs')",
	"SELECT usage_fdw_sync('usage.costs', 'kept.costs')",
	"SELECT usage_fdw_sync('usage_hourly.completions', 'kept.completions')");

keep_day(300);
my $simulator = simulator('--events-per-day', 5);

sub cron_cluster
{
	my ($name, $conf) = @_;
	my $node = cluster($name);
	$node->append_conf('postgresql.conf',
		"shared_preload_libraries = 'pg_cron'\nmax_worker_processes = 20\n$conf\ncron.host = '" . $node->host . "'");
	$node->restart;
	connect_server($node, $simulator, options => { project => $name });
	$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION pg_cron;
CREATE ROLE keeper LOGIN;
CREATE SCHEMA usage_hourly;
IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO usage_hourly OPTIONS (bucket_width '1h');
GRANT USAGE ON SCHEMA cron, usage, usage_hourly TO keeper;
GRANT SELECT ON ALL TABLES IN SCHEMA usage, usage_hourly TO keeper;
CREATE USER MAPPING FOR keeper SERVER openai OPTIONS (api_key '${\api_key}');
CREATE SCHEMA kept AUTHORIZATION keeper;
SQL
	return $node;
}

# Schedule the jobs for each minute, as the role that owns the tables.
sub schedule
{
	my $keeper = UsageFdw::Session->new(shift, user => 'keeper', database => 'postgres');
	$keeper->rows('CREATE TABLE kept.costs (LIKE usage.costs);
		CREATE TABLE kept.completions (LIKE usage_hourly.completions)');
	$keeper->rows("SELECT cron.schedule('* * * * *', " . literal($_) . ')') for @jobs;
	return;
}

my $RUNS = "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')";

sub is_kept
{
	my ($session, $name, $source, $target) = @_;
	is($session->value("SELECT (SELECT count(*) > 100 FROM $target),
		(SELECT count(*) FROM (TABLE $target EXCEPT ALL TABLE $source) AS e),
		(SELECT count(*) FROM (SELECT * FROM $source WHERE day < (now() AT TIME ZONE 'UTC')::date
			EXCEPT ALL TABLE $target) AS m)"), 't|0|0', "$name: $target is as its source");
	return;
}

my %node = (
	connections => cron_cluster('connections', ''),
	workers => cron_cluster('workers', 'cron.use_background_workers = on'));
schedule($_) for values %node;
for my $name (sort keys %node)
{
	my $session = UsageFdw::Session->new($node{$name});
	ok(poll_until(sub { sleep 1; $session->value($RUNS) == @jobs }), "$name: all jobs have run");
	$session->rows('SELECT cron.unschedule(jobid) FROM cron.job');
	is($session->value("SELECT string_agg(command || ': ' || return_message, '; ')
		FROM cron.job_run_details WHERE status = 'failed'"), '', "$name: none has failed");
	is($session->value('SELECT count(*) FROM usage_fdw_sync_state
		WHERE next_day = (now() AT TIME ZONE \'UTC\')::date'), 2, "$name: all days that are over are kept");
	is_kept($session, $name, 'usage.costs', 'kept.costs');
	is_kept($session, $name, 'usage_hourly.completions', 'kept.completions');
}

done_testing();
