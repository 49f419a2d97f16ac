#
# Another server reads the foreign tables of this one by postgres_fdw: what it sends on,
# and what that takes of the API.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Session;
use UsageFdw::Test;

plan skip_all => 'postgres_fdw is not installed' if !is_installed('postgres_fdw');

keep_day(120);
my $simulator = simulator('--events-per-day', 60);
control($simulator, 'set', 'now=' . int time);
my ($node, $managed) = map { cluster($_) } qw(main managed);
connect_server($node, $simulator, options => { max_retries => 0 });
my $here = UsageFdw::Session->new($node);
$here->rows(<<"SQL");
CREATE ROLE dashboard LOGIN;
CREATE SCHEMA shown;
CREATE VIEW shown.costs_by_project AS SELECT day, project_id, currency, sum(amount) AS amount FROM usage.costs GROUP BY 1, 2, 3;
CREATE VIEW shown.week AS SELECT * FROM usage.costs WHERE day > current_date - 7;
GRANT USAGE ON SCHEMA usage, shown TO dashboard;
GRANT SELECT ON ALL TABLES IN SCHEMA usage, shown TO dashboard;
CREATE USER MAPPING FOR dashboard SERVER openai OPTIONS (api_key '${\api_key}')
SQL
my $far = UsageFdw::Session->new($managed);
$far->rows($_) for 'CREATE EXTENSION postgres_fdw',
  "CREATE SERVER reports FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${\$node->host}', port '${\$node->port}', dbname 'postgres', fetch_size '10000')",
  q{CREATE USER MAPPING FOR CURRENT_USER SERVER reports OPTIONS (user 'dashboard')}, 'CREATE SCHEMA usage', 'CREATE SCHEMA shown',
  map { "IMPORT FOREIGN SCHEMA $_ FROM SERVER reports INTO $_" } qw(usage shown);

my ($first, $last, $day) = map { literal(days_ago($_)) } 40, 11, 20;
my $project = literal($here->value('SELECT min(project_id) FROM usage.costs WHERE day > current_date - 30'));
my $month = "day BETWEEN $first AND $last";

# What a query asks of the API, and what it says.
sub asked
{
	my ($in, $query) = @_;
	control($simulator, 'reset-requests');
	my @rows = $in->rows($query);
	my @requests = requests($simulator);
	my $bytes = 0;
	$bytes += $_->{bytes} for @requests;
	# a sum of fewer rows may have fewer zeros at its end
	s/(\.\d*?)0+(?=\||$)/$1/g for @rows;
	return { rows => [ sort @rows ], requests => scalar @requests, bytes => $bytes };
}

sub remote_sql
{
	my $query = shift;
	return join ' ', map { /Remote SQL: (.*)/ ? $1 : () } $far->rows("EXPLAIN (VERBOSE, COSTS OFF) $query");
}

# The same answer, by no more than it takes here.
sub same
{
	my ($name, $query, $remote, $most) = @_;
	my ($direct, $by_far) = map { asked($_, $query) } $here, $far;
	is_deeply($by_far->{rows}, $direct->{rows}, "$name: the same answer");
	like(remote_sql($query), $remote, "$name: what is sent");
	note("$name: $by_far->{requests} requests, $by_far->{bytes} bytes; here $direct->{requests}, $direct->{bytes}");
	return ($direct, $by_far);
}

# Sent on as a whole, so it takes what it takes here.
sub sent_on
{
	my ($name, $query, $remote) = @_;
	my ($direct, $by_far) = same($name, $query, $remote);
	is("$by_far->{requests} $by_far->{bytes}", "$direct->{requests} $direct->{bytes}", "$name: no more than here");
	return;
}

# Not sent on: more is read.
sub kept_back
{
	my ($name, $query, $remote) = @_;
	my ($direct, $by_far) = same($name, $query, $remote);
	cmp_ok($by_far->{bytes}, '>', $direct->{bytes}, "$name: more than here");
	return;
}

