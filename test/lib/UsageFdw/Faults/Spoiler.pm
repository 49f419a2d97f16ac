#
# test/lib/UsageFdw/Faults/Spoiler.pm
#	  A proxy in front of a simulator that spoils answers which were right.
#
# Other than a server of made-up answers (UsageFdw::Hostile), it can spoil any answer, of any
# endpoint and on any page, and the next try gets the right one.
#
#	my $spoiler = spoiler($simulator);
#	connect_server($node, $spoiler, ...);
#	spoil($spoiler, 'cut', 100, after => 2, count => 1);
#	... a query ...
#	is(spoiled($spoiler), 1);
#	spare($spoiler);
#
# What can be done to an answer is in ways() of UsageFdw::Faults::Ways.
#
package UsageFdw::Faults::Spoiler;

use strict;
use warnings;

use Exporter 'import';
use Fcntl qw(:flock SEEK_SET);
use File::Temp;
use HTTP::Tiny;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

use UsageFdw::Faults::Ways;
use UsageFdw::Hostile;

our @EXPORT = qw(spoiler spoil spare spoiled);

# What is to be done, which processes of all connections share: a line of a file.
my @members = qw(way argument after count hits match);

# Let a function change the line's members; what it returns.
sub with_order
{
	my ($file, $change) = @_;
	open my $handle, '+<', $file or die "could not open $file: $!";
	flock $handle, LOCK_EX or die "could not lock $file: $!";
	my %order;
	@order{@members} = split /\t/, <$handle> // '', -1;
	my $result = $change->(\%order);
	seek $handle, 0, SEEK_SET;
	truncate $handle, 0;
	print $handle join "\t", map { $_ // '' } @order{@members};
	close $handle or die "could not write $file: $!";
	return $result;
}

# The way to spoil the answer to the request with this head, and its argument; nothing if
# it is spared.
sub take_order
{
	my ($file, $head) = @_;
	return @{ with_order($file, sub {
		my $order = shift;
		return [] if !$order->{way} || !$order->{count} || index($head, $order->{match}) < 0;
		return [] if $order->{after}-- > 0;
		$order->{after} = 0;
		$order->{count}-- if $order->{count} > 0;
		$order->{hits}++;
		return [ $order->{way}, $order->{argument} ];
	}) };
}

# What the simulator answers to that request: status, body, type and the head that asked.
sub ask_simulator
{
	my ($http, $url, $head) = @_;
	my ($uri) = $head =~ m{^GET /spoil(\S*)};
	my $answer = $http->get($url . $uri, { headers => { authorization => 'Bearer ' . bearer($head) } });
	die "the simulator is gone: $answer->{content}" if $answer->{status} == 599;
	return { status => $answer->{status}, body => $answer->{content}, request => $head,
		type => $answer->{headers}{'content-type'}, id => $answer->{headers}{'x-request-id'} };
}

# A running proxy: its url, which is the base of URLs.
sub spoiler
{
	my $simulator = shift;
	my $dir = File::Temp->newdir;
	my $file = "$dir/order";
	PostgreSQL::Test::Utils::append_to_file($file, '');
	my $http = HTTP::Tiny->new(timeout => 30);
	my $server = hostile_server(spoil => sub {
		my ($client, $head) = @_;
		setsockopt $client, IPPROTO_TCP, TCP_NODELAY, 1;
		my $answer = ask_simulator($http, $simulator->{url}, $head);
		my ($way, $argument) = take_order($file, $head);
		send_spoiled($client, $answer, $way // 'right', $argument);
	});
	return { url => "$server->{url}/spoil", dir => $dir, file => $file };
}

# From now on spoil answers in that way.  Options:
#	after => N, count => N		spare so many first, then spoil so many (1; -1: all)
#	match => TEXT				only those to requests with that in their head
sub spoil
{
	my ($spoiler, $way, $argument, %options) = @_;
	die "there is no way \"$way\"" if !is_way($way);
	with_order($spoiler->{file}, sub {
		%{ $_[0] } = (way => $way, argument => $argument, after => 0, count => 1, hits => 0,
			match => '', %options);
	});
	return;
}

# From now on answers are right.
sub spare
{
	my $spoiler = shift;
	with_order($spoiler->{file}, sub { %{ $_[0] } = () });
	return;
}

# How many answers were spoiled since that was said.
sub spoiled
{
	my $spoiler = shift;
	return with_order($spoiler->{file}, sub { $_[0]{hits} || 0 });
}

1;
