#
# More than a year in the life of a table that usage_fdw_sync() keeps, night by night, by
# clocks that move: days are restated, runs are missed and fail, two come at once,
# the server crashes in mid-run, and the API forgets.  After each night the table is what
# the simulator's events say, of every day that is over.
#
use strict;
use warnings;

use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

use constant {
	nights => 500,
	day_s => 86400,
	history_days => 365,
	restated_days => 3,
	first_night => 1768264200,    # 2026-01-13 00:30 UTC
};

# What happens in which nights, by their number.
my %is_outage = map { $_ => 1 } 100 .. 106;    # nobody runs it
my %is_failing = map { $_ => 1 } 150 .. 156;   # the API answers with errors
my %is_doubled = map { $_ => 1 } 0, 107, map { 50 * $_ } 1 .. 9;
my %is_crash = map { $_ => 1 } 107, 220, 410;

my $started = time();
my $simulator = simulator('--now', first_night, '--days', 2000, '--events-per-day', 3, '--set', 'late=3600');
my $node = cluster('main', moving_clock => first_night,
	conf => "autovacuum = off\ncheckpoint_timeout = 1d\ntimezone = 'Asia/Kolkata'\n");
my ($session, $other);
my $night = 0;
my $SYNC = "SELECT * FROM usage_fdw_sync('usage.costs', 'kept.costs')";
srand(1);

sub now { return first_night + $night * day_s }
sub midnight { return int(now() / day_s) * day_s - shift() * day_s }

sub day { return strftime('%Y-%m-%d', gmtime shift) }

sub connect_sessions
{
	($session, $other) = map { UsageFdw::Session->new($node) } 1, 2;
	return;
}

sub set_clocks
{
	control($simulator, 'set', 'now=' . now());
	set_clock($node, now());
	return;
}

# Load what the simulator says of the last so many days, as events.
sub load_events
{
	my $days = shift;
	my $from = midnight($days);
	my @rows = Control::csv_rows(control($simulator, 'events', 'endpoint=costs', "from=$from", 'to=' . midnight(0)));
	my @values = map {
		my $event = $_;
		'(' . join(', ', map { defined $event->{$_} ? literal($event->{$_}) : 'NULL' }
			  qw(time project_id line_item amount currency quantity quantity_unit)) . ')'
	} @rows;
	$session->rows("DELETE FROM event WHERE time >= $from;"
		  . (@values ? 'INSERT INTO event VALUES ' . join(', ', @values) : ''));
	return;
}

# The rows that the table has and should not have, and the other way round.
sub differences
{
	return $session->value(<<'SQL');
WITH kept AS MATERIALIZED (
	SELECT day, project_id, line_item, amount, currency, quantity, quantity_unit FROM kept.costs)
SELECT (SELECT count(*) FROM (TABLE kept EXCEPT ALL TABLE truth) AS e),
	(SELECT count(*) FROM (TABLE truth EXCEPT ALL TABLE kept) AS m)
SQL
}

