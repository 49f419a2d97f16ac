#
# The shape of an answer: its text, its amounts, pages of a measured size.
#
use strict;
use warnings;

use Compress::Zlib ();
use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

sub check_shapes
{
	my @parameters = (start_time => NOW - 5 * DAY, group_by => [ 'line_item', 'project_id' ]);
	my $plain = ask('costs', @parameters)->{content};
	my $decoded = $json->decode($plain);
	my $answer = get(path_of('costs') . '?' . query_of(@parameters), 'Accept-Encoding' => 'gzip');
	is($answer->{headers}{'content-encoding'}, 'gzip', 'gzip');
	is(Compress::Zlib::memGunzip($answer->{content}), $plain, 'gzip content');
	control('set', gzip => 'off');
	$answer = get(path_of('costs') . '?' . query_of(@parameters), 'Accept-Encoding' => 'gzip');
	is($answer->{headers}{'content-encoding'}, undef, 'gzip off');
	control('reset');
	like($answer->{headers}{'x-request-id'}, qr/^req_\w{32}$/, 'x-request-id');
	for my $set ([ pretty => 'on' ], [ sorted_keys => 'on' ], [ sorted_keys => 'reverse' ])
	{
		control('set', @$set);
		my $content = ask('costs', @parameters)->{content};
		isnt($content, $plain, "@$set: text");
		is_deeply($json->decode($content), $decoded, "@$set: content");
	}
	control('reset');
	control('set', envelope => 'result', extra_keys => 'on', omit_null => 'on');
	my $bucket = $json->decode(ask('costs', @parameters)->{content})->{data}[1];
	ok($bucket->{result} && !$bucket->{results}, 'envelope');
	is($bucket->{result}[0]{organization_id}, 'org-simulated', 'extra keys');
	ok(!exists $bucket->{result}[0]{user_id}, 'no nulls');
	control('reset');
	check_amounts($decoded, @parameters);
}

sub check_amounts
{
	my ($decoded, @parameters) = @_;
	control('set', amount => 'decimal128');
	my $decimal = $json->decode(ask('costs', @parameters)->{content});
	control('set', amount => 'exponent');
	my $exponent = ask('costs', @parameters)->{content};
	control('reset');
	my @numbers = map { $_->{amount}{value} } map { @{ $_->{results} } } @{ $decoded->{data} };
	my @texts = map { $_->{amount}{value} } map { @{ $_->{results} } } @{ $decimal->{data} };
	ok((grep { $_ eq '0E-6176' } @texts), 'a Decimal128 zero');
	ok((grep { /^0\.\d{34,}$/ } @texts), 'a Decimal128 with all its digits');
	is_deeply([ map { $_ + 0 } @texts ], \@numbers, 'the same amounts');
	like($exponent, qr/"value":\d+e-9/, 'exponents');
}

sub check_bench
{
	my $path = '/bench/3x50/v1/organization/usage/completions?start_time='
	  . (NOW - 10 * DAY) . '&limit=31&group_by=model&group_by=user_id';
	my $page = $json->decode(get($path)->{content});
	is(@{ $page->{data} }, 3, 'bench: buckets');
	is(scalar(@{ $page->{data}[1]{results} }), 50, 'bench: results');
	ok($page->{has_more}, 'bench: more pages');
	is(get($path)->{content}, get($path)->{content}, 'bench: the same again');
}

check_shapes();
check_bench();
done_testing();
