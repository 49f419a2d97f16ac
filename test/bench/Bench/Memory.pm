#
# test/bench/Bench/Memory.pm
#	  What a backend takes, at its peak and after many queries.
#
package Bench::Memory;

use strict;
use warnings;

use Exporter 'import';

use Bench::Contest;
use Bench::Report;
use Bench::Server;

our @EXPORT = qw(show_peak show_growth);

use constant COUNTED_QUERIES => 1000;

# A number of /proc/PID/status, in MB.
sub memory
{
	my ($pid, $name) = @_;
	open my $file, '<', "/proc/$pid/status" or die "no status of $pid: $!\n";
	my ($kb) = map { /^\Q$name\E:\s+(\d+) kB/ ? $1 : () } <$file>;
	return $kb * 1024 / MB;
}

sub descriptors
{
	my @found = glob "/proc/$_[0]/fd/*";
	return scalar @found;
}

sub show_peak
{
	my $session = session();
	my $pid = $session->{backend};
	my $idle = memory($pid, 'VmRSS');
	my @requests = requests_of($session, 'SELECT sum(input_tokens) FROM dense.completions');
	my $bytes = 0;
	$bytes += $_->{bytes} for @requests;
	my $peak = memory($pid, 'VmHWM');
	heading(sprintf 'Memory of the backend, reading %.2f GB in %d pages', $bytes / 1e9, scalar @requests);
	printf "%-44s %9.1f MB\n%-44s %9.1f MB\n", 'idle, before its first query', $idle, 'peak', $peak;
	claim('peak over idle', sprintf('%.1f MB', $peak - $idle), $peak - $idle < 24, 'under 24 MB');
	stop($session);
	return;
}

# Complete ones, and those that stop half way.
sub show_growth
{
	my $session = session();
	my $pid = $session->{backend};
	my @queries = (
		'SELECT sum(input_tokens) FROM thin.completions',
		'SELECT * FROM thin.completions LIMIT 1',
		'SELECT max(start_time) FROM thin.completions',
		"SELECT count(*) FROM thin.completions WHERE model = 'none'");
	my $idle = memory($pid, 'VmRSS');
	query($session, $_) for @queries, @queries;
	my $start = memory($pid, 'VmRSS');
	my $open = descriptors($pid);
	query($session, $queries[ $_ % @queries ]) for 1 .. COUNTED_QUERIES;
	my $end = memory($pid, 'VmRSS');
	my $left = descriptors($pid) - $open;
	heading('After ' . COUNTED_QUERIES . ' queries');
	claim('memory over idle', sprintf('%.1f MB', $end - $idle), $end - $idle < 24, 'under 24 MB');
	claim('growth since the first few', sprintf('%.1f MB', $end - $start), $end - $start < 2, 'none, or under 2 MB');
	claim('growth of descriptors', $left, $left <= 0, 'none');
	stop($session);
	return;
}

1;
