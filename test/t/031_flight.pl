#
# Several windows in flight: as many as may be, no more than memory allows, and
# what goes wrong with one of them is that one's matter.
#
use strict;
use warnings;

use List::Util qw(max sum);
use Test::More;
use Time::HiRes qw(sleep time);

use UsageFdw::Session;
use UsageFdw::Test;

keep_day(90);
my $simulator = simulator('--events-per-day', 30);
my $proxy = fault_proxy($simulator);
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator, options => { retry_delay => '1ms', max_concurrent_requests => 4 });
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { retry_delay => '1ms', max_concurrent_requests => 4 });

# 12 windows, the last one shorter.
my $year = 'SELECT count(*), md5(string_agg(c::text, $$,$$)) FROM (SELECT * FROM usage.completions) AS c';
my $right = $session->value($year);
my $backward = $year =~ s/usage.completions/usage.completions ORDER BY start_time DESC OFFSET 0/r;
my $right_backward = $session->value($backward);

sub reset_all
{
	control($simulator, 'reset-faults');
	control($simulator, 'set', 'delay_ms=0', 'jitter_ms=0', 'page_limit=0');
	control($simulator, 'reset-requests');
	control($proxy, 'clear');
	return;
}

# A query's answer, its seconds, and the requests that it made.
sub measure
{
	my $sql = shift;
	control($simulator, 'reset-requests');
	my $start = time();
	my $answer = $session->query($sql);
	return ($answer, $answer->{time} - $start, requests($simulator));
}

