#
# A query that waits for the server ends at once when it is told to, whatever
# it waits for, and its session goes on.
#
use strict;
use warnings;

use IO::Socket::INET;
use List::Util qw(max);
use Socket;
use Test::More;
use Time::HiRes qw(time);

use UsageFdw::Session;
use UsageFdw::Test;

my $TRIES = 50;
my $TERMINATIONS = 3;
my $LIMIT_MS = 100;

my $simulator = simulator();
my $proxy = fault_proxy($simulator);
my $resolver = slow_resolver();
my $node = start_node();
my $victim = UsageFdw::Session->new($node);
my $other = UsageFdw::Session->new($node);

sub start_node
{
	local $ENV{LD_PRELOAD} = $resolver if $resolver;
	return cluster('main');
}

# A server with one table, both of this name.
sub add_api
{
	my ($name, $url, %options) = @_;
	my $days = delete $options{days} // 365;
	connect_tables($node, { url => $url }, $name, options => \%options, table => "history '$days days'",
		columns => 'day date, project_id text, user_id text, api_key_id text, model text, batch boolean,
			service_tier text, input_tokens bigint');
	return;
}

# Nobody ever accepts a connection here; with a backlog of none, not even the
# kernel does after the first one.
my @sockets;

sub deaf_port
{
	my $backlog = shift;
	my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
	  or die "could not listen: $!";
	listen($listener, $backlog) or die "could not listen: $!";
	push @sockets, $listener;
	push @sockets, IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $listener->sockport)
	  if $backlog == 0;
	return $listener->sockport;
}

# Is the session waiting for the network, or the clock?
sub waits
{
	my $pid = shift->pid;
	return $other->value("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $pid") eq
	  'Extension';
}

# A condition: has this count risen since?
sub risen
{
	my ($daemon, $name) = @_;
	my $before = stat_of($daemon, $name);
	return sub { stat_of($daemon, $name) > $before };
}

add_api('fine', $simulator->{url});
add_api('proxied', $proxy->{url});
add_api('unreachable', 'http://127.0.0.1:' . deaf_port(0));
add_api('silent_tls', 'https://127.0.0.1:' . deaf_port(4096));
add_api('large', "$simulator->{url}/bench/1x50000", days => 2);
# one look-up a try, as those that are given up go on for a while
add_api('lookup', 'http://host.dead.test', allow_http => 'true', max_concurrent_requests => 1)
  if $resolver;

# What is waited for: how to get there, and what says that we are there.
my @phases = (
	{ name => 'connect', schema => 'unreachable' },
	{ name => 'TLS handshake', schema => 'silent_tls' },
	{
		name => 'first byte', schema => 'proxied',
		start => sub { control($proxy, 'stall 0 count=-1') },
		there => sub { risen($simulator, 'requests') }
	},
	{
		name => 'mid-body', schema => 'proxied',
		start => sub { control($proxy, 'stall 2000 count=-1') },
		there => sub { risen($proxy, 'stall') }
	},
	{
		name => 'a large bucket', schema => 'large', busy => 1,
		start => sub { $other->value('SELECT count(*) FROM large.completions') },
		there => sub { risen($simulator, 'requests') }
	},
	{
		name => 'backoff', schema => 'proxied',
		start => sub {
			control($simulator, 'fault', 'status', 'code=429', 'count=-1',
				'endpoint=completions', 'match=bucket_width=1d', 'headers=Retry-After: 30');
		},
		there => sub { risen($simulator, 'requests') }
	});
unshift @phases, { name => 'name lookup', schema => 'lookup' } if $resolver;

