#
# A query that waits for the server ends at once when it is told to, whatever
# it waits for, and its session goes on.
#
use strict;
use warnings;

use IO::Socket::INET;
use Socket;
use Test::More;

use UsageFdw::Interrupt;
use UsageFdw::Session;
use UsageFdw::Test;

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

$victim->rows('CREATE FOREIGN TABLE proxied.project_users (project_id text, id text) SERVER proxied');

# What is waited for: how to get there, what says that we are there, and the name of
# the wait event, UsageFdwAnswer if none is given.
my @phases = (
	{ name => 'connect', event => 'Connect', schema => 'unreachable' },
	{ name => 'TLS handshake', event => 'Connect', schema => 'silent_tls' },
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
		name => 'backoff', event => 'Backoff', schema => 'proxied',
		start => sub {
			control($simulator, 'fault', 'status', 'code=429', 'count=-1',
				'endpoint=completions', 'match=bucket_width=1d', 'headers=Retry-After: 30');
		},
		there => sub { risen($simulator, 'requests') }
	},
	{
		name => 'the list of parents', schema => 'proxied', table => 'project_users',
		start => sub { control($proxy, 'stall 100 count=-1 match=include_archived') },
		there => sub { risen($proxy, 'stall') }
	},
	{
		name => 'the lists of parents', schema => 'proxied', table => 'project_users',
		start => sub { control($proxy, 'stall 0 count=-1 match=proj_web') },
		there => sub { risen($proxy, 'stall') }
	},
	{
		name => 'backoff of a list', event => 'Backoff', schema => 'proxied', table => 'project_users',
		start => sub {
			control($simulator, 'fault', 'status', 'code=429', 'count=-1',
				'path=proj_ops', 'headers=Retry-After: 30');
		},
		there => sub { risen($simulator, 'requests') }
	});
# Before 7.87 libcurl waits for the look-up that goes on, however it is ended.
unshift @phases, { name => 'name lookup', event => 'Connect', schema => 'lookup' }
  if $resolver && libcurl_is_from('7.87');

# What a query that gets through answers.
my $answer = 'SELECT count(*) || \' \' || sum(num) FROM (SELECT input_tokens AS num FROM
	fine_hourly.embeddings WHERE day = (now() AT TIME ZONE \'UTC\')::date - 3) AS e';
connect_server($node, $simulator, server => 'fine_hourly', schema => 'fine_hourly',
	import => q{OPTIONS (bucket_width '1h')});
my $expected = $victim->value($answer);

# One of the tries may meet a machine that is busy with something else.
my $interrupt = UsageFdw::Interrupt->new($node,
	tries => 50, terminations => 3, outliers => 1, limit_ms => 100,
	waiting => q{wait_event_type = 'Extension'}, answer => [ $answer, $expected ]);
for my $phase (@phases)
{
	$phase->{start}->() if $phase->{start};
	$interrupt->stops_at_once("in $phase->{name}", %$phase, waiting => wait_event($phase->{event} // 'Answer'),
		sql => "SELECT count(*) FROM $phase->{schema}." . ($phase->{table} // 'completions'));
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
my ($survived) = $interrupt->interrupt($victim, 'pg_cancel_backend',
	sql => 'SELECT survive()', there => sub { risen($proxy, 'stall') });
is($survived->{rows}[0][0], 'canceled, then true', 'an exception handler can read on');

done_testing();
