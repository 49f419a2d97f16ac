#
# A coordinator of Citus with two workers: docs/recipes/citus.md, block by block; what
# is asked of the API; reports; who knows the key; sessions that share a first run.
#
# USAGE_CITUS_FIGURES=1 says how long runs take.
#
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Page;
use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'Citus is not installed' if !is_installed('citus') || !is_installed('citus_columnar');

my $simulator = page_simulator();

# --- three servers ---

# A worker that is told the key would have it in its log.
my $conf = <<'END';
listen_addresses = '127.0.0.1'
citus.shard_count = 4
citus.enable_statistics_collection = off
citus.local_hostname = '127.0.0.1'
max_prepared_transactions = 20
log_statement = 'all'
END
my ($node, @workers) = map {
	my $server = cluster($_, page_conf('citus', $conf));
	$server->safe_psql('postgres', 'CREATE EXTENSION citus');
	$server
} qw(coordinator worker_1 worker_2);
$node->safe_psql('postgres', "SELECT citus_set_coordinator_host('127.0.0.1', " . $node->port . ')');
$node->safe_psql('postgres', "SELECT citus_add_node('127.0.0.1', " . $_->port . ')') for @workers;
connect_server($node, $simulator);
my $session = UsageFdw::Session->new($node);
my $key = api_key;

check_page('docs/recipes/citus.md', $node);

# --- who knows the key ---

for my $worker (@workers)
{
	my $log = slurp_file($worker->logfile);
	like($log, qr/CREATE SERVER/, $worker->name . ': logs what it is told');
	unlike($log, qr/\Q$key\E/, $worker->name . ': and was not told the key');
	is($worker->safe_psql('postgres', 'SELECT count(*) FROM pg_user_mappings'), 0, $worker->name . ': has no user mapping');
}

# --- what is asked ---

# A request in words: days are counted from today, and the last is not read.
sub request_words
{
	my $request = shift;
	my @groups = $request->{query} =~ /\bgroup_by=(\w+)/g;
	my ($start, $end) = map { ($_ - UsageFdw::Page::now + 43200) / 86400 }
	  map { $request->{query} =~ /\b$_=(\d+)/ } qw(start_time end_time);
	return "$request->{endpoint} by (" . join(',', @groups) . ") $start..$end";
}

# What a query answers, and its requests.
sub asked
{
	my $sql = shift;
	control($simulator, 'reset-requests');
	my $value = $session->value($sql);
	return ($value, join '; ', map { request_words($_) } requests($simulator));
}

sub is_asked
{
	my ($name, $sql, $asked) = @_;
	my ($value, $did) = asked($sql);
	is($did, $asked, "$name: what is asked");
	cmp_ok($value, '>', 0, "$name: there is an answer");
	return $value;
}

my $by_hand = is_asked('aggregates of both', <<'SQL', 'costs by () 0..1');
SELECT round(sum(amount), 2)
FROM (SELECT sum(amount) AS amount FROM kept.costs
      WHERE day >= '2026-11-01' AND day < (SELECT usage_fdw_next_day('kept.costs'))
      UNION ALL
      SELECT sum(amount) FROM usage.costs WHERE day >= usage_fdw_next_day('kept.costs')) AS days
SQL
my $by_view = is_asked('a live view',
	"SELECT round(sum(amount), 2) FROM kept.costs_live WHERE day >= '2026-11-01'",
	'costs by (project_id,line_item) 0..1');
my $truth = is_asked('all of it live',
	"SELECT round(sum(amount), 2) FROM usage.costs WHERE day >= '2026-11-01'", 'costs by () -19..1');
is($by_hand, $truth, 'aggregates of both are the truth');
is($by_view, $truth, 'a live view is the truth');
is_asked('with a reference table', q{SELECT sum(amount) FROM usage.costs JOIN teams USING (project_id)
	WHERE day >= '2026-11-18'}, 'costs by (project_id) -2..1');
is_asked('an aggregate with a distributed table', q{SELECT sum(k.amount) FROM kept.costs AS k
	JOIN (SELECT project_id, sum(amount) FROM usage.costs WHERE day = '2026-11-20' GROUP BY 1) AS t USING (project_id)},
	'costs by (project_id) 0..1');
is_asked('with a distributed table', q{SELECT sum(c.amount) FROM kept.costs AS k
	JOIN usage.costs AS c USING (project_id) WHERE c.day = '2026-11-20' AND k.day = '2026-11-01'},
	'costs by (project_id,line_item) 0..1');
