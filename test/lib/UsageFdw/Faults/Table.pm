#
# test/lib/UsageFdw/Faults/Table.pm
#	  The fault matrix: what goes wrong, and what must come out.
#
# A row is [ name, by, [ how ], once, always, more... ].
#
# `by` is who does it: the simulator (a fault or a setting), the proxy, which breaks
# connections, the spoiler, which spoils answers, or nobody, where no server is.
#
# `once` is the outcome if it befalls one request, the first, one in the middle and the last,
# each by itself; `always` that if it befalls all from the first one on, or from the middle on.
# undef: this is not tried. An outcome is
#	answer				the rows without the fault, and nothing else
#	STATE pattern		this error, told with words like these; the rows before it are the first of
#						those without the fault, and if they are of buckets, of whole ones
#	fewer, none			the rows without those of one project; no rows
#	answer or STATE pattern		either
#	later				the rows of the latest buckets, and a warning
# or one for each shape or kind of shape, of which undef means: this shape is left out.
#
# More: phases => [...] instead of all; match => 'cursor': only requests with one; only => [...], shapes;
# only_paged: not where there is but one request;
# timeout => statement_timeout; seconds => how long it may take; wait => how long it must at least;
# tainted => rows before the error may be other ones.
#
package UsageFdw::Faults::Table;

use strict;
use warnings;

use Exporter 'import';
use POSIX qw(strftime);

use UsageFdw::Test;

our @EXPORT = qw(fault_families);

my $lost = 'HV00N ';
my $broken = 'HV00M ';
my $json = 'HV00M not valid JSON|not a JSON object|null character';
my $cancelled = '57014 statement timeout';

# --- what the proxy does to connections ---

sub connections
{
	return ([ 'nobody listens', nobody => [], undef, 'HV00N could not connect' ],
		[ 'refused', proxy => ['refuse'], 'answer', 'HV00N ', phases => [qw(first all)] ],
		[ 'silent', proxy => ['silent'], 'answer', 'HV00N request_timeout', phases => [qw(first all)] ],
		map({ my $bytes = $_;
			[ "ends after $bytes bytes", proxy => ["truncate $bytes"], 'answer', $lost ],
			[ "reset after $bytes bytes", proxy => ["reset $bytes"], 'answer', $lost ],
			[ "stalls after $bytes bytes", proxy => ["stall $bytes"], 'answer', 'HV00N request_timeout' ] } 0, 15, 230),
		[ 'slow', proxy => ['slow 200000'], undef, 'answer' ],
		[ 'drips, byte by byte', spoiler => [ 'drip', 0 ], undef, 'answer' ],
		[ 'drips, with pauses', spoiler => [ 'drip', 1 ], 'answer' ],
		map { [ "halts after $_ bytes", spoiler => [ 'halt', $_ ], 'answer' ] } 0, 20, 250);
}

# --- how long answers are said to be, and where they end ---

sub framing
{
	return (map({ [ "chunks of $_ bytes", spoiler => [ 'chunked', $_ ], undef, 'answer' ] } 1, 100, 100_000),
		[ 'chunks with extensions and a trailer', spoiler => ['chunk_extension'], undef, 'answer' ],
		[ 'chunks and a wrong length', spoiler => ['chunked_and_length'], undef, 'answer' ],
		# where all buckets have come, the rest does not matter
		[ 'no last chunk', spoiler => ['no_last_chunk'], 'answer', "answer or $lost" ],
		[ 'a chunk size that is none', spoiler => ['chunk_size'], 'answer', $lost ],
		[ 'ends with the connection', spoiler => ['until_close'], undef, 'answer' ],
		[ 'closes, and says so', spoiler => ['close_header'], undef, 'answer' ],
		[ 'closes without a word', spoiler => ['close_unsaid'], undef, 'answer' ],
		[ 'a length that is too long', spoiler => [ 'longer', 7 ], 'answer', "answer or $lost" ],
		[ 'a length that is too short', spoiler => [ 'shorter', 7 ], $broken ],
		[ 'a length of 0', spoiler => ['length_zero'], $broken ],
		[ 'a length that is no number', spoiler => ['length_word'], 'answer', $lost ],
		[ 'a negative length', spoiler => ['length_negative'], 'answer', $lost ],
		[ 'a body cut after 100 bytes', spoiler => [ 'cut', 100 ], $broken ],
		[ 'a body that ends with the connection, cut after 100 bytes', spoiler => [ 'cut_at_close', 100 ], $broken ],
		[ 'no body', spoiler => ['nothing'], 'HV00M empty' ],
		[ 'two answers', spoiler => ['second_answer'], 'answer' ]);
}

