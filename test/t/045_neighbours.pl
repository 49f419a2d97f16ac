#
# Among others: a server that loads pg_cron, pg_stat_statements, auto_explain, pgaudit
# and usage_fdw together, all of which look at each statement.  It answers what one
# without them answers, by the same requests; and where the key of a user mapping is
# written is where docs/security.md says.
#
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Neighbours;
use UsageFdw::Session;
use UsageFdw::Test;

my @loaded = installed(qw(auto_explain pg_cron pg_stat_statements pgaudit));
my %has = map { $_ => 1 } @loaded;
plan skip_all => 'no neighbour is installed' if !@loaded;

# A key that occurs nowhere by chance, the ones that follow it, and a file that has one.
my ($KEY, $QUIET_KEY, $AUDITED_KEY, $LOGGED_KEY, $UNSEEN_KEY, $FILE_KEY) =
  map { "gateway-$_" } qw(Kx4Tn9Wb2 Qp7Ys3Dv8 Mz5Hc1Rj6 Bn3Xw9Fa4 Rt6Vk8Pd1 Uf8Lg2Ne5);
my $key_file = PostgreSQL::Test::Utils::tempdir() . '/key';
# In which class pgaudit has a command that sets a key.
my $CLASS = major_version() >= 17 ? 'ROLE' : 'DDL';
append_to_file($key_file, "$FILE_KEY\n");
chmod 0600, $key_file;

keep_day(200);
my $simulator = simulator('--events-per-day', 20, '--api-key', $KEY);
control($simulator, 'set', 'now=' . int time);

my $alone = cluster('alone');
my $among = cluster('among');
my %settings = (
	pg_cron => "max_worker_processes = 20\ncron.host = '${\ $among->host}'\n",
	pg_stat_statements => "pg_stat_statements.track = all\npg_stat_statements.track_planning = on\n",
	auto_explain => join('', map { "auto_explain.$_\n" } 'log_min_duration = 0', 'log_analyze = on', 'log_verbose = on',
		'log_buffers = on', 'log_wal = on', 'log_triggers = on', 'log_settings = on', 'log_nested_statements = on'),
	pgaudit => join('', map { "pgaudit.$_\n" } q(log = 'all'), 'log_relation = on', 'log_parameter = on', 'log_catalog = on'));
$among->append_conf('postgresql.conf',
	join '', loaded_with(@loaded), "compute_query_id = on\nlog_statement = none\nlog_min_error_statement = panic\n", @settings{@loaded});
$among->restart;

# The limit is counted in memory that sessions share.
my %server = (mapping => { api_key => $KEY }, options => { max_requests_per_minute => 100_000, max_retries => 0 });
connect_server($alone, $simulator, %server, options => { max_retries => 0 });
connect_server($among, $simulator, %server);
my %session = map { $_->name => UsageFdw::Session->new($_) } $alone, $among;
for my $session (values %session)
{
	$session->rows($_) for 'CREATE SCHEMA kept', 'CREATE TABLE kept.costs (LIKE usage.costs)',
	  "SET plan_cache_mode = force_generic_plan; PREPARE since(date) AS
		SELECT day, model, sum(input_tokens) FROM usage.completions WHERE day >= \$1 GROUP BY 1, 2 ORDER BY 1, 2",
	  'CREATE FUNCTION total(since date) RETURNS numeric LANGUAGE plpgsql AS
		$$ BEGIN RETURN (SELECT sum(amount) FROM usage.costs WHERE day >= since); END $$';
	$session->create_attempt;
}
my $among_session = $session{among};
$among_session->rows("CREATE EXTENSION $_") for grep { $_ ne 'auto_explain' } @loaded;

# A job for pg_cron, which runs it when the next minute begins, as we do all else.
my $CRON_JOB = q{SELECT usage_fdw_sync('usage.costs', 'kept.by_cron')};
if ($has{pg_cron})
{
	$among_session->rows('CREATE TABLE kept.by_cron (LIKE usage.costs)');
	$among_session->rows("SELECT cron.schedule('* * * * *', " . literal($CRON_JOB) . ')');
}