# What Citus reads there comes from a function that is volatile, and called once.
is_asked('projects of a distributed table', q{SELECT sum(amount) FROM usage.costs
	WHERE project_id IN (SELECT project_id FROM kept.costs WHERE day = '2026-11-01') AND day = '2026-11-20'},
	'costs by (project_id) 0..1');
is_asked('INSERT SELECT', <<'SQL', 'costs by (project_id) -10..-5');
CREATE TABLE kept.by_project (day date, project_id text NOT NULL, amount numeric);
SELECT create_distributed_table('kept.by_project', 'project_id');
INSERT INTO kept.by_project SELECT day, coalesce(project_id, ''), sum(amount) FROM usage.costs
WHERE day >= '2026-11-10' AND day < '2026-11-15' GROUP BY 1, 2;
SELECT count(*) FROM kept.by_project
SQL

# A scan of a sub-plan is shown by a copy of it, which has no counters.
my $counted = 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT count(*) FROM';
like($session->value("$counted usage.costs WHERE day = '2026-11-20'"), qr/Requests: 1/, 'a scan has counters');
my $plan = $session->value("$counted kept.costs_live");
like($plan, qr/Endpoint: costs/, 'a scan of a sub-plan is shown');
unlike($plan, qr/Requests:/, 'without counters that would be those of no scan');

# --- reports over a distributed table ---

$session->rows(q{CREATE SCHEMA own; CREATE VIEW own.costs AS SELECT start_time, end_time, day,
	coalesce(project_id, '') AS project_id, line_item, amount, currency, quantity, quantity_unit FROM usage.costs;
	DROP VIEW kept.costs_live});
for my $schema (qw(own kept))
{
	$session->rows("SELECT * FROM usage_fdw_create_reports('report_$schema', '$schema', 'usage')");
}

