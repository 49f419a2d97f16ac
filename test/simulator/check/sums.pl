#
# The sums of every endpoint, against its own events, in both organizations: also
# where some are late, and after a restatement.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

my @chat = qw(project_id user_id api_key_id model batch service_tier api_source);
my @most = qw(project_id user_id api_key_id model);
my %dimensions = (
	completions => \@chat, decisions => \@chat,
	embeddings => \@most, moderations => \@most,
	images => [ @most, qw(size source) ],
	audio_speeches => \@most, audio_transcriptions => \@most,
	vector_stores => ['project_id'], code_interpreter_sessions => ['project_id'],
	file_search_calls => [qw(project_id user_id api_key_id vector_store_id)],
	web_search_calls => [ @most, qw(context_level api_source) ],
	costs => [qw(project_id line_item api_key_id user_id api_source)]);
my %filters = (project_id => 'project_ids', user_id => 'user_ids',
	api_key_id => 'api_key_ids', model => 'models', batch => 'batch',
	line_item => 'line_items', vector_store_id => 'vector_store_ids',
	size => 'sizes', source => 'sources', context_level => 'context_levels');
my %unlisted = map { $_ => 1 } 'image.upscale', '2048x2048', 'extra high';

sub key_of
{
	my ($row, $grain) = @_;
	return join '|', map {
		my $value = $row->{$_};
		$value = $value ? 'true' : 'false' if ref $value;
		"$_=" . ($value // '(null)')
	} sort @$grain;
}

# Index of the first event at or after a time.
sub first_at
{
	my ($events, $time) = @_;
	my ($low, $high) = (0, scalar @$events);
	while ($low < $high)
	{
		my $middle = int(($low + $high) / 2);
		if ($events->[$middle]{time} < $time) { $low = $middle + 1 }
		else { $high = $middle }
	}
	return $low;
}

sub add_event
{
	my ($group, $event, $endpoint) = @_;
	my %dimension = map { $_ => 1 } @{ $dimensions{$endpoint} };
	for my $name (keys %$event)
	{
		next if $name eq 'time' || $dimension{$name} || !defined $event->{$name};
		next if $name =~ /^(currency|quantity_unit)$/;
		my $value = $event->{$name};
		$value = nano($value) if $endpoint eq 'costs';
		$group->{$name} += $value;
	}
}

# The expected groups of one bucket.
sub expect_bucket
{
	my ($endpoint, $from, $to, $grain, $filter) = @_;
	my (%groups, %readings);
	my $events = events_of($endpoint);
	for (my $i = first_at($events, $from); $i < @$events; $i++)
	{
		my $event = $events->[$i];
		last if $event->{time} >= $to;
		next if grep {
			my $value = $event->{$_};
			!defined $value || !grep { $_ eq $value } @{ $filter->{$_} }
		} keys %$filter;
		my $key = key_of($event, $grain);
		if ($endpoint eq 'vector_stores')
		{
			$readings{ $event->{vector_store_id} } = [ $key, $event->{usage_bytes} ];
			next;
		}
		add_event($groups{$key} //= {}, $event, $endpoint);
	}
	$groups{ $_->[0] }{usage_bytes} += $_->[1] for values %readings;
	return \%groups;
}

sub got_bucket
{
	my ($endpoint, $bucket, $grain) = @_;
	my %groups;
	my %dimension = map { $_ => 1 } @{ $dimensions{$endpoint} };
	for my $result (@{ $bucket->{results} })
	{
		my $group = $groups{ key_of($result, $grain) } = {};
		for my $name (keys %$result)
		{
			next if $name =~ /^(object|quantity_unit)$/ || $dimension{$name};
			my $value = $result->{$name};
			next if !defined $value;
			$value = $value->{value} if $name eq 'amount';
			$value = nano(sprintf '%.9f', $value) if $endpoint eq 'costs';
			$group->{$name} = $value;
		}
	}
	return \%groups;
}

# Groups as text, so that 1 and "1" are the same.
sub flat
{
	my ($groups) = @_;
	return join "\n", map {
		my $group = $groups->{$_};
		join ' ', $_, map { "$_=$group->{$_}" } sort keys %$group
	} sort keys %$groups;
}

# Ask, and compare every bucket with the events.
sub compare
{
	my ($endpoint, $width, $start, $end, $grain, $filter, $limit) = @_;
	my @parameters = (start_time => $start, bucket_width => $width,
		defined $end ? (end_time => $end) : (),
		limit => $limit, @$grain ? (group_by => $grain) : (),
		map { $filters{$_} => $filter->{$_} } sort keys %$filter);
	my ($buckets) = ask_all($endpoint, @parameters);
	my $position = $start;
	my $name = "$endpoint $width by @$grain where " . join ' ', sort keys %$filter;
	for my $bucket (@$buckets)
	{
		my $next = $position - $position % $width{$width} + $width{$width};
		$next = $end // NOW if $next > ($end // NOW);
		my $expected =
		  expect_bucket($endpoint, $position, $next, $grain, $filter);
		if ($endpoint eq 'costs' && !grep { $_ eq 'line_item' } @$grain)
		{
			delete $_->{quantity} for values %$expected;
		}
		my $got = got_bucket($endpoint, $bucket, $grain);
		if (   $bucket->{start_time} != $position
			|| $bucket->{end_time} != $next
			|| @{ $bucket->{results} } != keys %$expected
			|| flat($got) ne flat($expected))
		{
			is_deeply($got, $expected, "$name: $position to $next");
			return fail($name);
		}
		$position = $next;
	}
	is($position, $end // NOW, "$name: " . @$buckets . ' buckets');
}

sub some_of
{
	my (@items) = @_;
	return grep { rand() < 0.5 } @items;
}

# Values that the events have, and that the filter takes.
sub some_filter
{
	my ($endpoint) = @_;
	my @names = grep { $filters{$_} } @{ $dimensions{$endpoint} };
	@names = grep { $_ ne 'user_id' } @names if $endpoint eq 'costs';
	my ($name, @values);
	while (!@values)
	{
		$name = $names[ rand @names ];
		my %values = map { $_->{$name} => 1 }
		  grep { defined $_->{$name} } @{ events_of($endpoint) };
		@values = grep { !$unlisted{$_} } sort keys %values;
	}
	my @chosen = some_of(@values);
	@chosen = $values[0] if !@chosen || $name eq 'batch';
	return { $name => \@chosen };
}

sub check_sums
{
	my ($begin) = @_;
	srand 42;
	for my $endpoint (sort keys %dimensions)
	{
		my @all = @{ $dimensions{$endpoint} };
		compare($endpoint, '1d', NOW - 20 * DAY, undef, \@all, {}, 31);
		compare($endpoint, '1d', NOW - 9 * DAY, NOW - 77, [], {}, 4);
		for my $w ($endpoint eq 'costs' ? '1d' : qw(1d 1h 1m))
		{
			my $start = NOW - $width{$w} * (20 + int rand 40) - int rand 1000;
			compare($endpoint, $w, $start, $start + 15 * $width{$w} + 1,
				[ some_of(@all) ], $_ ? some_filter($endpoint) : {}, 7)
			  for 0 .. 3;
		}
		is(scalar(grep { $_->{time} >= NOW } @{ events_of($endpoint) }),
			0, "$endpoint: nothing after now");
		cmp_ok(events_of($endpoint)->[0]{time}, '<', $begin, "$endpoint: the first event");
	}
}

sub check_clock
{
	control('set', late => 86400);
	my $late = control('events', endpoint => 'completions', from => NOW - DAY);
	control('set', late => 0);
	my $all = control('events', endpoint => 'completions', from => NOW - DAY);
	cmp_ok(length $late, '<', length $all, 'late events are missing');
	my %on_time = map { $_ => 1 } split /\n/, $all;
	ok(!(grep { !$on_time{$_} } split /\n/, $late), 'and none is made up');
	control('restate', endpoint => 'completions', from => NOW - 2 * DAY,
		to => NOW, factor => 3);
	forget_events();
	compare('completions', '1d', NOW - 5 * DAY, undef, ['model'], {}, 31);
	control('reset');
	forget_events();
	is(control('now'), NOW . "\n", 'the clock');
}

check_sums(NOW - 390 * DAY);
check_clock();
serve('--organization', 'plausible', '--days', 130);
check_sums(NOW - 110 * DAY);
check_clock();
done_testing();