# --- gzip ---

sub zipped
{
	my $corrupt = 'HV00N lost the answer';
	return ([ 'gzip', spoiler => ['zipped'], undef, 'answer' ],
		[ 'gzip with a byte flipped', spoiler => ['zipped_flip'], 'answer or HV00[NM] ' ],
		[ 'gzip with a digit changed, and its checksum wrong', spoiler => ['zipped_digit'],
			{ buckets => "answer or $corrupt", list => 'answer', under => 'answer', object => 'answer' },
			undef, tainted => 1 ],
		[ 'half of a gzip stream', spoiler => [ 'zipped_cut', 0.5 ], 'HV00[NM] ' ],
		[ 'garbage for gzip', spoiler => ['zipped_garbage'], 'answer', $corrupt ],
		[ 'said to be gzip, but it is not', spoiler => ['zipped_not'], 'answer', $corrupt ],
		[ 'gzip that nobody was told of', spoiler => ['zipped_unsaid'], $json ],
		[ 'two gzip streams', spoiler => ['zipped_halves'], 'HV00[NM] ' ],
		[ 'a bomb of 30 MB', spoiler => [ 'bomb', 30 ], 'HV00N unpacks to far more', undef, seconds => 60 ],
		[ 'an encoding that nobody asked for', spoiler => ['encoding'], 'answer', $lost ]);
}

# --- heads of answers ---

sub heads
{
	# Later libcurls have errors of their own for these, after which is asked again: for a
	# header that is too long, and for an answer without a status where HTTP was spoken before.
	my $endless = libcurl_is_from('8.6') ? 'answer or ' : '';
	my $no_status = libcurl_is_from('8.7') ? 'answer or ' : '';
	return ([ 'interim answers', spoiler => ['interim'], undef, 'answer' ],
		[ 'interim answers without an end', spoiler => ['interim_forever'], 'HV00N headers have no end' ],
		[ 'headers without an end', spoiler => ['headers_forever'], 'HV00N header' ],
		[ 'a header without an end', spoiler => ['header_forever'], "${endless}HV00N (header|larger than allowed)" ],
		[ 'names of headers in lower case', spoiler => ['lower_case'], undef, 'answer' ],
		[ 'a hundred headers', spoiler => ['many_headers'], undef, 'answer' ],
		[ 'no content type', spoiler => ['no_type'], undef, 'answer' ],
		[ 'another protocol', spoiler => ['no_http'], "${no_status}HV00N got no answer" ],
		[ 'a body without a head', spoiler => ['no_head'], "${no_status}HV00N got no answer" ],
		[ 'a status line without a status', spoiler => ['status_line'], 'HV00N got no answer' ],
		[ 'switches protocols', spoiler => ['switch'], 'HV00M status 101' ],
		map({ [ "status $_ with a right body", spoiler => [ 'status', $_ ], "HV00M status $_" ] } 201, 203, 206, 418),
		[ 'status 204', spoiler => [ 'status', 204 ], 'HV00M status 204' ],
		[ 'status 304', spoiler => [ 'status', 304 ], 'HV00M status 304' ],
		[ 'half a body as status 206', spoiler => ['half'], 'HV00M status 206' ]);
}

# --- JSON ---

