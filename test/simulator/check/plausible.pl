#
# The plausible organization: what is paid is usage times price, for every day and
# model, by the prices in README.md; and any grouping adds up to the same.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

use constant START => NOW - NOW % DAY - 364 * DAY;

serve('--organization', 'plausible');

# Rows "| thing | price | of so many | line item |": 10^-9 dollars for one, by line item.
my (%price, %tokens_of);
open my $readme, '<', "$FindBin::Bin/../README.md" or die "README.md: $!";
for (<$readme>)
{
	my ($price, $count, $items) = /^\|[^|]*\| \$([\d.]+) \| ([\d,]+) \| (`.*`) \|$/ or next;
	$price{$_} = nano($price) / ($count =~ tr/,//dr) for $items =~ /`([^`]+)`/g;
}
cmp_ok(scalar(keys %price), '>', 20, 'README.md has the prices');

# The line item and its kind, as the tokens of completions are called.
my %kind_of = ('input' => 'input', 'input_tokens' => 'input', 'cached input' => 'cached',
	'cached_input_tokens' => 'cached', 'output' => 'output', 'output_tokens' => 'output');
my %chat_item;
for my $item (keys %price)
{
	my ($model, $kind) = $item =~ /^(.+), (.+)$/ or next;
	$chat_item{$model}{ $kind_of{$kind} } = $item if $kind_of{$kind};
}

# What should have been paid: day, line item => [amount, quantity], in 10^-9.
my %wanted;

sub pay
{
	my ($day, $item, $quantity, $share) = @_;
	return if $quantity == 0;
	die "no price of $item" if !$price{$item};
	$wanted{$day}{$item}[0] += $price{$item} * $quantity * ($share // 1);
	$wanted{$day}{$item}[1] += $quantity * 1_000_000_000;
	return;
}

sub each_result
{
	my ($endpoint, $grain, $do, $start) = @_;
	my $limit = $endpoint eq 'costs' ? 180 : 31;
	my ($buckets) = ask_all($endpoint, start_time => $start // START, limit => $limit,
		@$grain ? (group_by => $grain) : ());
	for my $bucket (@$buckets)
	{
		$do->($bucket->{start_time}, $_) for @{ $bucket->{results} };
	}
	return;
}

sub pay_chat
{
	my ($day, $result) = @_;
	my $item = $chat_item{ $result->{model} };
	my $share = $result->{batch} ? 1 / 2 : 1;
	pay($day, $item->{input}, $result->{input_tokens} - $result->{input_cached_tokens}, $share);
	pay($day, $item->{cached}, $result->{input_cached_tokens}, $share);
	pay($day, $item->{output}, $result->{output_tokens}, $share);
	return;
}

each_result($_, [qw(model batch)], \&pay_chat) for qw(completions decisions);
each_result('embeddings', ['model'],
	sub { pay($_[0], "$_[1]{model}, input", $_[1]{input_tokens}) });

# endpoint, measure, line item
for (['images', 'images', 'Image models'],
	[ 'audio_speeches', 'characters', 'tts-1-hd, characters' ],
	[ 'audio_transcriptions', 'seconds', 'gpt-5-transcribe, duration' ],
	[ 'web_search_calls', 'num_requests', 'web search tool calls' ],
	[ 'file_search_calls', 'num_requests', 'file search tool calls' ],
	[ 'code_interpreter_sessions', 'num_sessions', 'code interpreter sessions' ])
{
	my ($endpoint, $measure, $item) = @$_;
	each_result($endpoint, [], sub { pay($_[0], $item, $_[1]{$measure}) });
}

my %paid;
each_result('costs', ['line_item'], sub {
	my ($day, $result) = @_;
	$paid{$day}{ $result->{line_item} } = [ nano(sprintf '%.9f', $result->{amount}{value}),
		nano(sprintf '%.9f', $result->{quantity}) ] });

# Storage and training are no usage that can be counted, but have a price.
my %other;
for my $day (keys %paid)
{
	for my $item (grep { /storage$|training$/ } keys %{ $paid{$day} })
	{
		my ($amount, $quantity) = @{ delete $paid{$day}{$item} };
		$other{$item} = 1;
		$wanted{$day}{$item}[0] = $price{$item} * $quantity / 1_000_000_000;
		is($wanted{$day}{$item}[0], $amount, "$item on $day") if $wanted{$day}{$item}[0] != $amount;
		delete $wanted{$day}{$item};
	}
}
is(join(', ', sort keys %other), 'file search storage, gpt-5.4-mini-2026-03-17, training',
	'line items without usage');

is(keys %paid, 365, 'costs of every day');
my ($compared, %items) = (0);
for my $day (sort keys %wanted)
{
	for my $item (sort keys %{ $wanted{$day} })
	{
		my ($wanted, $paid) = map { join ' ', @$_ } $wanted{$day}{$item}, $paid{$day}{$item} // [];
		fail("$item on $day: paid $paid, not $wanted") if $wanted ne $paid;
		$compared++;
		$items{$item} = 1;
	}
	is(scalar keys %{ $paid{$day} }, scalar keys %{ $wanted{$day} }, "line items on $day")
	  if keys %{ $paid{$day} } != keys %{ $wanted{$day} };
}
cmp_ok($compared, '>', 365 * 12, "usage times price is what is paid: $compared line items of a day");
is(scalar keys %items, keys(%price) - keys(%other), 'all that has a price was used');

#
# Any grouping adds up to the same, to each measure's name in a result
#

my @most = qw(project_id user_id api_key_id model);
my %dimensions = (
	completions => [ @most, qw(batch service_tier api_source) ],
	embeddings => \@most, images => [ @most, qw(size source) ],
	web_search_calls => [ @most, qw(context_level api_source) ],
	file_search_calls => [qw(project_id user_id api_key_id vector_store_id)],
	costs => [qw(project_id line_item api_key_id user_id api_source)]);

sub totals_by
{
	my ($endpoint, @grain) = @_;
	my %total;
	each_result($endpoint, \@grain, sub {
		my ($day, $result) = @_;
		for my $name (grep { !/^object$|_id$|quantity/ && defined $result->{$_} } keys %$result)
		{
			my $value = $result->{$name};
			next if grep { $_ eq $name } @{ $dimensions{$endpoint} };
			$total{"$day $name"} += $name eq 'amount' ? nano(sprintf '%.9f', $value->{value}) : $value;
		} }, START + 300 * DAY);
	return \%total;
}

for my $endpoint (sort keys %dimensions)
{
	my @all = @{ $dimensions{$endpoint} };
	my $whole = totals_by($endpoint);
	cmp_ok(scalar keys %$whole, '>', 60, "$endpoint: there are totals");
	for my $grain ([@all], map({ [$_] } @all), map { [ $all[$_], $all[ $_ - 1 ] ] } 0 .. $#all)
	{
		is_deeply(totals_by($endpoint, @$grain), $whole, "$endpoint by @$grain");
	}
}

#
# The story
#

my %project_on;
each_result('costs', ['project_id'],
	sub { $project_on{ $_[1]{project_id} }{ int((NOW - $_[0]) / DAY) } = $_[1]{amount}{value} });
cmp_ok($project_on{proj_research}{9}, '>', 10 * $project_on{proj_research}{8}, 'a runaway job');
ok(!$project_on{proj_voice_pilot}{149} && $project_on{proj_voice_pilot}{151}, 'a project that ended');
ok(!$project_on{proj_sandbox}, 'a project without costs');

my $keys = control('objects', list => 'project_api_keys');
my $users = control('objects', list => 'users');
like($keys, qr/^proj_tools,key_tools_farah,.*,inactive,user,user-farah,/m, 'a key of who has left');
unlike($users, qr/farah/, 'who is no user');
my %used = map { ($_->{api_key_id} // '') => 1 } @{ events_of('completions') };
ok($used{''}, 'usage without a key');
my @unused = grep { !$used{ $_->{id} } } Control::csv_rows($keys);
cmp_ok(scalar @unused, '>', 3, 'keys without usage');
done_testing();
