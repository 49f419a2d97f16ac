#
# What a request may ask for, and what is said of one that may not.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

sub check_errors
{
	my $t = NOW - 3 * DAY;
	my @cases = (
		[ completions => 'start_time', end_time => $t ],
		[ completions => 'start_time', start_time => 'x' ],
		[ completions => 'start_time', start_time => '1.5' ],
		[ completions => 'start_time', start_time => [ $t, $t ] ],
		[ completions => 'end_time', start_time => $t, end_time => $t ],
		[ completions => 'bucket_width', start_time => $t, bucket_width => '2d' ],
		[ costs => 'bucket_width', start_time => $t, bucket_width => '1h' ],
		[ completions => 'limit', start_time => $t, limit => 32 ],
		[ completions => 'limit', start_time => $t, limit => 0 ],
		[ completions => 'limit', start_time => $t, limit => 1441, bucket_width => '1m' ],
		[ costs => 'limit', start_time => $t, limit => 181 ],
		[ completions => 'group_by', start_time => $t, group_by => 'line_item' ],
		[ vector_stores => 'group_by', start_time => $t, group_by => 'vector_store_id' ],
		[ completions => 'batch', start_time => $t, batch => 'maybe' ],
		[ completions => 'service_tiers', start_time => $t, service_tiers => 'x' ],
		[ embeddings => 'batch', start_time => $t, batch => 'true' ],
		[ file_search_calls => 'models', start_time => $t, models => 'x' ],
		[ costs => 'user_ids', start_time => $t, user_ids => 'x' ],
		[ images => 'sizes', start_time => $t, sizes => '2048x2048' ],
		[ images => 'sources', start_time => $t, sources => 'image.upscale' ],
		[ web_search_calls => 'context_levels', start_time => $t, context_levels => 'extra high' ],
		[ completions => 'page', start_time => $t, page => 'page_AAAA' ]);
	for my $case (@cases)
	{
		my ($endpoint, $param, @parameters) = @$case;
		is_error(ask($endpoint, @parameters), 400, $param, "$endpoint " . query_of(@parameters));
	}
	my $path = path_of('costs') . "?start_time=$t";
	is_error(get('/v1/organization/usage/nothing'), 404, undef, 'path');
	is_error($http->get("$base$path"), 401, undef, 'no key');
	is_error(get($path, Authorization => 'Bearer sk-no'), 401, undef, 'key');
	like(is_error(get($path, Authorization => 'Bearer sk-admin-noscope'),
			403, undef, 'scope')->{message}, qr/api\.usage\.read/, 'scope named');
	is_error(get($path, Authorization => 'Bearer sk-admin-noscope-string'),
		403, 'none', 'scope as a string');
}

sub check_lookback
{
	my $edge = NOW - NOW % DAY - 365 * DAY;
	my $answer = ask('costs', start_time => $edge - 1, limit => 1);
	my $error = is_error($answer, 400, undef, 'lookback');
	is($error->{code}, 'reporting_lookback_exceeded', 'code');
	like($error->{message}, qr/start date: 2025-11-20 \(UTC\)/, 'date');
	is(ask('costs', start_time => $edge, limit => 1)->{status}, 200, 'at the edge');
}

sub status_of
{
	my ($query) = @_;
	return get(path_of('completions') . '?start_time=' . (NOW - DAY) . "&$query")
	  ->{status};
}

sub check_arrays
{
	my @forms = ('group_by=model&group_by=batch', 'group_by[]=model&group_by%5B%5D=batch',
		'group_by=model,batch');
	my %accepted = (any => '200 200 400', repeat => '200 400 400',
		brackets => '400 200 400', comma => '400 400 200');
	for my $format (sort keys %accepted)
	{
		control('set', array_format => $format);
		is(join(' ', map { status_of($_) } @forms), $accepted{$format}, $format);
	}
	control('reset');
}

check_errors();
check_lookback();
check_arrays();
done_testing();
