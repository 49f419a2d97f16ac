#
# test/bench/Bench/Network.pm
#	  A slow network, the first row, and how little is asked for the newest.
#
package Bench::Network;

use strict;
use warnings;

use Exporter 'import';
use FindBin;

use Bench::Contest;
use Bench::Report;
use Bench::Server;

our @EXPORT = qw(measure_latency measure_first_row show_newest);

my $dir = $FindBin::RealBin;

# A year of days over a slow network, against a bare client.
sub measure_latency
{
	my ($session, $delay_ms) = @_;
	my $select = 'SELECT sum(input_tokens) FROM thin.completions';
	my @requests = requests_of($session, $select);
	my @contestants;
	for my $flight (1, 4, 12)
	{
		my $client = start("$dir/client", $flight, map { $_->{url} } @requests);
		push @contestants,
		  {
			name => "client $flight",
			process => $client,
			run => sub { (split / /, answer($client, 'run'))[0] }
		  },
		  {
			name => "usage_fdw $flight",
			run => sub {
				set_option($session, 'thin', 'max_concurrent_requests', $flight);
				my ($ms) = timed($session, $select);
				return $ms;
			}
		  };
	}
	control('set', "delay_ms=$delay_ms");
	measure(@contestants);
	control('set', 'delay_ms=0');
	stop($_->{process}) for grep { $_->{process} } @contestants;

	my %ms = map { $_->{name} => $_->{times}[0] } @contestants;
	heading(sprintf 'A year of days, %d requests of %.0f ms', scalar @requests, $delay_ms);
	for my $flight (1, 4, 12)
	{
		my $floor = $ms{"client $flight"};
		row("bare libcurl client, $flight in flight", $floor, $floor);
		row("usage_fdw, $flight in flight", $ms{"usage_fdw $flight"}, $floor,
			$delay_ms >= 200 ? 1.15 : undef);
	}
	my $speed_up = $ms{'usage_fdw 1'} / $ms{'usage_fdw 12'};
	claim('12 in flight against 1', sprintf('%.1f x', $speed_up), $speed_up >= 9, 'at least 9 x')
	  if $delay_ms >= 200;
	return;
}

sub measure_first_row
{
	my $session = shift;
	my $all = 'SELECT count(*) FROM days.completions';
	my @requests = requests_of($session, $all);
	my $client = start("$dir/client", 4, map { $_->{url} } @requests);
	my @contestants = (
		{ name => 'client', run => sub { (split / /, answer($client, 'run'))[ 1, 0 ] } },
		{
			name => 'usage_fdw',
			run => sub {
				query($session, 'BEGIN; DECLARE c CURSOR FOR SELECT * FROM days.completions');
				my ($first_ms) = timed($session, 'FETCH 1 FROM c');
				query($session, 'ROLLBACK');
				my ($all_ms) = timed($session, $all);
				return ($first_ms, $all_ms);
			}
		});
	measure(@contestants);
	stop($client);
	heading(sprintf 'Time to the first row, %d pages of 31 x 1000', scalar @requests);
	printf "%-44s %9.1f ms of %9.1f ms for all\n", $_->{name}, @{ $_->{times} } for @contestants;
	return;
}

sub show_newest
{
	my $session = shift;
	my $select = 'SELECT * FROM days.completions ORDER BY start_time DESC LIMIT 1';
	my @requests = requests_of($session, $select);
	my ($buckets) = map { $_->{query} =~ /limit=(\d+)/ } @requests;
	my $plan = query($session, "EXPLAIN (COSTS off) $select");
	heading('ORDER BY start_time DESC LIMIT 1');
	claim('requests', scalar @requests, @requests == 1, 'one');
	claim('buckets asked for', $buckets, $buckets <= 5, 'a few');
	claim('Sort', $plan =~ /Sort/ ? 'yes' : 'no', $plan !~ /Sort/, 'none');
	return;
}

1;
