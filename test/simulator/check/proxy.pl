#
# The proxy that breaks connections.
#
use strict;
use warnings;

use FindBin;
use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time);

use lib $FindBin::Bin;
use Check;

# The status of a whole answer, else 599.  HTTP::Tiny would try again.
sub raw_status
{
	my ($port, $path) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $port, Proto => 'tcp') or return 599;
	print $socket "GET $path HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\n"
	  . 'Authorization: Bearer ' . KEY . "\r\n\r\n";
	my $answer = '';
	my $selected = IO::Select->new($socket);
	while ($selected->can_read(1) && sysread $socket, my $block, 65536)
	{
		$answer .= $block;
	}
	my ($head, $body) = split /\r\n\r\n/, $answer, 2;
	return 599 if !defined $body;
	my ($length) = $head =~ /^Content-Length: (\d+)/mi;
	my ($status) = $head =~ m{^HTTP/1\.1 (\d+)};
	return length $body == $length ? $status : 599;
}

sub check_proxy
{
	my $proxy = start('fault_proxy', '--target', $server->{port});
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $proxy->{control_port}, Proto => 'tcp') or die;
	my $order = sub { print $socket "$_[0]\n"; return scalar <$socket> };
	my $path = path_of('costs') . '?start_time=' . (NOW - 5 * DAY);
	my $fetch = sub { raw_status($proxy->{port}, $path) };
	is($fetch->(), 200, 'through the proxy');
	my $url = "http://127.0.0.1:$proxy->{port}/_simulator/settings";
	is($http->get($url)->{status}, 200, 'kept alive') for 1 .. 3;
	like($order->('stat'), qr/connections=2 open=1 requests=4/, 'one connection');
	for my $mishap ('refuse', 'silent', 'truncate 300', 'reset 300', 'stall 300')
	{
		is($order->($mishap), "ok\n", $mishap);
		is($fetch->(), 599, "$mishap: broken");
		$order->('clear');
		is($fetch->(), 200, "$mishap: cleared");
	}
	$order->('slow 2500 count=1');
	my $begin = time;
	is($http->get($url)->{status}, 200, 'slow');
	cmp_ok(time - $begin, '>', 0.1, 'slow takes its time');
	like($order->('nonsense'), qr/^error/, 'an order not understood');
	$order->('truncate 10 after=1 match=costs');
	is(join(' ', map { $fetch->() } 1 .. 3), '200 599 200', 'after');
	$order->('random seed=3 bytes=1000 truncate=30 reset=20');
	my $broken = grep { $fetch->() == 599 } 1 .. 40;
	ok($broken > 5 && $broken < 35, 'random');
	$order->('clear');
	like($order->('stat'), qr/^ok connections=\d+ .*refuse=1 silent=1 truncate=/, 'stat');
}

check_proxy();
done_testing();
