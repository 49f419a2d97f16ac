#
# Copies of a server: a hot standby, which reads and does not write, and a subscriber of
# logical replication, which has what is kept.
#
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $OTHER_KEY = 'sk-admin-other';

keep_day(200);
my $simulator = simulator('--events-per-day', 20);
control($simulator, 'set', 'now=' . int time);
my $primary = cluster('primary', conf => <<'END');
wal_level = logical
max_wal_senders = 10
max_replication_slots = 10
max_standby_streaming_delay = 200ms
log_min_error_statement = panic
END
connect_server($primary, $simulator, options => { max_retries => 0 });
my $session = UsageFdw::Session->new($primary);
$session->rows($_) for split /;\n/, <<'END';
CREATE SCHEMA kept;
CREATE TABLE kept.costs (LIKE usage.costs);
SELECT usage_fdw_sync('usage.costs', 'kept.costs', before => current_date - 10);
SELECT usage_fdw_create_live_view('kept.costs');
SELECT usage_fdw_create_reports('report', VARIADIC '{kept,usage}');
CREATE MATERIALIZED VIEW kept.month AS SELECT project_id, sum(amount) FROM usage.costs WHERE day >= current_date - 30 GROUP BY 1;
CREATE FOREIGN TABLE kept.gone (day date, input_tokens bigint) SERVER openai OPTIONS (endpoint 'completions');
ANALYZE usage.completions
END

#
# A hot standby
#
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
my $reader = UsageFdw::Session->new($standby);
is($reader->value('SELECT pg_is_in_recovery()'), 't', 'there is a standby');

# Answers and requests are those of the primary.
my @read = (
	'SELECT count(*), sum(input_tokens) FROM usage.completions WHERE day >= current_date - 30',
	'SELECT day, model, sum(output_tokens) FROM usage.completions WHERE day >= current_date - 30 GROUP BY 1, 2 ORDER BY 1, 2',
	'SELECT * FROM usage.costs ORDER BY start_time DESC, amount, line_item, project_id LIMIT 5',
	'SELECT p.name, sum(c.amount) FROM usage.projects AS p JOIN usage.costs AS c ON c.project_id = p.id GROUP BY 1 ORDER BY 1',
	'SELECT sum(n) FROM (SELECT input_tokens AS n FROM usage.completions UNION ALL SELECT input_tokens FROM usage.embeddings) AS u',
	'SELECT currency, sum(amount), count(*) FROM kept.costs_live GROUP BY 1',
	'SELECT * FROM report.cost_month_to_date ORDER BY 1, 2',
	'SELECT * FROM report.cost_by_project ORDER BY 1, 2, 3 LIMIT 20',
	'SELECT sum(sum) FROM kept.month',
	q{SELECT usage_fdw_next_day('kept.costs'), usage_fdw_first_day('usage.costs')},
	q{SELECT step, ok, detail FROM usage_fdw_check('openai')},
	'SELECT count(*) FROM usage_fdw_columns()',
	"BEGIN; DECLARE c CURSOR FOR SELECT day, model FROM usage.completions ORDER BY start_time, model; FETCH 5 FROM c; MOVE ALL IN c; COMMIT",
	'EXPLAIN SELECT sum(input_tokens) FROM usage.completions WHERE day >= current_date - 30');

sub asked
{
	my ($in, $query) = @_;
	control($simulator, 'reset-requests');
	my @rows = $in->rows($query);
	return { rows => \@rows, requests => [ sort map { "$_->{path}?$_->{query}" } requests($simulator) ] };
}

for my $query (@read)
{
	my $here = asked($session, $query);
	is_deeply(asked($reader, $query), $here, "a standby: $query");
	cmp_ok(scalar @{ $here->{rows} }, '>', 0, 'has rows');
}
is($reader->value(q{SELECT count(*) > 20, count(*) FILTER (WHERE status <> 200) FROM usage_fdw_requests()}), 't|0',
	'a standby: it knows its requests');

