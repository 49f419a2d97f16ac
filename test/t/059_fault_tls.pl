#
# The fault matrix, by a real nginx: HTTP/2 that says goodbye after a few requests, workers
# that are replaced or killed, and a restart with another certificate, in the middle of each
# shape of query: the answer is the right one.
#
# USAGE_FAULTS=all tries each shape with each of them several times.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Faults::Nginx;
use UsageFdw::Faults::Run;
use UsageFdw::Faults::Shapes;
use UsageFdw::Test;

plan skip_all => 'nginx is not installed' if !find_nginx();

my $ALL = ($ENV{USAGE_FAULTS} // '') eq 'all';
my $TRIES = $ALL ? 3 : 1;

keep_day($ALL ? 1200 : 300);
my $simulator = simulator('--events-per-day', 10);
my %servers = (
	h2 => 'listen 127.0.0.1:%d ssl http2;',
	map({ ("goodbye_after_$_" => "listen 127.0.0.1:%d ssl http2; keepalive_requests $_;") } 1, 2, 5),
	one_stream => 'listen 127.0.0.1:%d ssl http2; http2_max_concurrent_streams 1;',
	small_frames => 'listen 127.0.0.1:%d ssl http2; http2_chunk_size 100; output_buffers 1 200;',
	http1 => 'listen 127.0.0.1:%d ssl;',
	http1_closes_after_2 => 'listen 127.0.0.1:%d ssl; keepalive_requests 2;');
my $nginx = nginx($simulator, %servers);
my $node = cluster('main', conf => "shared_buffers = 16MB\njit = off\n");
my $run = UsageFdw::Faults::Run->new($node, $simulator,
	servers => { direct => $simulator, map { $_ => $nginx->{$_} } keys %servers },
	options => { map { $_ => { ca_file => $nginx->{ca_file}, retry_delay => '50ms', max_retries => 8, request_timeout => '10s' } }
		  keys %servers });

# What happens in the middle of a query
my %happens = (
	'workers are replaced' => \&reload,
	'workers are killed' => \&kill_workers,
	'a restart with another certificate' => \&restart);

sub check
{
	my ($shape, $fault, $server, %case) = @_;
	my $name = "$shape->{name}: $fault, $server";
	ok($run->check($name, $server, 'answer', begin => sub { }, end => sub { }, ways => ['statement'],
			family => 'TLS and HTTP/2', fault => "$fault, $server", seconds => 60, %case), $name);
	return;
}

for my $shape (shapes())
{
	$run->set_shape($shape);
	check($shape, 'a server', $_) for sort keys %servers;
	# the simulator takes its time, so that it happens in the middle
	control($simulator, 'set', 'delay_ms=' . ($run->{requests} > 10 ? 20 : 60));
	for my $what (sort keys %happens)
	{
		for my $server (qw(h2 http1))
		{
			check($shape, $what, $server, while => sub { $happens{$what}->($nginx) }) for 1 .. $TRIES;
		}
	}
	control($simulator, 'set', 'delay_ms=0');
}

# older ones than 8.4 speak HTTP/1.1 only, see src/base/compat.h
my ($major, $minor) = `pkg-config --modversion libcurl` =~ /^(\d+)\.(\d+)/;
my $h2 = $major > 8 || $major == 8 && $minor >= 4 ? 'HTTP/2.0' : 'HTTP/1.1';
for my $server (sort keys %servers)
{
	is(protocols_of($nginx, $server), $server =~ /^http1/ ? 'HTTP/1.1' : $h2, "$server: its protocol");
}
cmp_ok(connections_of($nginx, 'goodbye_after_1'), '>', 1.2 * connections_of($nginx, 'goodbye_after_5'),
	'goodbyes were said');
cmp_ok(connections_of($nginx, 'h2'), '>', shapes(), 'and connections lost');

my $report = $run->report;
$ALL ? diag $report : note $report;
done_testing();
