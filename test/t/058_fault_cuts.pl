#
# A small page that ends at each of its bytes: where the connection breaks, the answer is the
# right one after another try; where the page is sent as if that were all, it is an error, and never
# a part of the answer.
#
# USAGE_FAULTS=all tries each byte; else some, chosen by USAGE_FAULTS_SEED (the day).
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Faults::Run;
use UsageFdw::Faults::Shapes;
use UsageFdw::Faults::Spoiler;
use UsageFdw::Test;

my $ALL = ($ENV{USAGE_FAULTS} // '') eq 'all';
my $SOME = 12;
my $HEAD = 150;					# bytes of a head, at least

srand($ENV{USAGE_FAULTS_SEED} // int(time() / 86400));
keep_day($ALL ? 1200 : 120);
my $simulator = simulator('--events-per-day', 10);
my $proxy = fault_proxy($simulator);
my $spoiler = spoiler($simulator);
my $node = cluster('main', conf => "shared_buffers = 16MB\njit = off\n");
my $run = UsageFdw::Faults::Run->new($node, $simulator,
	servers => { direct => $simulator, proxied => $proxy, spoiled => $spoiler });

# The shapes and the page of them that is cut: how many requests come before it.
my $three_days = "SELECT start_time, project_id, sum(amount) FROM costs
	WHERE day BETWEEN DATE '%s' - 4 AND DATE '%s' - 1 GROUP BY 1, 2 ORDER BY 1, 2";
my @small = (
	[ { name => 'costs', kind => 'buckets', page => 1, order => 1, sql => $three_days }, 1 ],
	[ (grep { $_->{name} eq 'list' } shapes()), 1 ],
	[ { name => 'under a project', kind => 'under', page => 2, order => 1,
		sql => q{SELECT * FROM project_api_keys WHERE project_id = 'proj_web'} }, 1 ],
	[ (grep { $_->{name} eq 'object' } shapes()), 0 ]);

# How to cut: who does it, by what, the outcome, and how to begin and to ask if it struck.
my $before;
my @ways = (
	map({ my $rule = $_;
		[ $rule, 'proxied', 'answer', sub {
				$before = stat_of($proxy, $rule);
				control($proxy, "$rule $_[0] after=$_[1]");
			}, sub { stat_of($proxy, $rule) > $before } ] } qw(truncate reset)),
	map { my $way = $_;
		[ $way, 'spoiled', 'HV00M ', sub { spoil($spoiler, $way, $_[0], after => $_[1]) }, sub { spoiled($spoiler) } ] }
	  qw(cut cut_at_close));

# How many bytes of the body there are to cut: not the space at its end.
sub body_bytes
{
	my ($shape, $after) = @_;
	control($simulator, 'reset-requests');
	$run->ask('statement');
	my $request = (sort { $a->{seq} <=> $b->{seq} } requests($simulator))[$after];
	my $answer = HTTP::Tiny->new->get("$simulator->{url}$request->{path}" . ($request->{query} ne '' ? "?$request->{query}" : ''),
		{ headers => { authorization => 'Bearer ' . api_key } });
	die "$answer->{status}: $answer->{content}" if !$answer->{success};
	return length($answer->{content} =~ s/\s+$//r);
}

sub end_cut
{
	control($proxy, 'clear');
	spare($spoiler);
	return;
}

# Cut after so many bytes: what is wrong, and if it struck at all.
sub cut
{
	my ($way, $bytes, $after) = @_;
	my ($name, $server, $outcome, $begin, $struck) = @$way;
	$begin->($bytes, $after);
	my @wrong = $run->wrong_answer($run->ask('statement'), $outcome, 'statement');
	my $hit = $struck->();
	end_cut();
	return ($hit, map { "$name after $bytes bytes: $_" } @wrong);
}

my ($cases, $queries) = (0, 0);
for my $small (@small)
{
	my ($shape, $after) = @$small;
	$run->set_shape($shape);
	control($simulator, 'set', 'gzip=off');
	my $body = body_bytes($shape, $after);
	for my $way (@ways)
	{
		# those of the proxy are of the head as well, and end where it cuts nothing any more
		my $length = $body + ($way->[1] eq 'spoiled' ? 0 : $ALL ? 10 * $HEAD : $HEAD);
		$run->{session}->rows("SET search_path = $way->[1], public");
		my $tried = 0;
		my @wrong;
		for my $offset ($ALL ? 0 .. $length - 1 : sort { $a <=> $b } map { int rand $length } 1 .. $SOME)
		{
			my ($hit, @found) = cut($way, $offset, $after);
			push @wrong, @found;
			# behind the last byte there is nothing to cut
			last if !$hit;
			$tried++;
		}
		push @wrong, $run->left_behind, $run->wrong_answer($run->ask('statement'), 'answer', 'statement');
		ok(!@wrong && $tried > $SOME / 2, "$shape->{name}: $way->[0], $tried places") or diag join "\n", grep { defined } @wrong[ 0 .. 9 ];
		$cases += $tried;
		$queries += $tried + 1;
		$run->{session}->rows('SET search_path = direct, public');
	}
}

my $report = "| a page cut at a byte | 4 | $cases | $cases | $queries |";
$ALL ? diag $report : note $report;
done_testing();