#
# The same answers, by the same requests
#
my $days = 'day BETWEEN current_date - 40 AND current_date - 1';
my @queries = (
	"SELECT count(*), sum(input_tokens) FROM usage.completions WHERE $days",
	"SELECT * FROM usage.completions WHERE $days ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
	'SELECT start_time, sum(output_tokens) FROM usage.completions GROUP BY 1 ORDER BY 1 DESC LIMIT 3',
	"SELECT currency, sum(amount) FROM usage.costs WHERE $days GROUP BY ROLLUP (1) ORDER BY 1",
	"SELECT sum(n) FROM (SELECT input_tokens AS n FROM usage.completions WHERE $days
		UNION ALL SELECT input_tokens FROM usage.embeddings WHERE $days) AS u",
	"SELECT p.name, sum(c.amount) FROM usage.projects AS p JOIN usage.costs AS c ON c.project_id = p.id
		WHERE $days GROUP BY 1 ORDER BY 1",
	'SELECT count(*) FROM usage.project_users',
	'EXECUTE since(current_date - 7)', 'EXECUTE since(current_date - 3)', 'EXECUTE since(NULL)',
	'SELECT total(current_date - 3)',
	"BEGIN; DECLARE c CURSOR FOR SELECT day, model FROM usage.completions WHERE $days ORDER BY 1, 2; FETCH 3 FROM c; CLOSE c; COMMIT",
	q{SELECT attempt('SELECT 1 / 0 FROM usage.completions WHERE day = current_date - 1'),
		attempt('SELECT count(*) FROM usage.images WHERE day = current_date - 1')},
	"CREATE MATERIALIZED VIEW m AS SELECT day, sum(images) AS n FROM usage.images WHERE $days GROUP BY 1; SELECT sum(n) FROM m",
	q{SELECT (usage_fdw_sync('usage.costs', 'kept.costs')).*},
	q{SELECT (usage_fdw_sync('usage.costs', 'kept.costs')).*},
	q{SELECT usage_fdw_create_live_view('kept.costs')},
	'SELECT currency, sum(amount) FROM kept.costs_live GROUP BY 1',
	q{SELECT report, lacks FROM usage_fdw_create_reports('report', VARIADIC '{usage}') ORDER BY 1},
	'SELECT * FROM report.cost_month_to_date ORDER BY 1, 2',
	q{SELECT usage_fdw_first_day('usage.completions')},
	q{SELECT step, ok FROM usage_fdw_check('openai')});

