#
# The fault matrix: each fault at each request of each shape of query, against a table of what
# must come out (UsageFdw::Faults::Table): the right answer, or the error that says what was
# wrong; never a part of the answer, in bounded time and memory, and the session goes on.
#
# USAGE_FAULTS=all runs everything; else each fault befalls one shape at one of its requests, chosen
# by USAGE_FAULTS_SEED (the day).  USAGE_FAULTS_ONLY="pattern" runs all cases of such names, "shape: fault, phase".
#
use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use UsageFdw::Faults::Run;
use UsageFdw::Faults::Shapes;
use UsageFdw::Faults::Spoiler;
use UsageFdw::Faults::Table;
use UsageFdw::Test;

my $ALL = ($ENV{USAGE_FAULTS} // '') eq 'all';
my $SEED = $ENV{USAGE_FAULTS_SEED} // int(time() / 86400);
my $ONLY = $ENV{USAGE_FAULTS_ONLY} // '';
my $OFFSETS = 6;				# of each way to cut a page, unless all

srand $SEED;
keep_day($ALL ? 3600 : 300);
my $simulator = simulator('--events-per-day', 10);
my $proxy = fault_proxy($simulator);
my $spoiler = spoiler($simulator);
my $nobody = { url => 'http://127.0.0.1:' . IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport };
my $node = cluster('main', conf => "shared_buffers = 16MB\njit = off\n");
my $run = UsageFdw::Faults::Run->new($node, $simulator,
	servers => { direct => $simulator, proxied => $proxy, spoiled => $spoiler, nobody => $nobody },
	options => { proxied => { request_timeout => '600ms' } });
my @families = fault_families();

# --- how faults are made ---

# Texts of a row's `how`: what is made when it is sent, and what depends on the shape.
sub arguments
{
	my ($shape, @how) = @_;
	return map { ref $_ ? $_->() : $_ eq 'FIELD' ? "field=$shape->{field}" : $_ eq 'TEXT' ? "field=$shape->{text}" : $_ } @how;
}

sub end_faults
{
	control($simulator, 'reset-faults');
	control($proxy, 'clear');
	spare($spoiler);
	return;
}

# The proxy's count of what it broke so far, by a rule's first word.
sub broken
{
	my ($word) = split / /, shift;
	return stat_of($proxy, $word);
}

my %server = (simulator => 'direct', setting => 'direct', proxy => 'proxied', spoiler => 'spoiled', nobody => 'nobody');

# How to begin a fault that befalls `count` requests after so many, and to say if it has.
sub maker
{
	my ($by, $shape, $after, $count, $match, @how) = @_;
	my $before;
	my @hits = ("after=$after", "count=$count");
	return (begin => sub {
			control($simulator, 'reset-faults');
			control($simulator, 'fault', arguments($shape, @how), @hits, $match ? "match=$match" : ());
		}, struck => sub { $count < 0 || control($simulator, 'faults') =~ / count=0$/m }) if $by eq 'simulator';
	return (begin => sub {
			control($proxy, 'drop') if $how[0] =~ /^(refuse|silent)/;
			$before = broken($how[0]);
			control($proxy, "$how[0] @hits");
		}, struck => sub { broken($how[0]) > $before }) if $by eq 'proxy';
	return (begin => sub { spoil($spoiler, @how[ 0, 1 ], after => $after, count => $count) },
		struck => sub { spoiled($spoiler) > 0 }) if $by eq 'spoiler';
	my %back = map { /(.*)=/ ? ($1 => 1) : () } @how;
	my ($setting) = keys %back;
	return (begin => sub {
			($before) = control($simulator, 'settings') =~ /^(\Q$setting\E=.*)/m;
			control($simulator, 'set', @how);
		}, end => sub { control($simulator, 'set', $before) }) if $by eq 'setting';
	return (begin => sub { }, nobody => 1);
}

# --- which cases there are ---

# The phases of a row for a shape: name, how many requests are spared, how many are hit.  Of
# the list of projects, which comes before their own lists, no member of those is read.
sub phases
{
	my ($row, $shape, $requests) = @_;
	my ($once, $always) = @$row[ 3, 4 ];
	my $middle = int($requests / 2);
	my @phases = (defined $once
		? ([ 'first', 0, 1, $once ], [ 'middle', $middle, 1, $once ], [ 'last', $requests - 1, 1, $once ]) : (),
		defined $always ? ([ 'all', 0, -1, $always ], [ 'rest', $middle, -1, $always ]) : ());
	my %more = @$row[ 5 .. $#$row ];
	my %named = map { $_ => 1 } @{ $more{phases} // [qw(first middle last all rest)] };
	delete @named{qw(first all)} if $shape->{kind} eq 'under' && grep { /^(FIELD|TEXT)$/ } @{ $row->[2] };
	my %seen;
	# the same requests are not hit twice, such as those of a shape with one
	return grep { $named{ $_->[0] } && !$seen{"$_->[1] $_->[2]"}++ } @phases;
}

# Does a row make sense for a shape?
sub fits
{
	my ($row, $shape, $requests) = @_;
	my %more = @$row[ 5 .. $#$row ];
	return 0 if $more{only} && !grep { $_ eq $shape->{name} } @{ $more{only} };
	return 0 if $more{match} && $shape->{kind} eq 'object' || $more{only_paged} && $requests < 2;
	return !grep { ($_ eq 'FIELD' && !$shape->{field}) || ($_ eq 'TEXT' && !$shape->{text}) } @{ $row->[2] };
}

sub outcome_of
{
	my ($outcome, $shape) = @_;
	return ref $outcome ? $outcome->{ $shape->{name} } // $outcome->{ $shape->{kind} } : $outcome;
}

# All cases of a shape, as references to lists: family, row, phase.
sub cases_of
{
	my ($shape, $requests) = @_;
	my @cases;
	for my $family (@families)
	{
		my ($name, @rows) = @$family;
		for my $row (grep { fits($_, $shape, $requests) } @rows)
		{
			push @cases, map { [ $name, $row, $_ ] }
			  grep { defined outcome_of($_->[3], $shape) && "$shape->{name}: $row->[0], $_->[0]" =~ /$ONLY/ }
			  phases($row, $shape, $requests);
		}
	}
	return @cases;
}

sub check_case
{
	my ($shape, $family, $row, $phase, $way) = @_;
	my ($name, $by, $how, undef, undef, %more) = @$row;
	my ($when, $after, $count, $outcome) = @$phase;
	my $match = $more{match} ? ($shape->{kind} eq 'buckets' ? 'page=' : 'after=') : undef;
	ok($run->check("$shape->{name}: $name, $when", $server{$by}, outcome_of($outcome, $shape),
			end => \&end_faults, ways => [$way], family => $family, fault => $name, %more,
			maker($by, $shape, $after, $count, $match, @$how)),
		"$shape->{name}: $name, $when");
	return;
}

# --- the matrix ---

my (%requests, %chosen);
for my $shape (shapes())
{
	$run->set_shape($shape);
	$requests{ $shape->{name} } = $run->{requests};
	for my $case (cases_of($shape, $run->{requests}))
	{
		push @{ $chosen{ $case->[1][0] } }, [ $shape->{name}, $case ];
	}
}
# by default one case of each fault
if (!$ALL && !$ONLY)
{
	$chosen{$_} = [ $chosen{$_}[ rand @{ $chosen{$_} } ] ] for sort keys %chosen;
}
for my $shape (shapes())
{
	$run->set_shape($shape);
	for my $case (map { @{ $chosen{$_} // [] } } map { my $family = $_; map { $_->[0] } @$family[ 1 .. $#$family ] } @families)
	{
		next if $case->[0] ne $shape->{name};
		check_case($shape, @{ $case->[1] }, (qw(statement cursor))[ rand 2 ]);
	}
}

$run->{families} = [ map { $_->[0] } @families ];
my $report = $run->report;
$ALL ? diag $report : note $report;
done_testing();
