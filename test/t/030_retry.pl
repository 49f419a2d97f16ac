#
# What is tried again, how often and when; and that an answer put together
# from many tries is the answer.
#
use strict;
use warnings;

use IO::Socket::INET;
use List::Util qw(sum);
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $RANDOM_RUNS = $ENV{USAGE_FAULT_RUNS} // 50;

keep_day(60 + $RANDOM_RUNS / 2);
my $simulator = simulator('--events-per-day', 30);
my $proxy = fault_proxy($simulator);
my $node = cluster('main');
my $session = UsageFdw::Session->new($node);

control($simulator, 'set', 'now=' . int time);
connect_server($node, $simulator, options => { retry_delay => '1ms' });
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { retry_delay => '1ms', request_timeout => '300ms' });

# All rows in the order in which they came, as one value.
sub digest_of
{
	my ($schema, $days) = @_;
	return "SELECT count(*) || ' ' || md5(string_agg(c::text, ','))
		FROM (SELECT * FROM $schema.completions WHERE day > current_date - $days) AS c";
}

my $week = digest_of('usage', 7);
my $right = $session->value($week);

sub add_options
{
	my ($server, @settings) = @_;
	$session->rows("ALTER SERVER $server OPTIONS (" . join(', ', map { "ADD $_" } @settings) . ')');
	return;
}

# The answer to a query, how many requests it took and how many seconds.
sub measure
{
	my $sql = shift // $week;
	control($simulator, 'reset-requests');
	my $start = time();
	my $answer = $session->query($sql);
	my $seconds = $answer->{time} - $start;
	my @asked = requests($simulator);
	control($simulator, 'reset-faults');
	control($proxy, 'clear');
	return ($answer, scalar @asked, $seconds);
}

sub fault { return control($simulator, 'fault', @_) }

# A query that fails `count` times before it succeeds.
sub is_retried
{
	my ($name, $count, @fault) = @_;
	fault(@fault, "count=$count");
	my ($answer, $requests, $seconds) = measure();
	is($answer->{rows}[0][0], $right, "$name: the answer is right") or diag explain $answer;
	is($requests, $count + 1, "$name: requests");
	return $seconds;
}

# A query that fails for good, after so many requests.
sub is_final
{
	my ($name, $requests_wanted, @fault) = @_;
	fault(@fault, 'count=-1');
	my ($answer, $requests, $seconds) = measure();
	ok($answer->{error}, "$name: an error");
	is($requests, $requests_wanted, "$name: requests");
	return $seconds;
}

#
# What is tried again
#
for my $code (408, 409, 429, 500, 502, 503, 504, 529)
{
	is_retried("status $code", 2, 'status', "code=$code");
	is_final("status $code to the end", 5, 'status', "code=$code");
}
for my $code (302, 400, 401, 403, 404, 418, 451)
{
	is_final("status $code", 1, 'status', "code=$code");
}
is_retried('HTML by a proxy', 1, 'html');
is_retried('x-should-retry: true', 3, 'status', 'code=400', 'headers=x-should-retry: true');
is_final('x-should-retry: false', 1, 'status', 'code=500', 'headers=x-should-retry: false');
is_final('x-should-retry: false with a wait', 1, 'status', 'code=429',
	'headers=x-should-retry: false', 'headers=Retry-After: 1');
is_retried('x-should-retry: something else', 1, 'status', 'code=500', 'headers=x-should-retry: perhaps');
is_final('a broken page', 1, 'garbage');

my $quota = 'body={"error":{"message":"You exceeded your current quota.","type":"insufficient_quota","code":"insufficient_quota"}}';
is_final('an exhausted quota', 1, 'status', 'code=429', $quota);
is_retried('an exhausted quota with a time to wait', 1, 'status', 'code=429', $quota,
	'headers=retry-after-ms: 1');

#
# How often
#
for my $max (0, 1, 7)
{
	add_options('openai', "max_retries '$max'") if $max == 0;
	$session->set_options('openai', "max_retries '$max'");
	is_final("max_retries $max", $max + 1, 'status');
}
is_retried('as often as max_retries', 7, 'status');
$session->set_options('openai', q{max_retries '4'});

