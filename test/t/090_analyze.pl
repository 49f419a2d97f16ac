#
# ANALYZE: by few requests, as the table's owner; a table that the owner can't
# read is passed over, and what was known of it stays.
#
use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $MAX_REQUESTS = 6;

my $simulator = simulator();
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator, options => { max_retries => 0 });
connect_server($node, $simulator, options => { max_retries => 0 }, server => 'minutes',
	schema => 'minutes', import => q{OPTIONS (bucket_width '1m')});

sub stats
{
	my ($table, $column) = @_;
	return $session->value("SELECT round(n_distinct::numeric, 2), round(null_frac::numeric, 2),
		round(correlation::numeric, 2) FROM pg_stats
		WHERE schemaname || '.' || tablename = '$table' AND attname = '$column'");
}

sub reltuples
{
	return $session->value("SELECT reltuples FROM pg_class WHERE oid = '$_[0]'::regclass");
}

# What it finds, and by how many requests

is(reltuples('usage.completions'), -1, 'at first, nothing is known');
for my $table ('usage.completions', 'minutes.completions', 'usage.costs')
{
	control($simulator, 'reset-requests');
	is_deeply([ $session->notices("ANALYZE $table") ], [], "$table is analyzed");
	my $requests = () = requests($simulator);
	cmp_ok($requests, '>', 0, "$table: it is read");
	cmp_ok($requests, '<=', $MAX_REQUESTS, "$table: by few requests");
}

my $actual = $session->value('SELECT count(*) FROM usage.completions');
cmp_ok(abs(reltuples('usage.completions') / $actual - 1), '<', 0.2, 'about as many rows as there are');
is(reltuples('usage.costs'), $session->value('SELECT count(*) FROM usage.costs'),
	'the rows of a table that is read whole');

my $models = $session->value('SELECT count(DISTINCT model) FROM usage.completions');
my ($distinct, $nulls, $correlation) = split /\|/, stats('usage.completions', 'model');
cmp_ok(abs($distinct - $models), '<=', 1, 'distinct values of a dimension');
is((split /\|/, stats('usage.completions', 'day'))[2], '1.00', 'days are in the order of rows');
cmp_ok((split /\|/, stats('usage.completions', 'user_id'))[1], '>', 0, 'NULLs of a dimension');
my $common = $session->value("SELECT (most_common_vals::text::text[])[1] FROM pg_stats
	WHERE schemaname = 'usage' AND tablename = 'completions' AND attname = 'model'");
is($common, $session->value('SELECT model FROM usage.completions GROUP BY model ORDER BY count(*) DESC LIMIT 1'),
	'the commonest value');

$session->rows('SET default_statistics_target = 1');
control($simulator, 'reset-requests');
$session->notices('ANALYZE usage.completions');
is(scalar(() = requests($simulator)), 1, 'rows enough are enough');
cmp_ok(abs(reltuples('usage.completions') / $actual - 1), '<', 0.3, 'and say as much');
$session->rows('RESET default_statistics_target');

like(join("\n", $session->notices('ANALYZE VERBOSE usage.costs')),
	qr/"costs": read 366 of 366 buckets, containing \d+ rows; \d+ rows in sample/, 'VERBOSE says what was read');

# Estimates by it

sub expected
{
	my $plan = $session->value('EXPLAIN ' . shift);
	my ($rows) = $plan =~ /Foreign Scan on .* rows=(\d+)/ or die $plan;
	return $rows;
}

sub near
{
	my ($query, $factor) = @_;
	my $came = $session->value("SELECT count(*) FROM ($query) AS q");
	my $rows = expected($query);
	ok($rows <= $came * $factor && $rows * $factor >= $came, "$query: $rows of $came");
	return;
}

near('SELECT * FROM usage.completions', 1.2);
near(q{SELECT * FROM usage.completions WHERE day >= current_date - 30}, 1.5);
near("SELECT * FROM usage.completions WHERE day >= current_date - 30 AND model = '$common'", 3);
near(q{SELECT day, model, sum(input_tokens) FROM usage.completions GROUP BY day, model}, 2);
near(q{SELECT day, sum(input_tokens) FROM usage.completions WHERE project_id IS NOT NULL GROUP BY day, project_id}, 2);
near(q{SELECT start_time, sum(input_tokens) FROM minutes.completions
	WHERE day >= current_date - 3 GROUP BY start_time}, 3);
near(q{SELECT * FROM minutes.completions WHERE (start_time AT TIME ZONE 'Asia/Kolkata')::date = current_date - 2}, 3);

# one day has more than another; there is room to list them all
$session->rows($_) for 'SET default_statistics_target = 400', 'ANALYZE usage.web_search_calls',
  'RESET default_statistics_target';
for my $order (qw(ASC DESC))
{
	my $day = $session->value("SELECT day FROM usage.web_search_calls
		WHERE day >= current_date - 20 AND day < current_date GROUP BY day ORDER BY count(*) $order LIMIT 1");
	near("SELECT * FROM usage.web_search_calls WHERE day = '$day'", 1.2);
}

# bounds that are not known are some part of the history
$session->rows('SET plan_cache_mode = force_generic_plan');
$session->rows('PREPARE days(date, date) AS SELECT * FROM usage.completions WHERE day >= $1 AND day < $2');
$session->rows('PREPARE one(date) AS SELECT * FROM usage.completions WHERE day = $1');
my $rows = expected(q{EXECUTE days('2026-01-01', '2026-02-01')});
cmp_ok(abs($rows * 9 / reltuples('usage.completions') - 1), '<', 0.1, 'two unknown bounds');
$rows = expected(q{EXECUTE one('2026-01-01')});
cmp_ok(abs($rows * 366 / reltuples('usage.completions') - 1), '<', 0.1, 'an unknown day');
$session->rows('RESET plan_cache_mode');

# planning reads nothing
control($simulator, 'reset-requests');
expected('SELECT * FROM usage.completions');
is(scalar(() = requests($simulator)), 0, 'planning makes no request');

# The owner's mapping, and the owner's rights

$session->rows($_) for 'CREATE ROLE owner', 'CREATE ROLE stranger', 'CREATE SCHEMA theirs AUTHORIZATION owner',
  'GRANT USAGE ON FOREIGN SERVER openai TO owner',
  q{CREATE USER MAPPING FOR owner SERVER openai OPTIONS (api_key 'sk-admin-simulator')},
  'CREATE TABLE theirs.seen (who name)', 'ALTER TABLE theirs.seen OWNER TO owner',
  q{CREATE FUNCTION theirs.note(text) RETURNS boolean LANGUAGE plpgsql AS
	'BEGIN INSERT INTO theirs.seen VALUES (current_user); RETURN true; END'},
  'CREATE DOMAIN theirs.model AS text CHECK (theirs.note(VALUE))',
  q{CREATE FOREIGN TABLE theirs.completions (day date, model theirs.model) SERVER openai},
  'ALTER FOREIGN TABLE theirs.completions OWNER TO owner',
  q{CREATE FOREIGN TABLE theirs.costs (day date, amount numeric) SERVER openai},
  'ALTER FOREIGN TABLE theirs.costs OWNER TO stranger';
is_deeply([ $session->notices('ANALYZE theirs.completions') ], [], 'the owner can read it');
is($session->value('SELECT DISTINCT who FROM theirs.seen'), 'owner', 'code of its types runs as the owner');
is($session->value('SELECT current_user'), (getpwuid $<)[0], 'the user is the same again');

# What can't be read

like(($session->notices('ANALYZE theirs.costs'))[0],
	qr/^could not read a sample of foreign table "costs": .*stranger/, 'without a mapping');
is(reltuples('theirs.costs'), -1, 'nothing is known of it');

# By itself a foreign table is analyzed by name only, but a tree takes it along.
$session->rows($_) for 'CREATE TABLE tree (day date, amount numeric)',
  'ALTER FOREIGN TABLE theirs.costs INHERIT tree',
  q{CREATE FOREIGN TABLE other (day date, amount numeric) INHERITS (tree) SERVER openai OPTIONS (endpoint 'costs')},
  'INSERT INTO tree SELECT current_date, 1',
  'CREATE TABLE zz_last AS SELECT generate_series(1, 10) AS n';
my @warnings = $session->notices('ANALYZE');
is(scalar @warnings, 1, 'the whole database: one warning');
like($warnings[0], qr/stranger/, 'of the table that can not be read');
is(reltuples('zz_last'), 10, 'the tables after it are analyzed');
is($session->value(q{SELECT n_distinct <> 0 FROM pg_stats
	WHERE tablename = 'tree' AND attname = 'amount' AND inherited}), 't', 'and what can be read of the tree');
is(scalar($session->notices('ANALYZE theirs.costs, other')), 2, 'a list of tables');
cmp_ok(reltuples('other'), '>', 0, 'goes on past it');

my $before = reltuples('usage.costs');
sub passed_over
{
	my ($what, $pattern) = @_;
	like(($session->notices('ANALYZE usage.costs'))[0], $pattern, "$what: a warning");
	is(reltuples('usage.costs'), $before, "$what: what was known stays");
	return;
}

control($simulator, 'set', 'api_key=sk-admin-other');
passed_over('the key is refused', qr/^could not read a sample of foreign table "costs"/);
control($simulator, 'set', 'api_key=' . api_key);
control($simulator, 'fault', 'status');
passed_over('the server fails', qr/^could not read a sample of foreign table "costs": .*500/);
control($simulator, 'fault', 'status', 'after=1');
passed_over('the server fails later', qr/^could not read a sample of foreign table "costs": .*500/);
$session->rows(q{ALTER SERVER openai OPTIONS (SET base_url 'http://127.0.0.1:1/v1')});
passed_over('there is no server', qr/^could not read a sample of foreign table "costs"/);
$session->rows(qq{ALTER SERVER openai OPTIONS (SET base_url '$simulator->{url}/v1')});

is_deeply([ $session->notices('BEGIN; SAVEPOINT a; ANALYZE usage.costs; ROLLBACK TO a; ANALYZE usage.costs; COMMIT') ],
	[], 'in a transaction');

# Cancel

my $other = UsageFdw::Session->new($node);
control($simulator, 'set', 'delay_ms=30000');
$session->send('ANALYZE usage.costs');
ok(poll_until(sub {
		$other->value('SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $session->pid) eq 'Extension' }),
	'it waits for the server');
my $start = time;
$other->value('SELECT pg_cancel_backend(' . $session->pid . ')');
my $answer = $session->finish;
is($answer->{error}{C}, '57014', 'it is cancelled, and not passed over');
cmp_ok($answer->{time} - $start, '<', 1, 'at once');
is(scalar @{ $answer->{notices} }, 0, 'without a warning');
control($simulator, 'set', 'delay_ms=0');
is($session->value('SELECT 1'), 1, 'the session goes on');
is_deeply([ $session->notices('ANALYZE usage.costs') ], [], 'and can analyze');

done_testing();