# The whole state, as a text.
sub whole_state
{
	return $session->value("SELECT md5(string_agg(c::text, ' ' ORDER BY c::text)), usage_fdw_next_day('kept.costs')
		FROM kept.costs AS c");
}

sub restate_a_day
{
	my $from = midnight(1 + int(rand(restated_days)));
	control($simulator, 'restate', 'costs', "from=$from", 'to=' . ($from + day_s), 'factor=' . (2 + int(rand(2))));
	return;
}

# Two runs at once: the API is slow, so the second comes while the first one waits for it.
sub sync_twice
{
	control($simulator, 'set', 'delay_ms=30');
	$session->send($SYNC);
	$other->send($SYNC);
	my @answers = map { $_->finish } $session, $other;
	control($simulator, 'set', 'delay_ms=0');
	is_deeply([ map { $_->{error} } @answers ], [ undef, undef ], "night $night: two runs at once");
	is($answers[0]{rows}[0][4], $answers[1]{rows}[0][4], "night $night: both went as far");
	return;
}

# The server is gone while a run waits for the API.
sub crash
{
	my $before = whole_state();
	my $requests = stat_of($simulator, 'requests');
	control($simulator, 'fault', 'delay', 'delay_ms=5000', 'after=1');
	$session->send($SYNC);
	ok(poll_until(sub { stat_of($simulator, 'requests') >= $requests + 2 }), "night $night: it is reading");
	$node->stop('immediate');
	start_cluster($node);
	control($simulator, 'reset-faults');
	connect_sessions();
	is(whole_state(), $before, "night $night: a crash leaves everything as it was");
	return;
}

# The API fails after the first request: nothing changes.
sub fail_a_run
{
	my $before = whole_state();
	control($simulator, 'fault', 'status', 'code=503', 'count=-1', 'after=1');
	is($session->query($SYNC)->{error}{C}, 'HV00N', "night $night: the API fails");
	control($simulator, 'reset-faults');
	is(whole_state(), $before, "night $night: an error leaves everything as it was");
	return;
}

# A night: true if the table should have all days that are over then.
sub live_a_night
{
	set_clocks();
	restate_a_day() if rand() < 0.4;
	return if $is_outage{$night};
	if ($is_failing{$night})
	{
		fail_a_run();
		return;
	}
	crash() if $is_crash{$night};
	if ($is_doubled{$night}) { sync_twice() }
	else { $session->rows($SYNC) }
	load_events(restated_days + 10);
	return 1;
}

connect_sessions();
connect_server($node, $simulator, options => { max_retries => 0 });
$session->rows(<<'SQL');
CREATE SCHEMA kept;
CREATE TABLE kept.costs (LIKE usage.costs) PARTITION BY RANGE (day);
CREATE TABLE kept.costs_1 PARTITION OF kept.costs FOR VALUES FROM (MINVALUE) TO ('2026-07-01');
CREATE TABLE kept.costs_2 PARTITION OF kept.costs FOR VALUES FROM ('2026-07-01') TO (MAXVALUE);
CREATE INDEX ON kept.costs (day);
SELECT usage_fdw_create_live_view('kept.costs', source => 'usage.costs');
CREATE TABLE event (time bigint, project_id text, line_item text, amount numeric, currency text,
	quantity numeric, quantity_unit text);
CREATE VIEW truth AS SELECT (to_timestamp(time) AT TIME ZONE 'UTC')::date AS day, project_id, line_item,
	sum(amount) AS amount, min(currency) AS currency, sum(quantity) AS quantity, min(quantity_unit) AS quantity_unit
FROM event GROUP BY 1, 2, 3;
SQL

# The first run goes by months, a notice each.
my @notices = $session->notices("CALL usage_fdw_sync_by_month('usage.costs', 'kept.costs')");
is(scalar @notices, 13, 'first run: a notice a month');
like($notices[0], qr/^kept\.costs: kept 2025-01-13 to 2025-01-31, \d+ rows$/, 'first run: the first one');
like($notices[-1], qr/^kept\.costs: kept 2026-01-01 to 2026-01-12, \d+ rows$/, 'first run: the last one');
load_events(history_days);
is(differences(), '0|0', 'first run: the year is there');

my ($checked, @wrong) = 0;
for (1 .. nights)
{
	$night++;
	next if !live_a_night();
	$checked++;
	my $differences = differences();
	push @wrong, "night $night: $differences" if $differences ne '0|0';
	last if @wrong > 5;
}
is_deeply(\@wrong, [], 'each night the table is what the events say, of every day that is over');
is($checked, nights - 14, 'nights that were looked at');

# The API has forgotten; the table has not.
is($session->value("SELECT usage_fdw_first_day('usage.costs') - date '2025-01-13'"), nights,
	'the API has forgotten as many days as there were nights');
is($session->value('SELECT count(DISTINCT day) - (SELECT count(DISTINCT day) FROM truth) FROM kept.costs'), 0,
	'no day is lost');
cmp_ok($session->value("SELECT count(DISTINCT day) FROM truth WHERE day < date '2025-01-13' + " . nights), '>', 300,
	'days with costs that only the table has');

# The live view has both, each day once.
control($simulator, 'reset-requests');
is($session->value('SELECT (SELECT sum(amount) FROM kept.costs_live)
	= (SELECT sum(amount) FROM kept.costs) + coalesce((SELECT sum(amount) FROM usage.costs
		WHERE day = usage_fdw_next_day(\'kept.costs\')), 0)'), 't', 'the live view');
is_deeply([ map { $_->{query} =~ /start_time=(\d+)/ } requests($simulator) ],
	[ midnight(0), midnight(0) ], 'the live view asks for the day that is not over');

# Nobody runs it for longer than the history is: the days that are lost are named.
my $last_kept = midnight(1);
$night += 400;
set_clocks();
my $answer = $session->query($SYNC);
is($answer->{error}, undef, 'after a year and more: it goes on');
is_deeply(
	[ map { "$_->{M} | $_->{D} | $_->{H}" } @{ $answer->{notices} } ],
	[
		'table kept.costs lacks the days from ' . day($last_kept + day_s) . ' to '
		  . day(midnight(history_days + 1))
		  . ' | Foreign table usage.costs has nothing before ' . day(midnight(history_days)) . ' any more.'
		  . ' | Synchronize more often than the history is long.'
	],
	'after a year and more: the days that are lost');
load_events(history_days);
is(differences(), '0|0', 'after a year and more: all others are there, old and new');

my $seconds = time() - $started;
cmp_ok($seconds, '<', 180, sprintf 'it took %.0f s', $seconds);
done_testing();
