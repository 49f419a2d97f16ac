#
# test/bench/Bench/Contest.pm
#	  Contestants that take turns.
#
# Every contestant is a process that stays: it reads a line and answers with
# one, when its run is over.  So connections are warm for all of them, and runs
# can be interleaved: A B C A B C, so that what else the machine does hits all
# alike.  The first round does not count.  Medians are shown.
#
package Bench::Contest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Open2;

our @EXPORT = qw($runs start stop answer session query timed measure);

our $runs = $ENV{BENCH_RUNS} || 7;

sub start
{
	my @command = @_;
	my $pid = open2(my $out, my $in, @command);
	return { in => $in, out => $out, name => $command[0], pid => $pid };
}

sub stop
{
	my $process = shift;
	close $process->{in};
	close $process->{out};
	waitpid $process->{pid}, 0;
	return;
}

sub answer
{
	my ($process, $line) = @_;
	print { $process->{in} } "$line\n";
	$process->{in}->flush;
	my $answer = readline $process->{out};
	die "$process->{name} broke off\n" if !defined $answer;
	chomp $answer;
	return $answer;
}

# A psql that stays.
sub session
{
	my $session = start('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1');
	$session->{backend} = query($session, 'SELECT pg_backend_pid()');
	return $session;
}

# Run statements; the lines that psql prints.
sub query
{
	my ($session, $sql) = @_;
	my @lines;
	print { $session->{in} } "$sql;\n\\echo '=== done'\n";
	$session->{in}->flush;
	while (defined(my $line = readline $session->{out}))
	{
		chomp $line;
		return wantarray ? @lines : join "\n", @lines if $line eq '=== done';
		push @lines, $line;
	}
	die "a query failed: $sql\n";
}

# The milliseconds that a statement takes, by psql's clock, and its answer.
sub timed
{
	my ($session, $sql) = @_;
	my @lines = query($session, "\\timing on\n$sql;\n\\timing off\n");
	my ($ms) = map { /^Time: ([0-9.]+) ms/ ? $1 : () } @lines;
	return ($ms, grep { !/^Time: / } @lines);
}

# Run all in turn, and note the medians of their times.
sub measure
{
	my @contestants = @_;
	my %times;
	for my $round (0 .. $runs)
	{
		for my $contestant (@contestants)
		{
			my @times = $contestant->{run}->();
			next if $round == 0;
			push @{ $times{ $contestant->{name} }[$_] }, $times[$_] for 0 .. $#times;
		}
	}
	for my $contestant (@contestants)
	{
		my @columns = @{ $times{ $contestant->{name} } };
		$contestant->{times} = [ map { median(@$_) } @columns ];
		$contestant->{range} = [ (sort { $a <=> $b } @{ $columns[0] })[ 0, -1 ] ];
	}
	return;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[ int($#sorted / 2) ] + $sorted[ int(@sorted / 2) ]) / 2;
}

1;