sub bodies
{
	my @buckets = qw(buckets);
	my $paged = sub { my $outcome = shift; return { buckets => $outcome, list => $outcome, under => $outcome } };
	return ([ 'a member twice, the same', spoiler => ['twice_same'], $paged->('HV00M more than one "has_more"') ],
		[ 'a member twice, with another value', spoiler => ['twice_more'], $paged->('HV00M more than one "has_more"') ],
		[ 'data twice', spoiler => ['twice_data'], $paged->('HV00M more than one "data"') ],
		[ 'twice what is not read', spoiler => ['twice_unread'], undef, 'answer' ],
		[ 'lists 20 deep', spoiler => [ 'deep', 20 ], undef, 'answer' ],
		map({ [ "lists $_ deep", spoiler => [ 'deep', $_ ], 'HV00M nested too deeply' ] } 100, 1_000_000),
		[ 'a byte order mark', spoiler => ['bom'], $json ],
		[ 'bytes that are no UTF-8', spoiler => ['no_utf8'], 'HV00M ' ],
		[ 'a control character in a string', spoiler => ['control'], $json ],
		[ 'NUL in a string', spoiler => ['nul'], $json ],
		[ 'a comment', spoiler => ['comment'], $json ],
		[ 'a comma too many', spoiler => ['comma'], $json ],
		[ 'single quotes', spoiler => ['quotes'], $json ],
		[ 'something behind the page', spoiler => [ 'behind', '{}' ], $json ],
		[ 'space all around', spoiler => ['space'], undef, 'answer' ]);
}

# --- size ---

sub sizes
{
	my @long = (long_string => 'a string', long_name => 'a name', long_number => 'a number', long_list => 'a list',
		long_escapes => 'a string of escapes', many_members => 'members', long_space => 'space');
	my @rows;
	while (my ($way, $what) = splice @long, 0, 2)
	{
		push @rows, [ "$what of 100 MB", spoiler => [ $way, 100 ], 'answer', undef, phases => [qw(first middle)],
			seconds => 60 ],
		  [ "$what without an end", spoiler => [ $way, 0 ], $cancelled, undef, phases => [qw(first last)], timeout => '700ms' ];
	}
	return @rows;
}

# --- statuses ---

sub http_date { return strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(time() + shift)) }

# What an answer may say of when to come again, made when it is sent; and the least wait in seconds.
sub waits
{
	return ([ 'none' => [], 0 ],
		[ 'Retry-After: 1' => sub { 'Retry-After: 1' }, 0.95 ],
		[ 'Retry-After: 0.1' => sub { 'Retry-After: 0.1' }, 0.09 ],
		[ 'Retry-After of a date' => sub { 'Retry-After: ' . http_date(2) }, 0.9 ],
		[ 'Retry-After of a date in the form of RFC 850' =>
			sub { 'Retry-After: ' . strftime('%A, %d-%b-%y %H:%M:%S GMT', gmtime(time() + 2)) }, 0.9 ],
		[ 'Retry-After of a date in the form of asctime' =>
			sub { 'Retry-After: ' . strftime('%a %b %e %H:%M:%S %Y', gmtime(time() + 2)) }, 0.9 ],
		[ 'Retry-After of a date in the past' => sub { 'Retry-After: ' . http_date(-100) }, 0 ],
		[ 'retry-after-ms: 150' => sub { 'retry-after-ms: 150' }, 0.14 ],
		map({ my $value = $_; [ "Retry-After: $value" => sub { "Retry-After: $value" }, 0 ] }
			'0', '-1', '3600', '1e400', 'nan', 'soon', '1 s', '', 'Thu, 99 Xxx 2026 99:99:99 GMT'),
		map { my $value = $_; [ "retry-after-ms: $value" => sub { "retry-after-ms: $value" }, 0 ] } '-1', '1e9', 'x');
}