# Rows of a query, and what it asked; by its session, as a job may ask meanwhile.
sub asked
{
	my ($session, $query) = @_;
	my $count = 'SELECT count(*) FROM usage_fdw_requests()';
	my $before = $session->value($count);
	my @rows = $session->rows($query);
	my $new = $session->value($count) - $before;
	# at once where several are in flight, so in any order
	return { rows => \@rows, requests => [ $session->rows("SELECT endpoint || '?' || coalesce(parameters, '')
		FROM (SELECT *, row_number() OVER () AS n FROM usage_fdw_requests()) AS r WHERE n > $before ORDER BY 1") ] };
}

my ($rows, $requests) = (0, 0);
for my $query (@queries)
{
	my ($here, $there) = map { asked($session{$_}, $query) } qw(alone among);
	is_deeply($there, $here, "the same: $query");
	$rows += @{ $here->{rows} };
	$requests += @{ $here->{requests} };
}
cmp_ok($rows, '>', 500, "$rows rows were compared");
cmp_ok($requests, '>', 50, "and $requests requests");

my $ALTER = 'ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS';

sub log_since { return substr slurp_file($among->logfile), shift }
my $log = log_since(0);

# The commands that pg_stat_statements keeps with this key, which is looked for here: a
# query that names it would be logged.
sub with_key
{
	my $key = shift;
	return [] if !$has{pg_stat_statements};
	return [ map { /^((?:CREATE|ALTER) USER MAPPING)/ ? $1 : $_ } grep { /\Q$key/ } $among_session->rows('SELECT query FROM pg_stat_statements') ];
}

#
# pg_stat_statements: foreign scans count as other statements do.  Statements that set a
# key are kept with it.
#
SKIP:
{
	skip 'pg_stat_statements is not installed', 1 if !$has{pg_stat_statements};
	my $texts = $among->data_dir . '/pg_stat_tmp/pgss_query_texts.stat';
	$among_session->rows("SELECT project_id FROM usage.costs WHERE day = current_date - $_ GROUP BY 1") for 3, 4;
	is($among_session->value(q{SELECT calls, plans, rows > 0, shared_blks_written FROM pg_stat_statements
		WHERE query = 'SELECT project_id FROM usage.costs WHERE day = current_date - $1 GROUP BY 1'}),
		'2|2|t|0', 'pg_stat_statements counts calls, plans and rows');
	is($among_session->value(q{SELECT count(*) > 0 FROM pg_stat_statements WHERE NOT toplevel AND query ~ 'INSERT INTO kept.costs'}),
		't', 'and the statements of usage_fdw_sync()');

	is_deeply(with_key($KEY), ['CREATE USER MAPPING'], 'the statement that sets a key is kept with it, and none else');
	like(slurp_file($texts), qr/\Q$KEY/, 'in a file as well');
	$among_session->rows($_)
	  for 'SET pg_stat_statements.track_utility = off', "$ALTER (SET api_key '$QUIET_KEY')", 'RESET pg_stat_statements.track_utility';
	is_deeply(with_key($QUIET_KEY), [], 'but not with track_utility off');
	unlike(slurp_file($texts), qr/\Q$QUIET_KEY/, 'nor in its file');
	$among_session->rows('SELECT pg_stat_statements_reset()');
	is_deeply(with_key($KEY), [], 'a reset forgets the key');
	unlike(slurp_file($texts), qr/\Q$KEY/, 'and so does the file');
}

#
# auto_explain: the plans, of statements in functions as well
#
SKIP:
{
	skip 'auto_explain is not installed', 1 if !$has{auto_explain};
	like($log, qr/Query Text: SELECT count\(\*\), sum\(input_tokens\).*?Foreign Scan on usage\.completions.*?Requests: \d/s,
		'auto_explain logs the plan, with counters');
	like($log, qr/Query Text: INSERT INTO kept\.costs .*?Insert on kept\.costs.*?Foreign Scan on usage\.costs.*?Requests: \d/s,
		'and that of a statement of usage_fdw_sync()');
	unlike($log, qr/Query Text: [^\n]*\Q$KEY/, 'a statement that sets a key has no plan');
}

#
# pgaudit: who reads which foreign table, and the key of a statement that sets one
#
SKIP:
{
	skip 'pgaudit is not installed', 1 if !$has{pgaudit};
	like($log, qr/AUDIT: SESSION,\d+,1,READ,SELECT,FOREIGN TABLE,usage\.completions,"?SELECT count/, 'pgaudit logs a read of a foreign table');
	like($log, qr/AUDIT: SESSION,\d+,1,$CLASS,CREATE USER MAPPING,[^\n]*\Q$KEY/, 'and the key of a statement that sets one');
	my %logged;
	for my $case (
		[ shown => "$ALTER (SET api_key '$AUDITED_KEY')" ],
		[ quiet => "SET pgaudit.log = none; $ALTER (SET api_key '$QUIET_KEY'); RESET pgaudit.log" ],
		[ file => "$ALTER (DROP api_key, ADD api_key_file '$key_file')" ])
	{
		my $before = -s $among->logfile;
		# each as a statement of its own, which is what is logged
		$among_session->rows($_) for split /; /, $case->[1];
		$logged{ $case->[0] } = log_since($before);
	}
	like($logged{shown}, qr/AUDIT: SESSION,\d+,1,$CLASS,[^\n]*USER MAPPING[^\n]*\Q$AUDITED_KEY/, 'pgaudit logs the key that a statement sets');
	unlike($logged{quiet}, qr/\Q$QUIET_KEY/, 'not while pgaudit.log is none');
	like($logged{file}, qr/AUDIT: [^\n]*api_key_file '\Q$key_file'/, 'of a key in a file it logs the name');
	control($simulator, 'set', "api_key=$FILE_KEY");
	is($among_session->value('SELECT count(*) > 0 FROM usage.completions WHERE day = current_date - 3'), 't', 'the key in the file works');
	unlike(log_since(0), qr/\Q$FILE_KEY/, 'and is logged nowhere');
	control($simulator, 'set', "api_key=$KEY");
	$among_session->rows("$ALTER (DROP api_key_file, ADD api_key '$KEY')");
}

#
# What docs/security.md says to be quiet with, of a command that fails, too
#
my $before = -s $among->logfile;
$among_session->rows($_) for 'SET log_statement = ddl', "$ALTER (SET api_key '$LOGGED_KEY')";
like(log_since($before), qr/LOG:  statement: ALTER USER MAPPING [^\n]*\Q$LOGGED_KEY/, 'log_statement logs the key');
$before = -s $among->logfile;
$among_session->rows("SET $_") for 'log_min_error_statement = error', 'log_min_duration_statement = 0',
  # from here on as in the document
  'log_statement = none', 'log_min_duration_statement = -1', 'log_min_error_statement = panic', 'pgaudit.log = none',
  'pg_stat_statements.track_utility = off';
$among_session->rows("$ALTER (SET api_key '$UNSEEN_KEY')");
isnt($among_session->query("$ALTER (SET api_key '$UNSEEN_KEY', SET mistaken '1')")->{error}, undef, 'a command that fails');
$among_session->rows("$ALTER (SET api_key '$KEY')");
$among_session->rows("RESET $_")
  for qw(log_statement log_min_duration_statement log_min_error_statement pgaudit.log pg_stat_statements.track_utility);
unlike(log_since($before), qr/gateway-/, 'no key is in the log once that is quiet');
is_deeply(with_key($UNSEEN_KEY), [], 'nor kept');
is_deeply(with_key($LOGGED_KEY), [ $has{pg_stat_statements} ? 'ALTER USER MAPPING' : () ], 'as it was before');

#
# pg_cron, which has waited for its minute
#
SKIP:
{
	skip 'pg_cron is not installed', 1 if !$has{pg_cron};
	my $runs = 'SELECT status, return_message FROM cron.job_run_details';
	ok(poll_until(sub { sleep 1; $among_session->value("$runs WHERE status IN ('succeeded', 'failed') LIMIT 1") ne '' }), 'the job has run');
	$among_session->rows('SELECT cron.unschedule(jobid) FROM cron.job');
	is($among_session->value("$runs WHERE status = 'failed'"), '', 'it has not failed');
	is($among_session->value('SELECT count(*) > 100, (SELECT count(*) FROM (TABLE kept.by_cron EXCEPT ALL TABLE kept.costs) AS e)
		FROM kept.by_cron'), 't|0', 'and has kept what another session did');
}

# Nothing of it is anywhere else: each line of the log with a key is one of pgaudit.
my @lines = grep { /gateway-[A-Z]/ && !/AUDIT: SESSION,\d+,1,$CLASS,|LOG:  statement: ALTER/ } split /\n/, log_since(0);
is(scalar @lines, 0, 'no key is in the log but of what pgaudit logs') or diag join "\n", map { substr $_, 0, 300 } @lines;
unlike(log_since(0), qr/PANIC|TRAP|terminated by signal/, 'no process has crashed');

done_testing();