sub text_of { return join '|', map { $_ // '' } map { @$_ } @{ shift->{rows} } }

#
# How many
#
my %seconds;
for my $flight (1, 3, 4, 12)
{
	$session->set_options('openai', "max_concurrent_requests '$flight'");
	control($simulator, 'set', 'delay_ms=100', 'jitter_ms=60');
	for my $query ([ $year, $right, 'oldest first' ], [ $backward, $right_backward, 'newest first' ])
	{
		my ($answer, $seconds, @asked) = measure($query->[0]);
		is(text_of($answer), $query->[1], "$flight in flight, $query->[2]: rows in order");
		is(scalar @asked, 12, "$flight in flight, $query->[2]: requests");
		is(stat_of($simulator, 'max_in_flight'), $flight, "$flight in flight, $query->[2]: so many are");
		$seconds{$flight} = $seconds;
	}
}
diag sprintf '12 windows at 100 to 160 ms: %s', join ', ',
  map { sprintf '%d in flight %.0f ms', $_, 1000 * $seconds{$_} } sort { $a <=> $b } keys %seconds;
cmp_ok($seconds{12}, '<', $seconds{1} / 3, '12 in flight are faster than 1');
$session->set_options('openai', q{max_concurrent_requests '4'});
reset_all();

# A hint starts with one, and grows.
my ($answer, undef, @asked) = measure('SELECT max(start_time) FROM usage.completions WHERE project_id = $$proj_nobody$$');
my @spans = sort { $b->[0] <=> $a->[0] }
  map { $_->{query} =~ /start_time=(\d+)&end_time=(\d+)/ ? [ $1, ($2 - $1) / 86400 ] : () } @asked;
my @buckets = map { $_->[1] } @spans;
is_deeply([ @buckets[ 0 .. 6 ] ], [ 1, 2, 4, 8, 16, 31, 31 ], 'windows of a hint grow')
  or diag "@buckets";
is(sum(@buckets), 366, 'and cover all of it');

# An organization two weeks old
my $young = simulator('--days', 14);
connect_server($node, $young, server => 'young', schema => 'young', import => q{OPTIONS (kinds 'usage')});
for my $table ($session->rows(q{SELECT relname FROM pg_class WHERE relnamespace = 'young'::regnamespace AND relkind = 'f' ORDER BY 1}))
{
	control($young, 'reset-requests');
	my @rows = $session->rows("SELECT day FROM young.$table LIMIT 10");
	@asked = requests($young);
	my $days = sum(map { /start_time=(\d+)&end_time=(\d+)/ ? ($2 - $1) / 86400 : () } map { $_->{query} } @asked);
	ok(@rows == 10 && $days <= 15, "preview of young $table")
	  or diag scalar(@rows) . " rows, $days days, " . scalar(@asked) . ' requests';
}

#
# The server says 429
#
$session->set_options('openai', q{max_concurrent_requests '8'});
for my $after (0, 3)
{
	reset_all();
	control($simulator, 'set', 'delay_ms=40');
	control($simulator, 'fault', 'status', 'code=429', "after=$after", 'headers=retry-after-ms: 20');
	$session->rows('BEGIN');
	$session->rows("DECLARE c NO SCROLL CURSOR FOR SELECT c::text FROM usage.completions AS c");
	my @rows = $session->rows('FETCH 1 FROM c');
	is(stat_of($simulator, 'max_in_flight'), 8, "429 after $after: eight are sent at first");
	push @rows, $session->rows('FETCH 150 FROM c');
	poll_until(sub { stat_of($simulator, 'in_flight') == 0 });
	control($simulator, 'reset-requests');
	push @rows, $session->rows('FETCH ALL FROM c');
	$session->rows('COMMIT');
	my $most = stat_of($simulator, 'max_in_flight');
	ok($most <= 4 && $most >= 2, "429 after $after: half as many from then on") or diag "$most in flight";
	is(scalar @rows, (split /\|/, $right)[0], "429 after $after: all rows");
}

# All of those in flight are told so; they don't come back all at once.
reset_all();
control($simulator, 'set', 'delay_ms=40');
control($simulator, 'fault', 'status', 'code=429', 'count=8');
($answer, undef, @asked) = measure($year);
is(text_of($answer), $right, 'eight times 429: the answer is right');
is(scalar(grep { $_->{status} == 429 } @asked), 8, 'eight times 429');
$session->set_options('openai', q{max_concurrent_requests '4'});

#
# A window behind fails
#
my @starts = do {
	reset_all();
	my (undef, undef, @all) = measure($year);
	map { $_->{query} =~ /start_time=(\d+)/ } @all;
};
@starts = sort { $a <=> $b } @starts;

# While the head takes its time, the others are tried again.
for my $kind ('status code=500', 'status code=429', 'html', 'status code=503 headers=retry-after-ms:50')
{
	reset_all();
	control($simulator, 'fault', 'delay', "match=start_time=$starts[0]", 'delay_ms=1500');
	control($simulator, 'fault', (split / /, $kind), "match=start_time=$starts[$_]") for 1 .. 3;
	$session->send($year);
	sleep 1;
	my @now = requests($simulator);
	my %repeated;
	$repeated{ $_->{query} }++ for @now;
	my $again = grep { $_ == 2 } values %repeated;
	$answer = $session->finish;
	is(text_of($answer), $right, "$kind behind the head: the answer is right") or diag explain $answer;
	if ($kind =~ /429/)
	{
		cmp_ok($again, '<=', 3, "$kind behind the head: repeated") or diag $again;
	}
	else
	{
		is($again, 3, "$kind behind the head: repeated while the head is waited for");
	}
}

# A wait that the server wants for one of them is not waited for by the head.
reset_all();
control($simulator, 'fault', 'status', 'code=503', "match=start_time=$starts[2]", 'headers=Retry-After: 3');
$session->rows('BEGIN');
$session->rows('DECLARE c NO SCROLL CURSOR FOR SELECT day FROM usage.completions');
my $start = time();
my @rows = $session->rows('FETCH 800 FROM c');
cmp_ok(time() - $start, '<', 2, 'the head does not wait for what one behind it is told to');
push @rows, $session->rows('FETCH ALL FROM c');
cmp_ok(time() - $start, '>=', 3, 'which waits as it is told to');
is(scalar @rows, (split /\|/, $right)[0], 'all rows');
$session->rows('COMMIT');

# What can't be mended is reported in turn, after all rows before it.
my $before = $session->value("SELECT count(*) FROM usage.completions WHERE start_time < to_timestamp($starts[2])");
for my $kind ('status code=401', 'status code=400', 'status code=500 count=-1', 'garbage', 'wrong_type field=input_tokens value="x"')
{
	reset_all();
	control($simulator, 'fault', 'delay', "match=start_time=$starts[0]", 'delay_ms=100');
	control($simulator, 'fault', (split / /, $kind), "match=start_time=$starts[2]");
	$session->rows('BEGIN');
	$session->rows('DECLARE c NO SCROLL CURSOR FOR SELECT c::text FROM usage.completions AS c');
	my $first = $session->query("FETCH $before FROM c");
	is(scalar @{ $first->{rows} }, $before, "$kind: all rows before it");
	is($first->{error}, undef, "$kind: no error before it");
	my $second = $session->query('FETCH 1 FROM c');
	ok($second->{error}, "$kind: then an error");
	$session->rows('ROLLBACK');
	reset_all();
	is($session->value($year), $right, "$kind: the session goes on");
}

# Transfers that break behind the head
for my $way ('truncate 3000', 'reset 3000', 'truncate 0', 'reset 0')
{
	reset_all();
	control($simulator, 'fault', 'delay', "match=start_time=$starts[0]", 'delay_ms=300');
	control($proxy, "$way match=start_time=$starts[$_]") for 1 .. 3;
	($answer) = measure($year =~ s/usage/proxied/r);
	is(text_of($answer), $right, "$way behind the head: the answer is right") or diag explain $answer;
	reset_all();
	control($proxy, "$way after=1 count=5");
	($answer) = measure($backward =~ s/usage/proxied/r);
	is(text_of($answer), $right_backward, "$way newest first: the answer is right") or diag explain $answer;
}

#
# The API's memory ends within what is asked for
#
for my $lookback (340, 200, 31, 1)
{
	reset_all();
	control($simulator, 'set', "lookback_days=$lookback");
	for my $query ($year, $backward)
	{
		($answer) = measure($query);
		my $kept = $query =~ s/usage.completions/usage.completions WHERE day >= (now() AT TIME ZONE 'UTC')::date - $lookback/r;
		control($simulator, 'set', 'lookback_days=365');
		is(text_of($answer), $session->value($kept), "lookback of $lookback days: the rest is right")
		  or diag explain $answer;
		control($simulator, 'set', "lookback_days=$lookback");
	}
	control($simulator, 'set', 'lookback_days=365');
}

#
# A scan that is stopped leaves connections that can be used
#
reset_all();
control($simulator, 'set', 'delay_ms=20');
for my $try (1 .. 5)
{
	is($session->value('SELECT count(*) FROM (SELECT FROM usage.completions WHERE batch LIMIT 3) AS c'), 3, "stopped early, $try");
	$session->rows('BEGIN');
	$session->rows('DECLARE c CURSOR FOR SELECT FROM usage.completions');
	$session->rows('FETCH 2 FROM c');
	$session->rows('ROLLBACK');
}
is($session->value($year), $right, 'and then all of it');
poll_until(sub { stat_of($simulator, 'in_flight') == 0 });
# a backend keeps at most 16 idle ones; the one that asks is the 17th
cmp_ok(stat_of($simulator, 'open_connections'), '<=', 17, 'no connection is left behind');

# Errors within a function that catches them, with others in flight
$session->create_attempt;
reset_all();
for my $try (1 .. 5)
{
	control($simulator, 'fault', 'status', 'code=401', "match=start_time=$starts[$try]");
	is($session->value("SELECT attempt('SELECT count(*) FROM usage.completions'), attempt('SELECT count(*) FROM usage.completions')"),
		'28000|' . (split /\|/, $right)[0], "caught, $try");
}
poll_until(sub { stat_of($simulator, 'in_flight') == 0 });
cmp_ok(stat_of($simulator, 'open_connections'), '<=', 17, 'no connection is left behind by errors');

#
# Memory: the head is slow, the others are not
#
my $bench = (split /\n/, control($simulator, 'bench', 'buckets=31', 'results=2000'))[0] =~ s{/v1$}{}r;
my $ahead_mb = 2;
connect_server($node, { url => "$proxy->{url}$bench" }, server => 'bench', schema => 'bench',
	options => { max_concurrent_requests => 12, fetch_ahead_bytes => "${ahead_mb}MB", request_timeout => '60s' });
my $reader = UsageFdw::Session->new($node);
$reader->rows('SELECT count(*) FROM bench.embeddings WHERE day = current_date - 1');

reset_all();
my $idle = $reader->memory_kb('RssAnon');
my $first = ($session->value(q{SELECT extract(epoch FROM date_trunc('day', now(), 'UTC'))::bigint})) - 365 * 86400;
control($proxy, "stall 100000 match=start_time=$first");
$reader->send('SELECT count(*) FROM bench.completions');
my $peak = 0;
for (1 .. 40)
{
	sleep 0.05;
	$peak = max($peak, $reader->memory_kb('RssAnon') - $idle);
}
my $stalled = stat_of($simulator, 'in_flight');
ok(!$reader->is_answering(0), 'the head is waited for');
cmp_ok($peak, '<', ($ahead_mb + 8) * 1024, 'the others are read ahead no further than they may') or diag "$peak kB";
control($proxy, 'clear');
until ($reader->is_answering(0.02)) { $peak = max($peak, $reader->memory_kb('RssAnon') - $idle) }
$answer = $reader->finish;
diag "$peak kB over idle";
cmp_ok(text_of($answer), '>', 365 * 2000 - 1, 'all of it was read') or diag explain $answer;
cmp_ok($peak, '<', 24 * 1024, 'within bounds all the time');

done_testing();
