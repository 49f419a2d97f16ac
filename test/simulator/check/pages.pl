#
# Pages of buckets, and the cursors between them.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

sub check_pages
{
	my $start = NOW - 30 * DAY;
	my @parameters = (start_time => $start, limit => 10, models => ['a', 'b']);
	my ($buckets, $pages) = ask_all('completions', @parameters);
	is(@$buckets, 31, 'buckets of 30 clipped days');
	is($pages, 4, 'pages');
	($buckets, $pages) = ask_all('costs', start_time => $start, limit => 31);
	is($pages, 2, 'costs: an empty page at the end');
	is(@$buckets, 31, 'costs: buckets');
	control('set', costs_empty_tail => 'off', page_limit => 3);
	(undef, $pages) = ask_all('costs', start_time => $start, limit => 31);
	is($pages, 11, 'page_limit');
	control('reset');

	my $cursor = $json->decode(ask('completions', @parameters)->{content})->{next_page};
	like($cursor, qr/[+].*=/, 'a cursor needs encoding');
	like($cursor, qr{/}, 'a cursor has a slash');
	is(ask('completions', @parameters, page => $cursor)->{status}, 200, 'cursor');
	is_error(ask('completions', @parameters, models => 'c', page => $cursor),
		400, 'page', 'cursor of another request');
	is_error(ask('embeddings', @parameters, page => $cursor),
		400, 'page', 'cursor of another endpoint');
	is_error(get(path_of('completions') . '?' . query_of(@parameters) . "&page=$cursor"),
		400, 'page', 'cursor not encoded');

	control('set', now => NOW + 3600);
	my $last = pop @{ (ask_all_from('completions', $cursor, @parameters))[0] };
	is($last->{end_time}, NOW, 'the first page pins the end');
	control('reset');
	my ($future) = ask_all('costs', start_time => NOW - DAY, end_time => NOW + 2 * DAY);
	is($future->[-1]{end_time}, NOW + 2 * DAY, 'an end in the future');
	is_deeply($future->[-1]{results}, [], 'the future is empty');
}

sub ask_all_from
{
	my ($endpoint, $cursor, @parameters) = @_;
	my @buckets;
	while (defined $cursor)
	{
		my $page = $json->decode(
			ask($endpoint, @parameters, page => $cursor)->{content});
		push @buckets, @{ $page->{data} };
		$cursor = $page->{next_page};
	}
	return \@buckets;
}

check_pages();
done_testing();
