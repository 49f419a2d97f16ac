#
# Random aggregates (sql/differential.sql) where the clocks went back lately: in
# North America and Cuba, where a midnight comes twice, and in Europe and on the
# Azores.  USAGE_DIFFERENTIAL_COUNT queries each.
#
use strict;
use warnings;

use Cwd;
use Test::More;

use UsageFdw::Test;

# Noon (UTC) of 2026-11-03 and of 2026-10-27.
my %clocks = ('two days after 1 November' => 1_793_707_200, 'two days after 25 October' => 1_793_102_400);
my $count = $ENV{USAGE_DIFFERENTIAL_COUNT} // 60;

for my $name (sort keys %clocks)
{
	my $simulator = simulator('--now', $clocks{$name});
	my $node = cluster('at_' . $clocks{$name}, clock => $clocks{$name});
	local %ENV = (
		%ENV,
		USAGE_DIFFERENTIAL_COUNT => $count,
		USAGE_SIMULATOR_URL => $simulator->{url},
		USAGE_SIMULATOR_CONTROL => Cwd::abs_path('test/simulator/control'));
	my ($status, $out, $error) = $node->psql('postgres', undef,
		extra_params => [ '-f', 'sql/differential.sql' ]);
	is($error, '', "$name: no error");
	# psql prints rows alone: that all have run, and any query that differed
	my @rows = grep { /^[tf]\|[tf]\|[tf]$|^\d+\|/ } split /\n/, $out;
	like($rows[0] // '', qr/^t\|/, "$name: all queries have run");
	is(join("\n", @rows[ 1 .. $#rows ]), '', "$name: no query differs");
	$node->stop;
}

done_testing();