my ($answer, $requests) = measure('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' . $week);
unlike(join("\n", map { @$_ } @{ $answer->{rows} }), qr/Retries: [1-9]/, 'no retries are counted');
fault('status', 'count=3');
($answer) = measure('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' . $week);
like(join("\n", map { @$_ } @{ $answer->{rows} }), qr/Retries: 3/, 'retries are counted');

my $closed = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport;
connect_server($node, { url => "http://127.0.0.1:$closed" }, server => 'down', schema => 'down',
	import => 'OPTIONS (bucket_width \'1d\')', options => { retry_delay => '1ms', max_retries => 3 });
($answer) = measure('SELECT * FROM down.completions');
is($answer->{error}{C}, 'HV00N', 'server down');
is($answer->{error}{D}, 'It was tried 3 more times.', 'server down: retries');

# A server that is down comes up while it is tried again.
$closed = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport;
connect_server($node, { url => "http://127.0.0.1:$closed" }, server => 'late', schema => 'late');
my $other = UsageFdw::Session->new($node);
$session->send('EXPLAIN (ANALYZE) SELECT * FROM late.completions WHERE day = current_date - 1');
poll_until(sub { $other->value('SELECT wait_event_type FROM pg_stat_activity WHERE pid = '
	. $session->pid) eq 'Extension' });
my $late = simulator('--port', $closed);
$answer = $session->finish;
is($answer->{error}, undef, 'a server that comes up is read') or diag explain $answer;
like(join("\n", map { @$_ } @{ $answer->{rows} }), qr/Retries: [1-4]/, 'after some retries');

#
# Cursors that are refused
#
control($simulator, 'set', 'page_limit=2');
for my $code (400, 404)
{
	my @refused = ('status', "code=$code", 'match=page=');
	(undef, my $pages) = measure();
	fault(@refused);
	($answer, $requests) = measure();
	is($answer->{rows}[0][0], $right, "a cursor is refused with $code: the answer is right")
	  or diag explain $answer;
	is($requests, $pages + 1, "a cursor is refused with $code: one more request");

	# Without cursors there are still first pages; each is a step ahead, so that
	# one retry is enough.
	$session->set_options('openai', q{max_retries '1'});
	fault(@refused, 'count=-1');
	control($simulator, 'reset-requests');
	is($session->value($week), $right, "all cursors are refused with $code: the answer is right");
	my @starts = map { $_->{query} =~ /start_time=(\d+)/ } grep { $_->{status} == 200 } requests($simulator);
	is(scalar @starts, $pages, "all cursors are refused with $code: no bucket twice");
	is_deeply([ sort { $a <=> $b } keys %{ { map { $_ => 1 } @starts } } ], \@starts,
		"all cursors are refused with $code: each time from the first that is missing");
	control($simulator, 'reset-faults');

	# It is a retry: what fails next is not tried again.
	fault(@refused);
	fault('status', 'after=1', 'count=-1');
	($answer, $requests) = measure();
	is($answer->{error}{C}, 'HV00N', "a cursor is refused with $code: counted");
	is($requests, 3, "a cursor is refused with $code: as often as max_retries");
	$session->set_options('openai', q{max_retries '0'});
	fault(@refused);
	($answer, $requests) = measure();
	like($answer->{error}{M}, qr/status $code$/, "a cursor is refused with $code: not tried again");
	is($requests, 2, "a cursor is refused with $code: the one that failed was the last");
	$session->set_options('openai', q{max_retries '4'});
}
fault('status', 'code=403', 'match=page=');
($answer, $requests) = measure();
is($answer->{error}{C}, '42501', 'a page by cursor that is forbidden: an error');
is($requests, 2, 'a page by cursor that is forbidden: not tried again');
fault('lookback', 'match=page=', 'date=2099-01-01');
($answer, $requests) = measure();
is($answer->{error}{C}, 'HV024', 'a page by cursor of a time that is not to be had: an error');
is($requests, 2, 'a page by cursor of a time that is not to be had: not tried again');
control($simulator, 'set', 'page_limit=0');

#
# When
#
sub at_least
{
	my ($name, $seconds, $minimum) = @_;
	cmp_ok($seconds, '>=', $minimum, "$name: waits");
	cmp_ok($seconds, '<', $minimum + 10, "$name: not for long");
	return;
}

sub http_date { return strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(time() + shift)) }