# Its rows of some days, with numbers of as few digits as there may be.
sub report_rows
{
	my ($schema, $report) = @_;
	my $time = $report =~ /^focus/ ? '"ChargePeriodStart"' : 'day';
	my @rows = $session->rows("SELECT * FROM report_$schema.$report
		WHERE $time >= '2026-11-10' AND $time < '2026-11-20'");
	s/(\.\d*?)0+\b/$1/g for @rows;
	return [ sort @rows ];
}
for my $report (qw(cost_by_model cost_by_project focus_cost_and_usage))
{
	my $rows = report_rows('own', $report);
	cmp_ok(@$rows, '>', 5, "$report: has rows");
	is_deeply(report_rows('kept', $report), $rows, "$report: over a distributed table as over the API");
}

# --- columnar as a whole; a source that is in the metadata ---

$session->rows(<<'SQL');
CREATE TABLE kept.appended (LIKE usage.costs) USING columnar;
ALTER TABLE kept.appended ALTER project_id SET DEFAULT '', ALTER project_id SET NOT NULL;
SELECT create_distributed_table('kept.appended', 'project_id', colocate_with => 'kept.costs');
SELECT citus_add_local_table_to_metadata('usage.costs');
SELECT usage_fdw_sync('usage.costs', 'kept.appended', before => '2026-11-11');
SQL
my $error = $session->query("SELECT usage_fdw_sync('usage.costs', 'kept.appended')")->{error};
is(join(' | ', @$error{qw(C M)}), '0A000 | rows of table kept.appended cannot be replaced', 'columnar: no row is replaced');
is($session->value("SELECT first_day FROM usage_fdw_sync('usage.costs', 'kept.appended', '0')"), '2026-11-11',
	'columnar: days are added');

# Rows of one and not of the other; Citus can't compare a distributed table with a foreign one.
sub differences
{
	my ($target, $source) = @_;
	return $session->value("CREATE TEMP TABLE kept_rows AS TABLE $target;
		CREATE TEMP TABLE source_rows AS SELECT * FROM $source WHERE day < '2026-11-20';
		UPDATE source_rows SET project_id = coalesce(project_id, '');
		SELECT (SELECT count(*) > 1000 FROM kept_rows),
			(SELECT count(*) FROM (TABLE kept_rows EXCEPT ALL TABLE source_rows) AS e),
			(SELECT count(*) FROM (TABLE source_rows EXCEPT ALL TABLE kept_rows) AS m);")
	  . $session->value('DROP TABLE kept_rows, source_rows');
}
is(differences("kept.$_", 'usage.costs'), 't|0|0', "$_: each row is there once") for qw(costs appended);
is(differences('kept.completions', 'usage.completions'), 't|0|0', 'partitions: each row is there once');

# --- sessions that share a first run ---

my @shares = (
	[ '-infinity', '2026-02-01' ],
	[ '2026-02-01', '2026-05-01' ],
	[ '2026-05-01', '2026-08-01' ],
	[ '2026-08-01', 'infinity' ]);

sub make_target
{
	my $name = shift;
	$session->rows("CREATE TABLE $name (LIKE usage.completions);
		ALTER TABLE $name ALTER project_id SET DEFAULT '', ALTER project_id SET NOT NULL;
		SELECT create_distributed_table('$name', 'project_id', colocate_with => 'kept.costs')");
	return;
}

# Run them in a session each, all at once.  Seconds until the last is done.
sub share
{
	my ($target, @ranges) = @_;
	my @sessions = map { UsageFdw::Session->new($node) } @ranges;
	my $begin = time();
	$sessions[$_]->send("SELECT * FROM usage_fdw_sync_days('usage.completions', '$target', '$ranges[$_][0]', '$ranges[$_][1]')")
	  for 0 .. $#ranges;
	my @answers = map { $_->finish } @sessions;
	is_deeply([ map { $_->{error} && $_->{error}{M} } @answers ], [ map { undef } @ranges ], "$target: all succeed");
	return time() - $begin;
}

sub say_figure
{
	my ($format, @values) = @_;
	diag(sprintf $format, @values) if $ENV{USAGE_CITUS_FIGURES};
	return;
}

# The API takes its time, as it does.
make_target($_) for qw(kept.one kept.four kept.same);
control($simulator, 'set', 'delay_ms=1000') if $ENV{USAGE_CITUS_FIGURES};
my %seconds;
for my $case ([ 'kept.one', [ '-infinity', 'infinity' ] ], [ 'kept.four', @shares ])
{
	my ($target, @ranges) = @$case;
	control($simulator, 'reset-requests');
	$seconds{$target} = share($target, @ranges);
	is(differences($target, 'usage.completions'), 't|0|0', "$target: each row is there once");
	say_figure('%s: %d sessions, %.2f s, %d requests, %s rows', $target, scalar @ranges, $seconds{$target},
	  scalar requests($simulator), $session->value("SELECT count(*) FROM $target"));
}

# Two with the same days: the second waits, and replaces them.
share('kept.same', ($shares[1]) x 2, [ '-infinity', 'infinity' ]);
is(differences('kept.same', 'usage.completions'), 't|0|0', 'days of several sessions: each row is there once');

# --- sessions that have projects each ---

$session->rows(<<'SQL');
CREATE SCHEMA share;
CREATE TABLE share.completions (LIKE usage.completions) PARTITION BY LIST (project_id);
CREATE FOREIGN TABLE share.some PARTITION OF share.completions FOR VALUES IN ('proj_web', 'proj_data')
SERVER openai OPTIONS (endpoint 'completions');
CREATE FOREIGN TABLE share.others PARTITION OF share.completions DEFAULT SERVER openai OPTIONS (endpoint 'completions');
SQL
control($simulator, 'reset-requests');
my %keeper = map { ($_ => UsageFdw::Session->new($node)) } qw(some others);
make_target("kept.$_") for keys %keeper;
$keeper{$_}->send("SELECT usage_fdw_sync('share.$_', 'kept.$_')") for keys %keeper;
is_deeply([ map { $_->finish->{error} } values %keeper ], [ undef, undef ], 'shares of projects: both succeed');
cmp_ok(scalar grep({ $_->{query} =~ /project_ids=proj_web/ && $_->{query} =~ /project_ids=proj_data/ } requests($simulator)),
	'>', 0, 'shares of projects: a share asks for its own');
is($session->value("SELECT count(*) FROM kept.others WHERE project_id IN ('proj_web', 'proj_data')"), 0,
	'shares of projects: others have others');
make_target('kept.united');
$session->rows('INSERT INTO kept.united SELECT * FROM kept.some UNION ALL SELECT * FROM kept.others');
is(differences('kept.united', 'usage.completions'), 't|0|0', 'shares of projects: each row is there once');

# --- figures ---

if ($ENV{USAGE_CITUS_FIGURES})
{
	make_target('kept.sixty');
	control($simulator, 'reset-requests');
	my $begin = time();
	my $rows = $session->value("INSERT INTO usage_fdw_sync_state VALUES ('kept.sixty', 'usage.completions', '2026-09-21', now());
		SELECT rows_inserted FROM usage_fdw_sync('usage.completions', 'kept.sixty', '0')");
	say_figure('60 days: %.2f s, %d requests, %d rows', time() - $begin, scalar requests($simulator), $rows);
}

done_testing();