# What writes is refused, as anything that writes there.
for my $write (
	q{SELECT usage_fdw_sync('usage.costs', 'kept.costs')},
	q{CALL usage_fdw_sync_by_month('usage.costs', 'kept.costs')},
	q{SELECT usage_fdw_create_live_view('kept.costs', 'other')},
	q{SELECT usage_fdw_create_reports('other', 'usage')},
	q{SELECT usage_fdw_create_tables('openai', 'other')},
	q{SELECT usage_fdw_update_tables('usage')},
	'IMPORT FOREIGN SCHEMA usage FROM SERVER openai INTO kept',
	'REFRESH MATERIALIZED VIEW kept.month', 'ANALYZE usage.completions',
	q{ALTER SERVER openai OPTIONS (SET max_retries '1')})
{
	my $error = $reader->query($write)->{error};
	is($error->{C}, '25006', "a standby refuses: $write");
	like($error->{M}, qr/^cannot execute .* (?:in a read-only transaction|during recovery)$/, 'and says why');
}
is($reader->value($read[0]), $session->value($read[0]), 'a standby: the session goes on');

# A command of the primary counts in sessions of the standby that have begun before.
$session->rows("ALTER USER MAPPING FOR CURRENT_USER SERVER openai OPTIONS (SET api_key '$OTHER_KEY')");
$primary->wait_for_catchup($standby);
is($reader->query($read[0])->{error}{C}, '28000', 'a standby: a key that is replaced');
control($simulator, 'set', "api_key=$OTHER_KEY");
is($reader->value($read[0]), $session->value($read[0]), 'a standby: the new key');
$session->rows(q{SELECT usage_fdw_sync('usage.costs', 'kept.costs', before => current_date - 5)});
$primary->wait_for_catchup($standby);
is_deeply(asked($reader, $read[5]), asked($session, $read[5]), 'a standby: the live view goes by the new state');

# The primary drops what is being read: replay waits no longer than it may, then cancels.
sub begin_read
{
	my $query = shift;
	my $before = stat_of($simulator, 'requests');
	control($simulator, 'fault', 'delay', 'delay_ms=30000');
	$reader->send($query);
	ok(poll_until(sub { stat_of($simulator, 'requests') > $before }), 'a standby: a scan waits for an answer');
	return;
}

for my $case (
	[ 'a table is dropped', 'SELECT count(*) FROM kept.gone', 'DROP FOREIGN TABLE kept.gone', '42P01' ],
	[ 'a server is dropped', 'SELECT count(*) FROM other.completions', 'DROP SERVER other CASCADE', '42P01' ])
{
	my ($name, $query, $drop, $state) = @$case;
	if ($drop =~ /SERVER/)
	{
		connect_server($primary, $simulator, server => 'other', schema => 'other', mapping => { api_key => $OTHER_KEY });
		$primary->wait_for_catchup($standby);
	}
	begin_read($query);
	my $start = time;
	$session->rows($drop);
	my $answer = $reader->finish;
	is($answer->{error}{C}, '40001', "a standby: $name, and the scan is canceled");
	like($answer->{error}{M}, qr/due to conflict with recovery/, 'as PostgreSQL does');
	cmp_ok($answer->{time} - $start, '<', 15, 'and not when the answer comes');
	control($simulator, 'reset-faults');
	$primary->wait_for_catchup($standby);
	is($reader->query($query)->{error}{C}, $state, "a standby: $name: it is gone");
	is($reader->value($read[0]), $session->value($read[0]), "a standby: $name: all else is right");
}

#
# Logical replication of a table that is kept
#
my $subscriber = cluster('subscriber', conf => "wal_level = logical\n");
connect_server($subscriber, $simulator, mapping => { api_key => $OTHER_KEY });
my $copy = UsageFdw::Session->new($subscriber);
my %target = (
	'kept.plain' => '(LIKE usage.costs)',
	'kept.keyed' => '(LIKE usage.costs, row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)',
	'kept.parts' => '(LIKE usage.costs) PARTITION BY RANGE (day)');
my @targets = sort keys %target;
$copy->rows('CREATE SCHEMA kept');
for my $in ($session, $copy)
{
	$in->rows("CREATE TABLE $_ $target{$_}") for @targets;
	$in->rows("CREATE TABLE kept.parts_$_->[0] PARTITION OF kept.parts FOR VALUES FROM ($_->[1]) TO ($_->[2])")
	  for [ 'old', 'MINVALUE', q('2020-01-01') ], [ 'new', q('2020-01-01'), 'MAXVALUE' ];
}

sub night
{
	my $before = shift;
	return map { "SELECT usage_fdw_sync('usage.costs', '$_', before => current_date - $before)" } @targets;
}
my @first = night(8);
$session->rows($_) for @first;