my $status = 'code=429';
at_least('retry-after-ms', is_retried('retry-after-ms', 2, 'status', $status,
	'headers=retry-after-ms: 250'), 0.5);
at_least('retry-after-ms before Retry-After', is_retried('both', 1, 'status', $status,
	'headers=Retry-After: 30', 'headers=retry-after-ms: 250.5'), 0.25);
at_least('Retry-After in seconds', is_retried('Retry-After', 1, 'status', $status,
	'headers=Retry-After: 1'), 1);
at_least('Retry-After as a date', is_retried('date', 1, 'status', $status,
	'headers=Retry-After: ' . http_date(2)), 1);
for ('61', '-1', '0', 'soon', '1e99', 'nan', http_date(-100), http_date(3600))
{
	at_least("Retry-After: $_ is not granted", is_retried("Retry-After: $_", 1, 'status', $status,
		"headers=Retry-After: $_"), 0);
}

# Each wait is twice the one before, less 25 percent of jitter at most.
$session->set_options('openai', q{retry_delay '60ms'});
for my $retries (1 .. 4)
{
	my $whole = 0.060 * (2**$retries - 1);
	at_least("backoff of $retries retries", is_retried("$retries retries", $retries, 'status'), 0.75 * $whole);
}
$session->set_options('openai', q{retry_delay '1ms'});

#
# Transfers that break
#
my $proxied = digest_of('proxied', 7);
for ('refuse count=2', 'truncate 0 count=2', 'reset 0 count=2', 'truncate 100 count=2',
	'reset 2000 count=2', 'stall 1000')
{
	control($proxy, $_);
	($answer) = measure($proxied);
	is($answer->{rows}[0][0], $right, "$_: the answer is right") or diag explain $answer;
}
control($proxy, 'truncate 100 count=-1');
($answer, $requests) = measure($proxied);
is($answer->{error}{C}, 'HV00N', 'truncated without progress: an error');
is($answer->{error}{D}, 'It was tried 4 more times.', 'truncated without progress: retries');
is($requests, 5, 'truncated without progress: requests');

# Broken every time, but never without another bucket: one retry is enough, and
# each continues where the one before got to.
$session->set_options('openai', q{max_retries '1'});
add_options('proxied', q{max_retries '1'});
my $month = $session->value(digest_of('usage', 31));
control($proxy, 'truncate 6000 count=-1');
($answer, $requests) = measure(digest_of('proxied', 31));
is($answer->{rows}[0][0], $month, 'truncated with progress: the answer is right')
  or diag explain $answer;
cmp_ok($requests, '>', 2, "truncated with progress: $requests requests");
$session->set_options('openai', q{max_retries '4'});

control($proxy, 'truncate 6000 count=-1');
control($simulator, 'reset-requests');
$session->query(digest_of('proxied', 31));
my @starts = map { $_->{query} =~ /start_time=(\d+)/ } requests($simulator);
is_deeply(\@starts, [ sort { $a <=> $b } keys %{ { map { $_ => 1 } @starts } } ],
	'no bucket is asked for twice after it was complete');
control($proxy, 'clear');

# Break at any byte of a page: cheap, as there are few.
my $day = digest_of('proxied', 2);
my $day_right = $session->value(digest_of('usage', 2));
my @broken;
for (my $byte = 1; $byte < 2000; $byte += 37)
{
	for my $way ('truncate', 'reset')
	{
		control($proxy, "$way $byte");
		push @broken, "$way $byte" if $session->value($day) ne $day_right;
		control($proxy, 'clear');
	}
}
is("@broken", '', 'a page that breaks at any byte is read again');

#
# Anything, at random: about a third of the transfers are hit.  USAGE_FAULT_RUNS
# says how often that is tried.  With many retries the answer comes; with the
# default ones there may be an error, but no other answer.
#

# All rows, or those of a list that several requests have a part of each.
my @CONDITIONS = ('true',
	q{api_key_id = ANY (ARRAY(SELECT 'none ' || n FROM generate_series(1, 190) AS n UNION ALL SELECT key FROM used_key))});