sub statuses
{
	my @rows;
	my %transient = (429 => '53400 status 429',
		map { $_ => "HV00N status $_" } 408, 409, 500, 502, 503, 504, 520, 529);
	push @rows, map { [ "status $_", simulator => [ 'status', "code=$_" ], 'answer', $transient{$_} ] } sort keys %transient;
	for my $wait (waits())
	{
		my ($name, $header, $least) = @$wait;
		next if !ref $header || ref $header ne 'CODE';
		push @rows, map { my ($code, $phase) = @$_;
			[ "status $code, $name", simulator => [ 'status', "code=$code", sub { 'headers=' . $header->() } ],
				'answer', undef, phases => [$phase], wait => $least ] } [ 429, 'first' ], [ 503, 'middle' ];
	}
	my %final = (300 => 'HV00M', 301 => 'HV00M', 307 => 'HV00M', 401 => '28000', 402 => 'HV00M', 403 => '42501',
		405 => 'HV00M', 410 => 'HV00M', 418 => 'HV00M', 422 => 'HV00M', 451 => 'HV00M');
	push @rows, map { [ "status $_", simulator => [ 'status', "code=$_" ], "$final{$_} status $_" ] } sort keys %final;
	push @rows, [ 'a redirect', simulator => [ 'redirect', 'location=http://127.0.0.1:1/' ], 'HV00M Redirects are not followed' ],
	  [ 'x-should-retry: true', simulator => [ 'status', 'code=403', 'headers=x-should-retry: true' ], 'answer', '42501 status 403' ],
	  [ 'x-should-retry: false', simulator => [ 'status', 'code=503', 'headers=x-should-retry: false' ], 'HV00N status 503' ],
	  [ 'an exhausted quota', simulator => [ 'status', 'code=429',
			'body={"error":{"message":"You exceeded your current quota.","code":"insufficient_quota"}}' ], '53400 quota' ];
	return @rows;
}

# --- refusals that depend on what was asked for ---

sub refusals
{
	my $message = q(body={"error":{"message":"%s","type":"invalid_request_error","param":null,"code":null}});
	my @first = (phases => ['first']);
	my $absent = sprintf $message, 'No such thing here.';
	return (map({ my ($code, $state) = @$_;
			[ "a cursor is refused with $code", simulator => [ 'status', "code=$code" ],
				{ buckets => 'answer', list => 'answer', under => 'answer' },
				{ buckets => 'answer', list => "$state status $code", under => "$state status $code" },
				match => 'cursor', phases => [qw(first all)] ] } [ 400, 'HV024' ], [ 404, 'HV00R' ]),
		[ 'status 400', simulator => [ 'status', 'code=400', sprintf $message, 'No.' ], 'HV024 The API says: No', undef, @first ],
		[ 'status 404 of an unknown URL', simulator => [ 'status', 'code=404', sprintf $message, 'Invalid URL (GET /v1/x)' ],
			'HV00R Invalid URL', undef, @first ],
		[ 'status 404 by HTML', simulator => [ 'html', 'code=404' ], 'HV00R text/html', undef, @first ],
		[ 'status 404 in the API\'s words', simulator => [ 'status', 'code=404', $absent ],
			{ buckets => 'HV00R No such thing', list => 'HV00R No such thing', under => 'HV00R No such thing', object => 'none' },
			undef, @first ],
		[ 'status 404 in the API\'s words of one project', simulator => [ 'status', 'code=404', $absent, 'path=proj_web/' ],
			{ under => 'fewer' }, undef, @first ],
		[ 'status 400 as of an archived project', simulator => [ 'status', 'code=400', 'path=proj_web/',
				sprintf $message, 'The project is archived.' ], { under => 'fewer' }, undef, @first ],
		[ 'status 404 in other words, of one project', simulator => [ 'status', 'code=404', 'path=proj_web/',
				'body={"error":{"code":"404","message":"Resource not found"}}' ], { under => 'HV00R 404' }, undef, @first ],
		[ 'status 403 of one project', simulator => [ 'status', 'code=403', 'path=proj_web/' ], { under => '42501 403' }, undef, @first ],
		[ 'the API\'s memory ends', setting => ['lookback_days=4'], undef, { buckets => 'later' }, phases => ['all'],
			only => [ 'costs', 'days' ] ],
		[ 'the API\'s memory is yet to begin', simulator => [ 'lookback', 'date=2999-01-01' ], { buckets => 'HV024 ' }, undef, @first ]);
}

# --- pages that are not what was asked for ---

