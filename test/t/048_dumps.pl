#
# Dumps in their other forms, and pg_upgrade: what of kept tables, foreign tables and
# reports lives on, and what has to be done again.
#
# test/t/071_sync.pl has a plain dump of the whole database.
#
use strict;
use warnings;

use Cwd;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Neighbours;
use UsageFdw::Session;
use UsageFdw::Test;

my ($pg_cron) = installed('pg_cron');
my $major = major_version();

keep_day(200);
my $simulator = simulator('--events-per-day', 20);
control($simulator, 'set', 'now=' . int time);
my $cron_conf = $pg_cron ? loaded_with('pg_cron') : '';
my $node = cluster('main', conf => $cron_conf);
connect_server($node, $simulator);
connect_server($node, $simulator, server => 'hours', schema => 'hours', import => q{OPTIONS (bucket_width '1h', kinds 'usage')});
my $session = UsageFdw::Session->new($node);

# A row of a day that the API has no more, by which one sees that it stays.
$session->rows($_) for split /;\n/, <<'END';
CREATE SCHEMA kept;
CREATE TABLE kept.costs (LIKE usage.costs);
CREATE INDEX ON kept.costs (day);
CREATE TABLE kept.completions (LIKE usage.completions, row_id bigint GENERATED ALWAYS AS IDENTITY) PARTITION BY RANGE (day);
CREATE TABLE kept.completions_old PARTITION OF kept.completions FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE kept.completions_new PARTITION OF kept.completions FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
SELECT usage_fdw_sync('usage.costs', 'kept.costs');
SELECT usage_fdw_sync('usage.completions', 'kept.completions', before => current_date - 10);
INSERT INTO kept.costs (start_time, end_time, day, amount, currency) VALUES ('2020-01-01+00', '2020-01-02+00', '2020-01-01', 1.5, 'usd');
SELECT usage_fdw_create_live_view('kept.costs');
SELECT usage_fdw_create_live_view('kept.completions');
CREATE TABLE kept.days (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE FOREIGN TABLE kept.days_live PARTITION OF kept.days FOR VALUES FROM ('2020-01-01') TO (MAXVALUE) SERVER openai OPTIONS (endpoint 'costs');
SELECT usage_fdw_create_reports('report', VARIADIC '{kept,usage}');
ANALYZE usage.completions
END
# What a database shows: kept days, live ones, reports, lists.
my %shown = (
	'kept rows' => 'TABLE kept.costs',
	'kept rows of partitions' => 'TABLE kept.completions',
	'the state' => 'SELECT target, source, next_day FROM usage_fdw_sync_state',
	'the live view' => 'SELECT day, project_id, sum(amount) FROM kept.costs_live GROUP BY 1, 2',
	'the live view of partitions' => 'SELECT day, model, sum(input_tokens), count(*) FROM kept.completions_live GROUP BY 1, 2',
	'a foreign partition' => 'SELECT day, sum(amount) FROM kept.days WHERE day > current_date - 9 GROUP BY 1',
	'a report' => 'SELECT * FROM report.cost_month_to_date',
	'hours' => 'SELECT start_time, sum(input_tokens) FROM hours.completions WHERE day > current_date - 3 GROUP BY 1',
	'a list' => 'SELECT id, name FROM usage.projects');

sub shown { return { map { my $name = $_; $name => [ sort $_[0]->rows($shown{$name}) ] } keys %shown } }
my $before = shown($session);
cmp_ok(scalar @{ $before->{$_} }, '>', 0, "before: $_") for sort keys %shown;

sub is_shown
{
	my ($in, $when) = @_;
	my $now = shown($in);
	is_deeply($now->{$_}, $before->{$_}, "$when: $_") for sort keys %shown;
	return;
}

# Each row of a source's days that are over is in the table once, and what is older is.
sub is_kept
{
	my ($in, $when) = @_;
	is($in->value(q{SELECT (SELECT count(*) FROM (SELECT * FROM kept.costs WHERE day > '2020-01-01' EXCEPT ALL TABLE usage.costs) AS e),
		(SELECT count(*) FROM (SELECT * FROM usage.costs WHERE end_time <= now() EXCEPT ALL TABLE kept.costs) AS m),
		(SELECT amount FROM kept.costs WHERE day = '2020-01-01')}), '0|0|1.5', "$when: each row is kept once");
	return;
}

my @at = ('-h', $node->host, '-p', $node->port);
my $dir = PostgreSQL::Test::Utils::tempdir();
my $count = 0;

# Dump a database and restore it into a new one, which is returned as a session.  Neither
# asks the API.
sub moved
{
	my ($when, $dump, $restore) = @_;
	my $database = 'restored' . ++$count;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	control($simulator, 'reset-requests');
	$node->command_ok([ 'pg_dump', @at, @$dump, '-f', "$dir/$database", 'postgres' ], "$when: a dump");
	$node->command_ok([ 'pg_restore', @at, '-e', @$restore, '-d', $database, "$dir/$database" ], "$when: it is restored");
	is(scalar requests($simulator), 0, "$when: the API was not asked");
	return UsageFdw::Session->new($node, database => $database);
}

#
# By several processes
#
my $SYNC = q{SELECT first_day - current_date FROM usage_fdw_sync('usage.costs', 'kept.costs')};
my $parallel = moved('in parallel', [ '-Fd', '-j', 4 ], [ '-j', 4 ]);
is_shown($parallel, 'in parallel');
is($parallel->value($SYNC), -3, 'in parallel: a run goes on');
is_kept($parallel, 'in parallel');

# Without data nothing is kept, and the first run reads all there is.
my $empty = moved('the schema only', [ '-Fc', '--schema-only' ], []);
is($empty->value(q{SELECT count(*), usage_fdw_next_day('kept.costs') FROM kept.costs}), '0|-infinity', 'the schema only: nothing is kept');
is($empty->value($shown{hours} =~ s/.* FROM/SELECT count(*) > 0 FROM/r =~ s/GROUP BY.*//r), 't', 'the schema only: foreign tables are read');
$empty->rows($SYNC);
is_deeply([ sort $empty->rows(q{SELECT * FROM kept.costs}) ], [ grep { !/2020-01-01/ } @{ $before->{'kept rows'} } ],
	'the schema only: the first run has kept all that there is');

# A single table comes with its rows, but how far it is kept stands in another one.  The
# first run reads all once more, and leaves what is older than the source.
$node->safe_psql('postgres', 'CREATE DATABASE single');
my $single = UsageFdw::Session->new($node, database => 'single');
connect_server($node, $simulator, database => 'single');
$single->rows('CREATE SCHEMA kept');
$node->command_ok([ 'pg_dump', @at, '-t', 'kept.costs', '-f', "$dir/single", 'postgres' ], 'a single table: a dump');
$node->command_ok([ 'psql', @at, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/single", 'single' ], 'a single table: it is restored');
is($single->value(q{SELECT usage_fdw_next_day('kept.costs')}), '-infinity', 'a single table: how far it is kept is not known');
$single->rows($SYNC);
is_kept($single, 'a single table');

# What foreign tables show can be dumped as well, but not restored into them.
control($simulator, 'reset-requests');
$node->command_ok([ 'pg_dump', @at, '--include-foreign-data=openai', '-t', 'usage.costs', '-f', "$dir/foreign", 'postgres' ],
	'rows of foreign tables: a dump');
cmp_ok(scalar requests($simulator), '>', 0, 'rows of foreign tables: it asks the API');
$node->command_fails_like(
	[ 'psql', @at, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', 'DROP FOREIGN TABLE usage.costs CASCADE', '-f', "$dir/foreign", 'single' ],
	qr/cannot insert into foreign table "costs"/, 'rows of foreign tables: they are not restored');

#
# pg_upgrade: with a server of the same version, which it allows, but a cluster of its own.
# From version 18 on a server finds the library by dynamic_library_path, where it is not
# installed (test/lib/common.sh), and pg_upgrade does not look there.
#
if ($major >= 18 && !-e pg_config('--pkglibdir') . '/usage_fdw.so')
{
	note('usage_fdw is not installed in this server, so pg_upgrade is not tried');
	done_testing();
	exit;
}
if ($pg_cron)
{
	$session->rows($_) for 'CREATE EXTENSION pg_cron',
	  q{SELECT cron.schedule('nightly', '30 0 1 1 *', $$SELECT usage_fdw_sync('usage.costs', 'kept.costs')$$)};
}
my $has_statistics = q{SELECT count(*) > 0 FROM pg_statistic WHERE starelid = 'usage.completions'::regclass};
is($session->value($has_statistics), 't', 'before: there are statistics of a foreign table');
$session->close;
$_->close for $parallel, $empty, $single;
# each database takes its time
$node->safe_psql('postgres', "DROP DATABASE $_") for 'single', map { "restored$_" } 1 .. $count;
$node->stop;
my $new = PostgreSQL::Test::Cluster->new('upgraded');
$new->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
my ($include) = slurp_file($node->data_dir . '/postgresql.conf') =~ /^(include .*)/m;
$new->append_conf('postgresql.conf', "$include\n$cron_conf");
my $bindir = pg_config('--bindir');
my $top = getcwd();
chdir $dir;
control($simulator, 'reset-requests');
$new->command_ok([ 'pg_upgrade', '-d', $node->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B', $bindir,
		'-s', $new->host, '-p', $node->port, '-P', $new->port, $major >= 15 ? '--no-sync' : () ], 'pg_upgrade');
chdir $top;
is(scalar requests($simulator), 0, 'pg_upgrade: the API was not asked');
$new->start;
my $upgraded = UsageFdw::Session->new($new);
is_shown($upgraded, 'pg_upgrade');

SKIP:
{
	skip 'pg_cron is not installed', 1 if !$pg_cron;
	is($upgraded->value('SELECT jobname, active FROM cron.job'), 'nightly|t', 'pg_upgrade: the job of pg_cron');
}

# Statistics are gone before version 18, and what analyzes a database leaves foreign tables out.
SKIP:
{
	skip 'pg_upgrade keeps statistics', 3 if $major >= 18;
	is($upgraded->value($has_statistics), 'f', 'pg_upgrade: statistics are gone');
	$new->command_ok([ 'vacuumdb', '-h', $new->host, '-p', $new->port, '--all', '--analyze-only' ], 'pg_upgrade: what is to be run then');
	is($upgraded->value($has_statistics), 'f', 'pg_upgrade: leaves foreign tables out');
}
$upgraded->rows('ANALYZE usage.completions');
is($upgraded->value($has_statistics), 't', 'pg_upgrade: ANALYZE by name makes them');
is($upgraded->value($SYNC), -3, 'pg_upgrade: a run goes on');
is_kept($upgraded, 'pg_upgrade');
is($upgraded->value(q{SELECT count(*) FROM usage_fdw_update_tables('usage') WHERE action <> 'commented'}), 0, 'pg_upgrade: tables are up to date');

done_testing();