# What a query that gets through answers.
my $answer = 'SELECT count(*) || \' \' || sum(num) FROM (SELECT input_tokens AS num FROM
	fine_hourly.embeddings WHERE day = (now() AT TIME ZONE \'UTC\')::date - 3) AS e';
connect_server($node, $simulator, server => 'fine_hourly', schema => 'fine_hourly',
	import => q{OPTIONS (bucket_width '1h')});
my $expected = $victim->value($answer);

# Start the query that will not end, and wait until it is where it should be.
sub get_stuck
{
	my ($session, $phase) = @_;
	my $there = $phase->{there} ? $phase->{there}->() : sub { 1 };
	$session->send("SELECT count(*) FROM $phase->{schema}.completions");
	poll_until(sub { $there->() && ($phase->{busy} || waits($session)) }) or die "never got to $phase->{name}";
	return;
}

# One try each: the error, and milliseconds from the signal to it.
sub cancel
{
	my $phase = shift;
	get_stuck($victim, $phase);
	my $signal = time();
	$other->rows('SELECT pg_cancel_backend(' . $victim->pid . ')');
	my $end = $victim->finish;
	return ($end->{error}, 1000 * ($end->{time} - $signal));
}

sub time_out
{
	my $phase = shift;
	my $timeout_ms = 30 + int rand 30;
	$victim->rows("SET statement_timeout = $timeout_ms");
	my $start = time();
	my $end = $victim->query("SELECT count(*) FROM $phase->{schema}.completions");
	$victim->rows('RESET statement_timeout');
	return ($end->{error}, 1000 * ($end->{time} - $start) - $timeout_ms);
}

sub try_often
{
	my ($phase, $way, $try) = @_;
	my ($canceled, $alive) = (0, 0);
	my @times;
	$victim = UsageFdw::Session->new($node);
	for (1 .. $TRIES)
	{
		my ($error, $ms) = $try->($phase);
		$canceled++ if $error && $error->{C} eq '57014';
		$alive++ if $victim->value($answer) eq $expected;
		push @times, $ms;
	}
	@times = sort { $a <=> $b } @times;
	diag sprintf '%s in %s: median %.1f ms, maximum %.1f ms',
	  $way, $phase->{name}, $times[ $TRIES / 2 ], $times[-1];
	is($canceled, $TRIES, "$way in $phase->{name} ends the query");
	# one of them may have met a machine that was busy with something else
	cmp_ok($times[-2], '<', $LIMIT_MS, "$way in $phase->{name} acts at once");
	is($alive, $TRIES, "the session goes on after $way in $phase->{name}");
	return;
}

sub terminate
{
	my $phase = shift;
	my ($ended, @times) = (0);
	for (1 .. $TERMINATIONS)
	{
		my $session = UsageFdw::Session->new($node);
		get_stuck($session, $phase);
		my $signal = time();
		$other->rows('SELECT pg_terminate_backend(' . $session->pid . ')');
		my $end = $session->finish;
		$ended++ if $end->{closed} && $end->{error}{C} eq '57P01';
		push @times, 1000 * ($end->{time} - $signal);
	}
	is($ended, $TERMINATIONS, "pg_terminate_backend in $phase->{name} ends the session");
	cmp_ok(max(@times), '<', $LIMIT_MS, "pg_terminate_backend in $phase->{name} acts at once");
	return;
}

for my $phase (@phases)
{
	$phase->{start}->() if $phase->{start};
	try_often($phase, 'pg_cancel_backend', \&cancel);
	try_often($phase, 'statement_timeout', \&time_out);
	terminate($phase);
	control($proxy, 'clear');
	control($simulator, 'reset-faults');
}

my @both = map { $victim->value("SELECT count(*), sum(input_tokens) FROM $_.completions
	WHERE day < current_date") } qw(proxied fine);
is($both[0], $both[1], 'what was stuck can be read once the fault is gone');

# A handler in the query itself, and a read in the same transaction after it.
control($proxy, 'stall 2000');
$victim->rows(<<'END');
CREATE FUNCTION survive() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM count(*) FROM proxied.completions;
	RETURN 'not canceled';
EXCEPTION WHEN query_canceled THEN
	RETURN 'canceled, then ' || (SELECT count(*) > 0 FROM proxied.completions);
END $$
END
my $there = risen($proxy, 'stall');
$victim->send('SELECT survive()');
poll_until(sub { $there->() && waits($victim) });
$other->rows('SELECT pg_cancel_backend(' . $victim->pid . ')');
is($victim->finish->{rows}[0][0], 'canceled, then true', 'an exception handler can read on');

done_testing();
