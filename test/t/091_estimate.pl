#
# After ANALYZE, how far from the truth are the estimates of random scans?
#
# The clock stands at a fixed time, so the organization and the queries are
# always the same.  USAGE_ESTIMATE_FIRST and USAGE_ESTIMATE_COUNT choose others,
# which are printed and not judged.
#
use strict;
use warnings;

use Cwd;
use List::Util qw(max);
use Test::More;

use UsageFdw::Test;

my $CLOCK = 1_795_000_000;
my @LIMITS = (1.5, 3, 10, 100, 'inf');

my $first = $ENV{USAGE_ESTIMATE_FIRST} // 1;
my $count = $ENV{USAGE_ESTIMATE_COUNT} // 500;
my $is_usual = $first == 1 && $count == 500;

my $simulator = simulator('--now', $CLOCK);
my $node = cluster('main', clock => $CLOCK);

# Of the queries of sql/random.sql or of sql/differential.sql.
sub scans
{
	my $queries = shift;
	local %ENV = (
		%ENV,
		USAGE_ESTIMATE_QUERIES => $queries,
		USAGE_ESTIMATE_FIRST => $first,
		USAGE_ESTIMATE_COUNT => $count,
		USAGE_SIMULATOR_URL => $simulator->{url},
		USAGE_SIMULATOR_CONTROL => Cwd::abs_path('test/simulator/control'));
	my ($status, $out, $error) = $node->psql('postgres', undef,
		extra_params => [ '-f', 'test/lib/estimate.sql' ]);
	is($error, '', "$queries: no query failed");
	my @scans;
	for my $line (split /\n/, $out)
	{
		my ($number, $known, $expected, $actual, $source, $condition) = split /\t/, $line;
		next if !defined $source;
		my ($low, $high) = sort { $a <=> $b } max($expected, 1), max($actual, 1);
		push @scans,
		  {
			number => $number, known => $known eq 't', factor => $high / $low,
			expected => $expected, actual => $actual, what => "$source WHERE $condition"
		  };
	}
	return @scans;
}

# The share of scans whose estimate is within that factor.
sub within
{
	my ($limit, @scans) = @_;
	return grep({ $_->{factor} <= $limit } @scans) / max(scalar @scans, 1);
}

sub print_distribution
{
	my ($name, @scans) = @_;
	note(sprintf '%s: %d scans', $name, scalar @scans);
	note(sprintf '  within a factor of %s: %5.1f %%', $_, 100 * within($_, @scans)) for @LIMITS;
	note(sprintf '  %.1f (expected %d, came %d), query %d: %s',
			@$_{qw(factor expected actual number)}, substr($_->{what}, 0, 900))
	  for grep { $_->{factor} > 10 } sort { $b->{factor} <=> $a->{factor} } @scans;
	return;
}

for my $queries (qw(random differential))
{
	my @scans = scans($queries);
	my @known = grep { $_->{known} } @scans;
	my @later = grep { !$_->{known} } @scans;
	print_distribution("$queries, all values known at planning", @known);
	print_distribution("$queries, with parameters, sub-selects or outer columns", @later);

	next if !$is_usual;
	cmp_ok(scalar @known, '>=', 100, "$queries: scans enough");
	cmp_ok(within(3, @known), '>=', 0.95, "$queries, known values: nearly all are within a factor of 3");
	cmp_ok(within(10, @known), '>=', 0.98, "$queries, known values: nearly all of the rest is within a factor of 10");
	cmp_ok(within(3, @scans), '>=', 0.9, "$queries, any values: 90 % are within a factor of 3");
	cmp_ok(within(10, @scans), '>=', 0.93, "$queries, any values: nearly all are within a factor of 10");
}

done_testing();
