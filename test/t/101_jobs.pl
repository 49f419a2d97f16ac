#
# The jobs of docs/recipes.md: there are that many, each leads to blocks that are run, each
# has the answer that it has where nothing is pushed down, and asks for as little as it says.
#
use strict;
use warnings;

use IPC::Run;
use POSIX qw(strftime);
use Test::More;
use Time::Local qw(timegm);

use UsageFdw::Documents;
use UsageFdw::Test;

# Most requests that a block of a job may take, but for those that say so.
use constant MOST_REQUESTS => 20;

my @before = qw(README.md docs/recipes.md);
my @pages = map { "docs/recipes/$_.md" } qw(finance platform data);
my %parts = map { $_ => [ document_parse($_) ] } @before, @pages;

#
# The list of jobs
#
my ($list) = map { ($_->{text} // '') =~ /^## Jobs\n(.*?)^## /ms ? $1 : () } @{ $parts{'docs/recipes.md'} };
my %is_job = map { $_ => 1 } $list =~ /\]\(([^)]+)\)/g;
cmp_ok(scalar keys %is_job, '>=', 25, 'there are 25 jobs and more');

# Headings of the pages of jobs, as links write them, with the blocks below each.
my %blocks;
for my $page (@pages)
{
	my $heading;
	for my $part (@{ $parts{$page} })
	{
		$heading = $1 for grep { defined } ($part->{text} // '') =~ /^## (.*)$/mg;
		next if !defined $part->{language} || !defined $heading;
		my $link = $page =~ s{^docs/}{}r . '#' . (lc($heading) =~ s/[^\w -]//gr) =~ s/ /-/gr;
		push @{ $blocks{$link} }, $part;
	}
}
# (A whole page has a test of its own.)
my %is_listed = map { $_ => 1 } grep { m{^recipes/.*#} } keys %is_job;
is_deeply([ sort keys %blocks ], [ sort keys %is_listed ], 'each job of the pages is in the list, and the other way round');

#
# Two servers: one asks for as little as it can, the other for all there is.
#
my $simulator = simulator('--now', now);
my %options = (
	pushed => '',
	plain => '-c usage_fdw.enable_pushdown=off -c usage_fdw.enable_grain_reduction=off '
	  . '-c usage_fdw.enable_width_coarsening=off');
my %node = map { $_ => cluster($_, clock => now, conf => "timezone = 'UTC'\n") } sort keys %options;
$_->psql('postgres', 'CREATE ROLE postgres SUPERUSER LOGIN') for values %node;

# What a block prints on one of the servers; with -A and -t, without ornaments.
sub run_on
{
	my ($name, $code, @flags) = @_;
	my $key = api_key;
	$code =~ s/FOREIGN DATA WRAPPER usage_fdw;/FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url '$simulator->{url}\/v1');/;
	$code =~ s/sk-admin-\.\.\./$key/g;
	local @ENV{qw(PGHOST PGPORT PGDATABASE PGUSER PGOPTIONS)} =
	  ($node{$name}->host, $node{$name}->port, 'postgres', 'postgres', $options{$name});
	delete local $ENV{PGTZ};
	IPC::Run::run([ 'psql', '-X', '-q', @flags ], '<', \$code, '>', \my $out, '2>&1');
	return $out;
}

sub sql_blocks { return grep { ($_->{language} // '') eq 'sql' && $_->{code} !~ /reports\.example\.com/ } @_ }

for my $block (map { sql_blocks(@{ $parts{$_} }) } @before)
{
	run_on($_, $block->{code}) for sort keys %node;
}

for my $page (@pages)
{
	for my $block (sql_blocks(@{ $parts{$page} }))
	{
		my $name = "$page, line $block->{line}";
		control($simulator, 'reset-requests');
		my $pushed = run_on('pushed', $block->{code});
		my @requests = requests($simulator);
		my $plain = run_on('plain', $block->{code});
		is($pushed, $plain, "$name: the answer is the one without pushdown");
		unlike($pushed, qr/ERROR/, "$name: and no error");
		cmp_ok(scalar @requests, '<=', MOST_REQUESTS, "$name: asks for little");
		my $bytes = 0;
		$bytes += $_->{bytes} for @requests;
		note sprintf '%s: %d requests, %d bytes; without pushdown %d requests', $name, scalar @requests, $bytes,
		  requests($simulator) - @requests;
	}
}

#
# Are they the right numbers?  By another way, from the events behind all pages.
#
sub sum { my $sum = 0; $sum += $_ // 0 for @_; return $sum }

# The days from this one up to but without that one, in Unix seconds
sub events
{
	my ($endpoint, $from, $to) = @_;
	return Control::csv_rows(control($simulator, 'events', "endpoint=$endpoint", 'from=' . unix($from), 'to=' . unix($to)));
}

sub unix { my ($year, $month, $day) = split /-/, shift; return timegm(0, 0, 0, $day, $month - 1, $year) }

sub day_of { return strftime('%Y-%m-%d', gmtime($_[0]{time} + ($_[1] // 0))) }

# Sums of a number of events, by what a function says of each.
sub sums
{
	my ($number, $key, @events) = @_;
	my %sum;
	for my $event (@events)
	{
		my $amount = ref $number ? $number->($event) : $event->{$number} // 0;
		$sum{ $key->($event) } += $amount if defined $amount;
	}
	return \%sum;
}

# The rows that a job's block prints: the last one with an output, or that of a number.
sub job
{
	my ($link, $number) = @_;
	my $block = (grep { defined $_->{output} } sql_blocks(@{ $blocks{"recipes/$link"} }))[ $number // -1 ];
	return map { [ split /\|/, $_, -1 ] } split /\n/, run_on('pushed', $block->{code}, '-A', '-t');
}

# Columns of rows as a hash: the first is the key, if not told otherwise.
sub column
{
	my ($column, @rows) = @_;
	return { map { $_->[0] => $_->[$column] } @rows };
}

# Numbers of the document, rounded to so many digits, are those; none is missing.
sub agrees
{
	my ($got, $wanted, $digits, $name) = @_;
	my %all = (%$got, %$wanted);
	my @bad = grep { !defined $got->{$_} || !defined $wanted->{$_}
		  || abs($got->{$_} - $wanted->{$_}) > 0.51 * 10**-$digits } sort keys %all;
	ok(@bad == 0 && keys %all > 0, "$name: " . keys(%all) . ' numbers by another way')
	  or diag map { "$_: " . ($got->{$_} // 'none') . ', wanted ' . ($wanted->{$_} // 'none') . "\n" } @bad;
	return;
}

sub table { return map { [ split /\|/, $_, -1 ] } split /\n/, $node{pushed}->safe_psql('postgres', shift, extra_params => [ '-U', 'postgres' ]) }

my %team = map { @$_ } table('SELECT openai_id, team FROM internal.projects');
agrees(column(2, job('finance.md#what-each-team-pays')),
	sums('amount', sub { $team{ $_[0]{project_id} // '' } // '(no team)' }, events('costs', '2026-10-01', '2026-11-01')),
	2, 'what each team pays');

my $of_day = sums('amount', \&day_of, events('costs', '2026-10-30', '2026-11-20'));
my @week = map { "2026-11-$_" } 13 .. 19;
agrees(column(2, (job('finance.md#a-rolling-average'))[-1]), { '2026-11-19' => sum(@{$of_day}{@week}) / 7 },
	2, 'a rolling average');

my @weeks = events('costs', '2026-09-21', '2026-11-16');
my $parts = sums('amount', sub { (gmtime $_[0]{time})[6] % 6 ? 'Monday to Friday' : 'weekend' }, @weeks);
$parts->{'Monday to Friday'} /= 40;
$parts->{weekend} /= 16;
agrees(column(3, job('finance.md#working-days-and-weekends')), $parts, 2, 'working days and weekends');

my $spent = sum(map { $of_day->{$_} } grep { $_ ge '2026-11-01' } keys %$of_day);
agrees({ map { (forecast => $_->[2]) } job('finance.md#where-the-month-will-end') }, { forecast => $spent / 19 * 30 },
	2, 'where the month will end');

my %price = map { $_->[0] => [ @$_[ 1 .. 3 ] ] } table('SELECT * FROM internal.prices');
my @users = Control::csv_rows(control($simulator, 'objects', 'list=users'));
my %email = map { $_->{id} => $_->{email} } @users;
my @completions = events('completions', '2026-11-01', '2026-11-21');
my @priced = grep { defined $price{ $_->{model} // '' } } @completions;

sub price_of
{
	my $event = shift;
	my ($input, $cached, $output) = @{ $price{ $event->{model} } };
	my $of_cache = $event->{input_cached_tokens} // 0;
	return (($event->{input_tokens} - $of_cache) * $input + $of_cache * $cached + $event->{output_tokens} * $output) / 1e6;
}

my $costs = sums(\&price_of, sub { my $id = $_[0]{user_id} // ''; $email{$id} || $id || '(nobody)' }, @priced);
my @dearest = (sort { $costs->{$b} <=> $costs->{$a} } keys %$costs)[ 0 .. 4 ];
agrees(column(1, job('finance.md#what-a-person-costs')), { map { $_ => $costs->{$_} } @dearest }, 4, 'what a person costs');
agrees(column(2, job('finance.md#what-the-cache-saves')),
	sums(sub { my $price = $price{ $_[0]{model} }; ($_[0]{input_cached_tokens} // 0) * ($price->[0] - $price->[1]) / 1e6 },
		sub { $_[0]{model} }, @priced), 4, 'what the cache saves');

my $busy = sums('num_model_requests', sub { join ' ', map { $_->[6], int($_->[2] / 4) } [ gmtime $_[0]{time} ] },
	events('completions', '2026-10-23', '2026-11-20'));
my %shown;
for my $row (job('platform.md#when-it-is-busy'))
{
	my ($weekday) = $row->[0] =~ /^(\d) / or next;
	$shown{ $weekday % 7 . " $_" } = $row->[ $_ + 1 ] for 0 .. 5;
}
agrees(\%shown, $busy, 0, 'when it is busy');

my $minutes = sums('num_model_requests', sub { join '|', $_[0]{time}, $_[0]{project_id} // '', $_[0]{model} // '' },
	grep { $_->{time} >= now - 86400 } events('completions', '2026-11-19', '2026-11-21'));
my %has_limit = map { ("$_->[0]|$_->[1]" => $_->[2]) } table(
	'SELECT project_id, model, max_requests_per_1_minute FROM usage.project_rate_limits');
my @percents = sort { $b <=> $a } map { my ($limit) = map { $has_limit{$_} } /\|(.*)/s;
	$limit ? 100 * $minutes->{$_} / $limit : () } keys %$minutes;
is((job('platform.md#how-near-to-the-rate-limits'))[0][4], sprintf('%.1f', $percents[0]), 'how near to the rate limits');

my %active = map { ($_->{user_id} // '') => 1 } map { events($_, '2026-10-22', '2026-11-21') }
  qw(completions embeddings images audio_speeches audio_transcriptions);
is_deeply([ map { $_->[0] } job('platform.md#people-without-usage') ], [ sort map { $_->{email} // $_->{name} // $_->{id} } grep { !$active{ $_->{id} } } @users ],
	'people without usage');

# The last reading of each store and day
my %reading;
for my $event (events('vector_stores', '2026-11-01', '2026-11-21'))
{
	my $last = \$reading{ day_of($event) }{ $event->{vector_store_id} };
	$$last = $event if !$$last || $$last->{time} < $event->{time};
}
my @bytes = sort { $a <=> $b } map { sum(map { $_->{usage_bytes} } values %$_) } values %reading;
is(join(' ', @{ (job('platform.md#storage'))[-1] }[ 1, 2 ]),
	sprintf('%.1f %.1f', $bytes[-1] / 1e9, sum(@bytes) / @bytes / 1e9), 'storage');

agrees(column(1, job('data.md#days-of-another-time-zone')),
	sums('num_model_requests', sub { day_of($_[0], 3600) },
		grep { day_of($_, 3600) =~ /^2026-11-1[6-9]$/ } events('completions', '2026-11-15', '2026-11-21')), 0, 'days of another time zone');

done_testing();
