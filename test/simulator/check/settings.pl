#
# What can be set, and what is on record.
#
use strict;
use warnings;

use FindBin;
use Test::More;
use Time::HiRes qw(time);

use lib $FindBin::Bin;
use Check;

sub check_settings
{
	my @parameters = (start_time => NOW - 5 * DAY, group_by => 'model');
	control('set', newest => 'off', absent => 'input_text_tokens');
	my $content = ask('completions', @parameters)->{content};
	unlike($content, qr/api_source|cache_write_30m|input_text_tokens/, 'fields absent');
	like($content, qr/output_text_tokens/, 'other fields present');
	is(ask('decisions', @parameters)->{status}, 404, 'no decisions yet');
	is(ask('costs', start_time => NOW - DAY, group_by => $_)->{status},
		400, "no $_ yet") for qw(user_id api_source);
	control('set', costs_refuse => 'api_key_id', max_url => 300);
	is_error(ask('costs', start_time => NOW - DAY, group_by => 'api_key_id'),
		400, 'group_by', 'costs_refuse');
	is(ask('completions', @parameters, models => 'x' x 300)->{status}, 414, 'max_url');
	control('set', future_end => 'clip');
	my ($buckets) = ask_all('costs', start_time => NOW - DAY, end_time => NOW + DAY);
	is($buckets->[-1]{end_time}, NOW, 'future_end');
	control('reset');
	control('set', mixed_units => 'on');
	my ($mixed) = ask_all('costs', start_time => NOW - 9 * DAY, group_by => 'line_item');
	my @images = grep { ($_->{line_item} // '') eq 'Image models' }
	  map { @{ $_->{results} } } @$mixed;
	ok((grep { !defined $_->{quantity} && !defined $_->{quantity_unit} } @images),
		'a mixture of units has none');
	is(eval { control('set', nonsense => 1) } // 'refused', 'refused', 'no such setting');
	control('reset');
	control('set', now => 1795176000);
	is(ask('costs', start_time => NOW - DAY)->{headers}{date}, 'Fri, 20 Nov 2026 12:00:00 GMT', 'Date has its clock');
	control('fault', kind => 'status', headers => 'Date:yesterday');
	is(ask('costs', start_time => NOW - DAY)->{headers}{date}, 'yesterday', 'but where a fault has another');
	control('reset');
}

sub check_rate
{
	control('reset');
	control('set', requests_per_minute => 3);
	my @parameters = (start_time => NOW - DAY, group_by => 'model');
	is(join(' ', map { ask('costs', start_time => NOW - DAY)->{status} } 1 .. 3), '200 200 200', 'three a minute');
	my $answer = ask('completions', @parameters);
	is_error($answer, 429, undef, 'the fourth');
	ok($answer->{headers}{'retry-after'} > 50 && $answer->{headers}{'retry-after'} <= 60, 'how long to wait');
	control('set', requests_per_minute => 5);
	is(join(' ', map { ask('completions', @parameters)->{status} } 1 .. 2), '200 429', 'refused ones count');
	control('reset');
	is(ask('completions', @parameters)->{status}, 200, 'those that came are forgotten');
	return;
}

sub check_record
{
	control('reset');
	get(path_of('costs') . '?start_time=' . (NOW - DAY) . '&models=a,%22b',
		'OpenAI-Organization' => 'org-1', 'Accept-Encoding' => 'gzip');
	my $record = control('requests');
	my ($request, @others) = Control::csv_rows($record);
	is(@others, 0, 'one request on record');
	is(join(' ', @$request{qw(seq endpoint path status organization accept_encoding)}),
		'1 costs /v1/organization/costs 400 org-1 gzip', 'its fields');
	is($request->{query}, 'start_time=' . (NOW - DAY) . '&models=a,%22b', 'the raw query');
	unlike($record, qr/sk-admin/, 'no key');
	control('set', delay_ms => 300);
	my $begin = time;
	ask('costs', start_time => NOW - DAY);
	cmp_ok(time - $begin, '>', 0.29, 'delay');
	control('reset');
}

check_settings();
check_rate();
check_record();
done_testing();