$session->rows('CREATE TABLE used_key AS SELECT DISTINCT api_key_id AS key FROM usage.completions');
is($session->value("SELECT count(*) > 0 AND count(*) FILTER (WHERE NOT $CONDITIONS[1]) = 0 FROM usage.completions
	WHERE day > current_date - 70 AND api_key_id IS NOT NULL"), 't', 'the list has every key');

# The days in the order in which their rows came, and the rows of each; a day
# whose rows do not come together is in there more than once.
sub ordered_digest_of
{
	my ($schema, $days, $direction, $condition) = @_;
	return "SELECT string_agg(day || ' ' || rows, ',' ORDER BY run)
		FROM (SELECT run, day, md5(string_agg(c, ',' ORDER BY c)) AS rows
			FROM (SELECT day, c, n - row_number() OVER (PARTITION BY day ORDER BY n) AS same,
					min(n) OVER (PARTITION BY day) AS run
				FROM (SELECT row_number() OVER () AS n, day, s::text AS c
					FROM (SELECT * FROM $schema.completions WHERE day > current_date - $days AND $condition
						ORDER BY start_time $direction OFFSET 0) AS s) AS numbered) AS runs
			GROUP BY run, same, day) AS days";
}

sub set_faults
{
	my $run = shift;
	control($simulator, 'reset-faults');
	control($simulator, 'set', 'gzip=' . ($run % 20 < 10 ? 'on' : 'off'),
		'page_limit=' . ($run % 3 * 4), 'jitter_ms=' . ($run % 40 < 10 ? 20 : 0));
	fault('status', 'count=-1', 'probability=5', 'code=429');
	fault('status', 'count=-1', 'probability=5', 'code=503');
	fault('html', 'count=-1', 'probability=3');
	return;
}

# Runs with random faults; how many were right, wrong, and failed.
sub run_randomly
{
	my ($runs, $name) = @_;
	my %right;
	for my $condition (@CONDITIONS)
	{
		$right{$condition}{$_} = $session->value(ordered_digest_of('usage', 70, $_, $condition)) for 'ASC', 'DESC';
		isnt($right{$condition}{ASC}, $right{$condition}{DESC}, "$name: the directions differ");
	}
	my %count = (right => 0, wrong => 0, failed => 0);
	for my $run (0 .. $runs - 1)
	{
		set_faults($run) if $run % 10 == 0;
		$session->set_options('proxied', "max_concurrent_requests '" . (1, 4, 12)[ $run / 2 % 3 ] . "'");
		control($proxy, 'clear');
		control($proxy, "random seed=$run bytes=30000 refuse=5 truncate=16 reset=14 stall=1");
		my $direction = $run % 2 ? 'DESC' : 'ASC';
		my $condition = $CONDITIONS[ $run / 2 % 2 ];
		$answer = $session->query(ordered_digest_of('proxied', 70, $direction, $condition));
		my $result =
		    $answer->{error} ? 'failed'
		  : $answer->{rows}[0][0] eq $right{$condition}{$direction} ? 'right' : 'wrong';
		$count{$result}++;
		diag "run $run: ", explain($answer->{error}) if $result ne 'right' && $name eq 'many retries';
		like($answer->{error}{C}, qr/^(HV00N|53400)$/, 'an error about the server') if $result eq 'failed';
	}
	control($simulator, 'reset-faults');
	control($proxy, 'clear');
	diag "$name: $count{right} right, $count{wrong} wrong, $count{failed} failed";
	return %count;
}

# How many connections and responses the proxy broke.
sub proxy_faults
{
	return sum(control($proxy, 'stat') =~ /\b(?:refuse|truncate|reset|stall)=(\d+)/g);
}

add_options('proxied', q{max_concurrent_requests '4'});
my $broken_before = proxy_faults();
$session->set_options('proxied', q{max_retries '20'});
control($simulator, 'reset-requests');
my %count = run_randomly($RANDOM_RUNS, 'many retries');
is($count{right}, $RANDOM_RUNS, "$RANDOM_RUNS runs with random faults answer right");
my $broken = proxy_faults() - $broken_before;
my @sent = requests($simulator);
my $refused = grep { $_->{status} != 200 } @sent;
diag scalar(@sent) . " requests, $refused with another status, $broken broken by the proxy";
cmp_ok($broken + $refused, '>', @sent / 10, 'many of the transfers were hit');

$session->set_options('proxied', q{max_retries '4'});
%count = run_randomly($RANDOM_RUNS, 'default retries');
is($count{wrong}, 0, "$RANDOM_RUNS runs with the default retries answer right or not at all");

done_testing();
