#
# Pages that are broken: the fault, and what the detail must say.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Errors;
use UsageFdw::Test;

my $simulator = simulator();
my $session = begin_errors(cluster('main'), $simulator);

control($simulator, 'set', 'page_limit=2');
for (
	[ 'broken JSON', ['garbage'], qr/./ ],
	[ 'no data', ['no_data'], qr/"data"/ ],
	[ 'an empty page that promises more', ['empty_page'], qr/no bucket/ ],
	[ 'a cursor that repeats', [ 'repeat_cursor', 'after=1' ], qr/cursor.*before/ ],
	[ 'more without a cursor', ['no_cursor'], qr/no cursor/ ],
	[ 'a wrong type', [ 'wrong_type', 'field=input_tokens', 'value="many"' ], qr/"input_tokens"/ ],
	[ 'an object for a number', [ 'wrong_type', 'field=input_tokens', 'value={}' ], qr/"input_tokens"/ ],
	[ 'a fraction for an integer', [ 'wrong_type', 'field=input_tokens', 'value=1.5' ], qr/"input_tokens"/ ],
	[ 'an integer out of range', [ 'wrong_type', 'field=input_tokens', 'value=9223372036854775808' ], qr/"input_tokens"/ ],
	[ 'a negative integer out of range', [ 'wrong_type', 'field=input_tokens', 'value=-9223372036854775809' ],
		qr/"input_tokens"|number expected/ ],
	[ 'a number for a text', [ 'wrong_type', 'field=model', 'value=[1]' ], qr/"model"/ ],
	[ 'NUL in a text', ['nul', 'field=model'], qr/"model"|NUL|null/i ],
	[ 'results that are no list', [ 'wrong_type', 'level=bucket', 'field=results', 'value={}' ], qr/"results"/ ],
	[ 'a bucket without a time', [ 'wrong_type', 'level=bucket', 'field=start_time' ], qr/"start_time"/ ],
	[ 'a time that is a text', [ 'wrong_type', 'level=bucket', 'field=start_time', 'value="now"' ], qr/"start_time"/ ],
	[ 'a time out of range', [ 'wrong_type', 'level=bucket', 'field=start_time', 'value=9223372036854775807' ], qr/range/ ],
	[ 'data that is no list', [ 'wrong_type', 'level=page', 'field=data', 'value=null' ], qr/"data"/ ],
	[ 'a bucket after the end', ['bucket_outside'], qr/outside/ ],
	[ 'a bucket before the start', [ 'bucket_outside', 'where=before' ], qr/outside/ ],
	[ 'buckets out of order', ['bucket_disorder'], qr/outside|order|before/ ],
	[ 'a bucket twice', ['bucket_duplicate'], qr/before/ ],
	[ 'an empty object', [ 'body', 'body={}' ], qr/"data"/ ],
	[ 'a list', [ 'body', 'body=[]' ], qr/./ ],
	[ 'an answer that ends early', [ 'body', 'body={"object":"page","data":[{"object":"bucket","results":[{"model":"x"' ], qr/end/ ],
	[ 'no answer at all', [ 'body', 'body=' ], qr/./ ])
{
	my ($name, $fault, $detail) = @$_;
	with_fault($name, [ @$fault, 'match=bucket_width' ],
		sql => q{SELECT model, sum(input_tokens) FROM usage.completions
			WHERE day >= current_date - 5 GROUP BY 1},
		C => qr/^HV00M$/, M => qr/^endpoint "completions" sent a broken answer$/,
		D => $detail, W => $request);
}
control($simulator, 'set', 'page_limit=0');

# A count that is one, however it is written, and one that no bigint holds.
for ('"1234"', '1234.0', '1.234e3', '"0.1234E4"')
{
	control($simulator, 'fault', 'wrong_type', 'field=input_tokens', "value=$_", 'count=-1');
	is($session->value(q{SELECT DISTINCT input_tokens FROM usage.completions
		WHERE day = current_date - 1}), '1234', "a count of $_");
	control($simulator, 'reset-faults');
}
my $numeric = qr/^Declare the column "input_tokens" of foreign table "completions" as numeric\.$/;
for ([ '1.5', $numeric ], [ '"1.5"', $numeric ], [ '9223372036854775808', $numeric ],
	[ '1e30', $numeric ], [ '"many"', undef ])
{
	my ($value, $hint) = @$_;
	with_fault("a count of $value", [ 'wrong_type', 'field=input_tokens', "value=$value" ],
		C => qr/^HV00M$/, D => qr/"input_tokens"/, H => $hint, W => $request);
}
$session->rows('ALTER FOREIGN TABLE usage.completions ALTER COLUMN input_tokens TYPE numeric');
control($simulator, 'fault', 'wrong_type', 'field=input_tokens', 'value=1.5', 'count=-1');
is($session->value(q{SELECT DISTINCT input_tokens FROM usage.completions
	WHERE day = current_date - 1}), '1.5', 'a fraction in a column declared as the hint says');
control($simulator, 'reset-faults');
$session->rows('ALTER FOREIGN TABLE usage.completions ALTER COLUMN input_tokens TYPE bigint');

for ('"12,5"', '"NaN"', '"Infinity"', '"1e999999"', '"0x10"', '""', 'true', '{}')
{
	with_fault("an amount of $_", [ 'wrong_type', 'field=amount.value', "value=$_" ],
		sql => 'SELECT sum(amount) FROM usage.costs',
		C => qr/^HV00M$/, M => qr/^endpoint "costs" sent a /, W => qr/to endpoint "costs"$/);
}
# Even a bucket that the query does not keep.
with_fault('a broken bucket among those that a filter drops', [ 'bucket_duplicate' ],
	sql => q{SELECT count(*) FROM usage.completions WHERE input_tokens < 0},
	C => qr/^HV00M$/);

done_testing();