my $sum = "SELECT sum(amount) FROM usage.costs";
my $by_project = 'SELECT project_id, sum(amount) FROM usage.costs WHERE %s GROUP BY 1';
my $one_project = sprintf $by_project, "day >= $first AND project_id = $project";
sent_on('a sum', "$sum WHERE $month", qr/^SELECT sum\(amount\) FROM usage\.costs WHERE \(\(day >= /);
sent_on('groups', sprintf($by_project, $month), qr/GROUP BY 1$/);
sent_on('newest rows', 'SELECT start_time, line_item FROM usage.costs ORDER BY start_time DESC LIMIT 1', qr/ORDER BY start_time DESC .* LIMIT 1::bigint$/);

# Before version 17, where postgres_fdw takes few rows for granted it thinks that to
# aggregate them there costs as little.  It asks, where it is told to, and asking takes no request.
my $by_day = "SELECT day, sum(amount) FROM usage.costs WHERE $month GROUP BY 1 ORDER BY 1";
kept_back('by day', $by_day, qr/^SELECT day, amount FROM/);
if (major_version() >= 17)
{
	sent_on('groups of few rows', $one_project, qr/GROUP BY 1$/);
}
else
{
	kept_back('groups of few rows', $one_project, qr/^SELECT project_id, amount FROM/);
}
$far->rows(q{ALTER SERVER reports OPTIONS (ADD use_remote_estimate 'true')});
control($simulator, 'reset-requests');
like(remote_sql($one_project), qr/GROUP BY 1$/, 'with use_remote_estimate they are sent');
is(scalar requests($simulator), 0, 'and its estimates ask nothing of the API');
sent_on('by day', $by_day, qr/GROUP BY 1( ORDER BY|$)/);
sent_on('groups of few rows', $one_project, qr/GROUP BY 1$/);
sent_on('groups of all', sprintf($by_project, $month), qr/GROUP BY 1$/);

# now() stays there; as a sub-select its value travels.
kept_back('now()', "$sum WHERE day > current_date - 7", qr/^SELECT day, amount FROM usage\.costs$/);
sent_on('now() in a sub-select', "$sum WHERE day > (SELECT current_date - 7)", qr/^SELECT sum\(amount\) FROM usage\.costs WHERE \(\(day > \$1::date\)\)$/);
sent_on('now() in a view', 'SELECT project_id, sum(amount) FROM shown.week GROUP BY 1', qr/FROM shown\.week GROUP BY 1$/);

# A view that aggregates does so whatever is sent, and what is above it as well.
my $view = 'SELECT %s FROM shown.costs_by_project WHERE ' . $month;
sent_on('a view that aggregates', sprintf($view, '*'), qr/FROM shown\.costs_by_project WHERE/);
sent_on('and a sum of it', sprintf($view, 'sum(amount)'), qr/^SELECT sum\(amount\) FROM shown\.costs_by_project/);

# A limit may stay there, as that of min() and max() does, and here nothing says then that
# one row is enough.  A bound helps.
my $newest = 'SELECT max(start_time) FROM usage.costs';
kept_back('max()', $newest, qr/ORDER BY start_time DESC NULLS FIRST$/);
my ($direct, $bounded) = same('max() of some days', "$newest WHERE day > (SELECT current_date - 3)", qr/WHERE \(\(day > \$1::date\)\)/);
is($bounded->{requests}, 1, 'max() of some days: one request');
cmp_ok($bounded->{bytes}, '<', 50_000, 'max() of some days: few bytes');

# What is refused or goes wrong here is known there.
$here->rows('ALTER ROLE dashboard SET usage_fdw.require_time_clause = error');
$far = UsageFdw::Session->new($managed);
my $error = $far->query("$sum WHERE day > current_date - 7")->{error};
is($error->{C}, '54000', 'usage_fdw.require_time_clause of the role refuses what would read a year');
is($far->query("$sum WHERE day > (SELECT current_date - 7)")->{error}, undef, 'but not this');
control($simulator, 'fault', 'status', 'code=403');
is($far->query("$sum WHERE $month")->{error}{C}, '42501', q{an error of the API has its SQLSTATE there});
control($simulator, 'reset-faults');

# A cancel there ends the scan here.
control($simulator, 'set', 'delay_ms=30000');
$far->send("$sum WHERE $month");
my $waiting = 'SELECT count(*) FROM pg_stat_activity WHERE ' . wait_event('Answer');
ok(poll_until(sub { $here->value($waiting) == 1 }), 'a scan waits for the API');
UsageFdw::Session->new($managed)->rows('SELECT pg_cancel_backend(' . $far->pid . ')');
is($far->finish->{error}{C}, '57014', 'it is canceled there');
ok(poll_until(sub { $here->value($waiting) == 0 }), 'and ends here');
control($simulator, 'set', 'delay_ms=0');
is($far->value("$sum WHERE $month"), $here->value("$sum WHERE $month"), 'all goes on');

done_testing();