# DELETE needs a replica identity.  Without one a run is refused, and nothing has changed.
$session->rows('CREATE PUBLICATION kept FOR TABLE ' . join ', ', @targets);
my ($keyed, $parts, $plain) = night(7);
my $state = "SELECT next_day, (SELECT count(*) FROM kept.plain) FROM usage_fdw_sync_state WHERE target = 'kept.plain'::regclass";
my $before = $session->value($state);
my $error = $session->query($plain)->{error};
is($error->{C}, '55000', 'a table without replica identity: a run is refused');
like($error->{M}, qr/^cannot delete from table "plain" because it does not have a replica identity/, 'as any DELETE');
is($session->value($state), $before, 'and nothing has changed');
is($session->query($keyed)->{error}, undef, 'with a key a run goes on');
$session->rows($_) for 'ALTER TABLE kept.plain REPLICA IDENTITY FULL', 'ALTER TABLE kept.parts_new REPLICA IDENTITY FULL',
  'ALTER TABLE kept.parts_old REPLICA IDENTITY FULL';

# How far they go is in a table that has others, too, which the subscriber does not have.
my $rows = '';
if (major_version() >= 15)
{
	# IN is not simple enough for a publication
	$rows = 'WHERE (' . join(' OR ', map { "target = '$_'::regclass" } @targets) . ')';
}
else
{
	$copy->rows('CREATE TABLE kept.costs (LIKE usage.costs)');
}
$session->rows("ALTER PUBLICATION kept ADD TABLE usage_fdw_sync_state $rows");
$copy->rows("CREATE SUBSCRIPTION kept CONNECTION 'host=@{[ $primary->host ]} port=@{[ $primary->port ]} dbname=postgres' PUBLICATION kept");
$subscriber->wait_for_subscription_sync($primary, 'kept');

sub is_replicated
{
	my $when = shift;
	$primary->wait_for_catchup('kept');
	for my $table (@targets)
	{
		is_deeply([ sort $copy->rows("TABLE $table") ], [ sort $session->rows("TABLE $table") ], "$when: $table is the same");
	}
	# a regclass is a number, but it travels as a name
	my $state = "SELECT target, source, next_day FROM usage_fdw_sync_state WHERE target::text ~ '^kept.(plain|keyed|parts)\$' ORDER BY 1";
	is($copy->value($state), $session->value($state), "$when: and so is how far they go");
	return;
}
is_replicated('at first');
is($copy->value('SELECT count(*) > 1000 FROM kept.plain'), 't', 'there are rows');

# The second at which a UTC day begins, so many before today's.
sub midnight { return (int(time / 86400) - shift) * 86400 }

# Nights, with days that the API has corrected meanwhile.
$copy->rows(qq{SELECT usage_fdw_create_live_view('$_')}) for @targets;
for my $night (reverse 3 .. 6)
{
	control($simulator, 'restate', 'costs', 'from=' . midnight($night + 3), 'factor=' . (2 + $night % 2));
	my @before = $session->rows('SELECT sum(amount) FROM kept.plain');
	$session->rows($_) for night($night);
	isnt($session->value('SELECT sum(amount) FROM kept.plain'), $before[0], "night $night: amounts are other ones");
	is_replicated("night $night");
}
for my $table (@targets)
{
	control($simulator, 'reset-requests');
	is($copy->value("SELECT currency, sum(amount), count(*) FROM ${table}_live GROUP BY 1"),
		$copy->value('SELECT currency, sum(amount), count(*) FROM usage.costs GROUP BY 1'), "the subscriber's live view of $table is right");
	is_deeply([ map { $_->{query} =~ /start_time=(\d+)/ } (requests($simulator))[0] ], [ midnight(3) ], 'and asks for what is not kept');
}

#
# The standby becomes the primary.
#
$primary->wait_for_catchup($standby);
my $shown = $session->value('SELECT md5(string_agg(c::text, \',\' ORDER BY c::text)) FROM kept.costs AS c');
$session->close;
$primary->stop('immediate');
$standby->promote;
ok(poll_until(sub { $reader->value('SELECT pg_is_in_recovery()') eq 'f' }), 'the standby is promoted');
is($reader->value('SELECT md5(string_agg(c::text, \',\' ORDER BY c::text)) FROM kept.costs AS c'), $shown, 'and has what was kept');
is($reader->value(q{SELECT first_day - current_date, rows_deleted > 0 FROM usage_fdw_sync('usage.costs', 'kept.costs', restated => '1 day')}),
	'-6|t', 'a run goes on there');

done_testing();
