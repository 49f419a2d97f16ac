#
# test/bench/Bench/Report.pm
#	  Tables of numbers, and whether they are within their limits.
#
package Bench::Report;

use strict;
use warnings;

use Exporter 'import';

use Bench::Contest;

our @EXPORT = qw(DAY MB heading row claim over show_machine);

use constant { DAY => 86400, MB => 1e6 };

# How many numbers were over their limits.
my $over = 0;

sub over { return $over }

sub heading
{
	printf "\n%s\n%s\n", $_[0], '-' x length $_[0];
	return;
}

sub row
{
	my ($name, $ms, $floor, @limit) = @_;
	printf "%-44s %9.1f ms  %5.2f x  %s\n", $name, $ms, $ms / $floor, verdict($ms / $floor, @limit);
	return;
}

# Is a number within its limit?
sub verdict
{
	my ($number, $limit, $unit) = @_;
	return '' if !defined $limit;
	$over++ if $number > $limit;
	return sprintf '%s: at most %s%s', $number > $limit ? 'OVER' : 'pass', $limit, $unit // '';
}

sub claim
{
	my ($what, $value, $good, $limit) = @_;
	$over++ if !$good;
	printf "%-44s %12s  %s: %s\n", $what, $value, $good ? 'pass' : 'OVER', $limit;
	return;
}

sub first_line
{
	my $text = `$_[0] 2>/dev/null` // '';
	return $text =~ /(.+)/ ? $1 : 'unknown';
}

sub show_machine
{
	my $session = shift;
	my $cpu = first_line(q(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo));
	my $cores = first_line('nproc');
	my $postgresql = query($session, 'SHOW server_version');
	my $load = first_line('cut -d" " -f1 /proc/loadavg');
	print "$cpu, $cores cores, load $load at the start\n";
	print "PostgreSQL $postgresql";
	print ', libcurl ', first_line('pkg-config --modversion libcurl');
	print ', json-c ', first_line('pkg-config --modversion json-c');
	print ', gcc ', first_line('gcc -dumpfullversion'), "\n";
	print "Medians of $runs interleaved runs after a warm-up; connections are warm.\n";
	print "The server does not compress: all get the same bytes, and no time goes into zlib.\n";
	return;
}

1;
