#
# Faults of answers that were ordered.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

sub fault_answer
{
	my (@fault) = @_;
	control('reset');
	control('fault', @fault);
	my $answer = ask('completions', start_time => NOW - 5 * DAY, group_by => 'model', limit => 3);
	my $page = eval { $json->decode($answer->{content}) };
	is(ask('completions', start_time => NOW - 5 * DAY)->{status}, 200, "@fault: once");
	return ($answer, $page);
}

sub check_faults
{
	my ($answer, $page) = fault_answer(kind => 'status', code => 429,
		headers => 'Retry-After:1', headers => 'x-should-retry: true');
	is("$answer->{status} $answer->{headers}{'retry-after'} $answer->{headers}{'x-should-retry'}",
		'429 1 true', 'status');
	($answer) = fault_answer(kind => 'html', code => 503);
	like("$answer->{status} $answer->{headers}{'content-type'} $answer->{content}",
		qr{^503 text/html .*<html>}s, 'html');
	($answer) = fault_answer(kind => 'body', body => '[1]');
	is("$answer->{status} $answer->{content}", '200 [1]', 'body');
	($answer, $page) = fault_answer(kind => 'garbage');
	is($page, undef, 'garbage');
	(undef, $page) = fault_answer(kind => 'no_cursor');
	ok($page->{has_more} && !defined $page->{next_page}, 'no_cursor');
	(undef, $page) = fault_answer(kind => 'no_data');
	ok(!exists $page->{data}, 'no_data');
	(undef, $page) = fault_answer(kind => 'empty_page');
	ok($page->{has_more} && !@{ $page->{data} } && $page->{next_page}, 'empty_page');
	($answer) = fault_answer(kind => 'wrong_type', field => 'input_tokens', value => '1e400');
	like($answer->{content}, qr/"input_tokens":1e400/, 'wrong_type');
	($answer) = fault_answer(kind => 'wrong_type', level => 'bucket', field => 'start_time');
	unlike($answer->{content}, qr/"start_time"/, 'field left out');
	($answer) = fault_answer(kind => 'nul', field => 'model');
	like($answer->{content}, qr/"model":"proj_\\u0000nul"/, 'nul');
	(undef, $page) = fault_answer(kind => 'bucket_outside', where => 'before');
	cmp_ok($page->{data}[0]{start_time}, '<', NOW - 5 * DAY, 'bucket_outside');
	(undef, $page) = fault_answer(kind => 'bucket_disorder');
	cmp_ok($page->{data}[0]{start_time}, '>', $page->{data}[1]{start_time}, 'disorder');
	(undef, $page) = fault_answer(kind => 'bucket_duplicate');
	is($page->{data}[-1]{start_time}, $page->{data}[-2]{start_time}, 'duplicate');
	(undef, $page) = fault_answer(kind => 'clipped_end');
	is($page->{data}[-1]{end_time} - $page->{data}[-1]{start_time}, DAY / 2, 'clipped_end');
	($answer) = fault_answer(kind => 'lookback', date => '2026-01-02');
	like($answer->{content}, qr/lookback_exceeded|2026-01-02/, 'lookback');
	control('reset');
	check_fault_queue();
}

sub check_fault_queue
{
	control('fault', kind => 'repeat_cursor', count => 2);
	my @parameters = (start_time => NOW - 20 * DAY, limit => 2);
	my $first = $json->decode(ask('completions', @parameters)->{content})->{next_page};
	is($json->decode(ask('completions', @parameters, page => $first)->{content})->{next_page},
		$first, 'repeat_cursor');
	control('reset');
	control('fault', kind => 'status', endpoint => 'costs', after => 1, count => 2);
	is(ask('completions', @parameters)->{status}, 200, 'another endpoint');
	is(join(' ', map { ask('costs', @parameters)->{status} } 1 .. 4),
		'200 500 500 200', 'after and count');
	control('reset');
	control('fault', kind => 'status', count => -1, probability => 50);
	my $hit = grep { ask('costs', @parameters)->{status} == 500 } 1 .. 60;
	ok($hit > 10 && $hit < 50, 'probability');
	$http->post("$base/_simulator/body?path=" . Control::encode(path_of('images')),
		{ content => '{"fixture":1}' });
	control('reset-faults');
	is(get(path_of('images'))->{content}, '{"fixture":1}', 'fixture');
	control('reset');
}

check_faults();
done_testing();