sub pages
{
	my %paged = (match => 'cursor');
	my $buckets = sub { return { buckets => shift } };
	my $any = sub { my $outcome = shift; return { map { $_ => $outcome } qw(buckets list under) } };
	return ([ 'broken JSON', simulator => ['garbage'], $broken ],
		[ 'HTML with 502', simulator => ['html'], 'answer', 'HV00N status 502' ],
		[ 'HTML with 200', simulator => [ 'html', 'code=200' ], 'HV00M text/html|not a JSON object' ],
		map({ [ "$_ for a page", simulator => [ 'body', "body=$_" ], $any->($broken) ] } '{}', '[]', 'null', '1', '{"data":[1]}', '{"data":{}}'),
		[ 'no data', simulator => ['no_data'], $any->('HV00M "data"') ],
		[ 'an empty page that promises more', simulator => ['empty_page'], $any->('HV00M (no bucket|no object|before)') ],
		# where all of a window has come, what is said of more does not matter
		[ 'more without a cursor', simulator => ['no_cursor'],
			{ costs => 'HV00M no cursor', buckets => 'answer or HV00M no cursor', list => 'HV00M no cursor', under => 'HV00M no cursor' },
			undef, only_paged => 1, phases => ['first'] ],
		[ 'more without a cursor, on a later page', simulator => ['no_cursor'], $any->('answer or HV00M no cursor'), undef,
			only_paged => 1, phases => [qw(middle last)] ],
		[ 'a cursor that repeats', simulator => ['repeat_cursor'], $any->('HV00M (cursor|before)'), undef, phases => ['first'], %paged ],
		[ 'a bucket after the end', simulator => ['bucket_outside'], $buckets->('HV00M outside') ],
		[ 'a bucket before the start', simulator => [ 'bucket_outside', 'where=before' ], $buckets->('HV00M outside') ],
		[ 'a bucket twice', simulator => ['bucket_duplicate'], $buckets->('HV00M before') ],
		# the second one may be handed up before the first one comes; one bucket is never out of order
		[ 'buckets out of order', simulator => ['bucket_disorder'],
			{ 'rescan by time' => 'answer or HV00M (outside|before)', buckets => 'HV00M (outside|before)' }, undef, only_paged => 1, tainted => 1 ],
		[ 'an end half-way', simulator => ['clipped_end'], undef, $buckets->('answer') ],
		# a page by itself may have no row
		map({ my $value = $_;
			[ "$value for a number", simulator => [ 'wrong_type', 'FIELD', "value=$value" ], "answer or $broken", $broken ] }
			'{}', '[1]', '"many"', 'true', '1e999999'),
		[ 'a list for a text', simulator => [ 'wrong_type', 'TEXT', 'value=[1]' ], "answer or $broken", $broken ],
		[ 'NUL in a text', simulator => [ 'nul', 'TEXT' ], "answer or $broken", $broken ],
		map({ my $value = $_; [ "results are $value", simulator => [ 'wrong_type', 'level=bucket', 'field=results', "value=$value" ],
			$buckets->($broken) ] } '{}', 'null', '[1]'),
		map({ my $value = $_; [ "a bucket's start is $value", simulator => [ 'wrong_type', 'level=bucket', 'field=start_time', "value=$value" ],
			$buckets->($broken) ] } '"now"', 'null', '-1', '9223372036854775807', '1.5'),
		[ 'a bucket without a start', simulator => [ 'wrong_type', 'level=bucket', 'field=start_time' ], $buckets->('HV00M "start_time"') ],
		map { my $value = $_; [ "has_more is $value", simulator => [ 'wrong_type', 'level=page', 'field=has_more', "value=$value" ],
			$any->('HV00M "has_more"') ] } '"no"', '0', '{}');
}

# --- what an API may do, and is as right ---

sub settings
{
	return map { [ "the setting $_", setting => [$_], undef, 'answer', phases => ['all'] ] }
	  qw(pretty=on sorted_keys=on sorted_keys=reverse jitter_ms=30 gzip=off envelope=result array_format=repeat
	  delay_ms=20 future_end=clip costs_empty_tail=off cache=on max_url=8000);
}

# The families, each a name and its rows.
sub fault_families
{
	return ([ 'connections' => connections() ], [ 'framing' => framing() ], [ 'gzip' => zipped() ],
		[ 'heads' => heads() ], [ 'JSON' => bodies() ], [ 'size' => sizes() ], [ 'statuses' => statuses() ],
		[ 'refusals' => refusals() ], [ 'pages' => pages() ], [ 'settings' => settings() ]);
}

1;
