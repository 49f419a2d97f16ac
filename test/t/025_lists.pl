#
# Lists that break off, change while they are read, or are not what they should
# be: the same faults as of usage pages.
#
use strict;
use warnings;

use Test::More;

use UsageFdw::Errors;
use UsageFdw::Session;
use UsageFdw::Test;

my $simulator = simulator();
my $proxy = fault_proxy($simulator);
my $node = cluster('main');
my $session = begin_errors($node, $simulator);
connect_server($node, $proxy, server => 'proxied', schema => 'proxied',
	options => { retry_delay => '0ms', request_timeout => '300ms', max_retries => 2,
		max_concurrent_requests => 2 });
control($simulator, 'set', 'page_limit=2');

my $users = 'SELECT string_agg(u::text, \'|\') FROM %s.users AS u';
my $keys = 'SELECT string_agg(k::text, \'|\') FROM %s.project_api_keys AS k';
my %right = map { $_ => $session->value(sprintf $_, 'usage') } $users, $keys;

#
# What is broken
#
my $of_users = qr/^request "req_\w+" to endpoint "users"$/;
for (
	[ 'broken JSON', ['garbage'], qr/./ ],
	[ 'no data', ['no_data'], qr/"data"/ ],
	[ 'an empty page that promises more', ['empty_page'], qr/no object/ ],
	[ 'a later page that is empty', [ 'empty_page', 'after=1' ], qr/no object/ ],
	[ 'a cursor that repeats', [ 'repeat_cursor', 'after=1' ], qr/cursor.*before/ ],
	[ 'more without a cursor', ['no_cursor'], qr/no cursor/ ],
	[ 'a cursor that is a number', [ 'wrong_type', 'level=page', 'field=last_id', 'value=7' ], qr/"last_id"/ ],
	[ 'has_more that is a text', [ 'wrong_type', 'level=page', 'field=has_more', 'value="no"' ], qr/"has_more"/ ],
	[ 'a list for a text', [ 'wrong_type', 'field=name', 'value=[1]' ], qr/"name"/ ],
	[ 'an object for an id', [ 'wrong_type', 'field=id', 'value={}' ], qr/"id"/ ],
	[ 'a text for a boolean', [ 'wrong_type', 'field=is_service_account', 'value="maybe"' ], qr/"is_service_account"/ ],
	[ 'a time out of range', [ 'wrong_type', 'field=added_at', 'value=99999999999999' ], qr/out of range/ ],
	[ 'NUL in a text', [ 'nul', 'field=email' ], qr/"email"/ ],
	[ 'data that is no list', [ 'wrong_type', 'level=page', 'field=data', 'value=null' ], qr/"data"/ ],
	[ 'an object that is none', [ 'body', 'body={"data":[1]}' ], qr/not an object/ ],
	[ 'a page of usage', [ 'body', 'body={"object":"page","has_more":false}' ], qr/"data"/ ],
	[ 'an answer that ends early', [ 'body', 'body={"object":"list","data":[{"id":"a"' ], qr/end/ ],
	[ 'no answer at all', [ 'body', 'body=' ], qr/./ ])
{
	my ($name, $fault, $detail) = @$_;
	with_fault($name, [ @$fault, 'endpoint=users' ], sql => sprintf($users, 'usage'),
		C => qr/^HV00M$/, M => qr/^endpoint "users" sent a /, D => $detail, W => $of_users);
}
for ([ 'a list for an object', [ 'body', 'body=[]' ] ], [ 'an object that ends early', [ 'body', 'body={"id":' ] ],
	[ 'an amount that is a text', [ 'wrong_type', 'field=threshold_amount', 'value="many"' ] ])
{
	my ($name, $fault) = @$_;
	with_fault($name, [ @$fault, 'endpoint=spend_limit' ], sql => 'SELECT * FROM usage.spend_limits',
		C => qr/^HV00M$/, M => qr/^endpoint "spend_limits" sent a /);
}
# An error that comes with 200 is no object.
for my $body ('{"error":{"message":"No."}}', '{"error":"No."}')
{
	with_fault("200: $body", [ 'body', 'content_type=application/json', "body=$body" ],
		sql => 'SELECT * FROM usage.spend_limits', C => qr/^HV00M$/, D => qr/"error"/);
}
for my $body ('{"error":{"message":"No."}}', '{}', '{"id":null}', '{"data":[]}')
{
	with_fault("200 for an id: $body", [ 'body', 'content_type=application/json', "body=$body" ],
		sql => q{SELECT name FROM usage.projects WHERE id = 'proj_web'}, C => qr/^HV00M$/, D => qr/no "id"/);
}
for ([ 401, qr/^28000$/ ], [ 403, qr/^42501$/ ], [ 404, qr/^HV00R$/ ], [ 429, qr/^53400$/ ], [ 500, qr/^HV00N$/ ])
{
	my ($code, $state) = @$_;
	with_fault("status $code", [ 'status', "code=$code", 'endpoint=users' ],
		sql => sprintf($users, 'usage'), C => $state, W => $of_users);
}
# A 404 of no endpoint, or in a gateway's words, does not say that something is not there.
my $of_api = '{"error":{"message":"%s","type":"invalid_request_error","param":null,"code":%s}}';
for my $body (sprintf($of_api, 'Unknown request URL: GET /v1/x. Please check the URL.', '"unknown_url"'),
	sprintf($of_api, 'Not here.', '"unknown_url"'), sprintf($of_api, 'Unrecognized request URL.', 'null'),
	'{"message":"no Route matched with those values","type":"x"}', '{"status":404,"error":"Not Found","path":"/v1/x"}',
	'{"error":{"code":"404","message":"Resource not found"}}')
{
	with_fault("404: $body", [ 'status', 'code=404', 'count=-1', 'content_type=application/json', "body=$body" ],
		sql => $_, C => qr/^HV00R$/, M => qr/status 404$/, H => qr/"base_url"/)
	  for 'SELECT * FROM usage.spend_limits', q{SELECT * FROM usage.projects WHERE id = 'proj_web'},
		q{SELECT * FROM usage.project_api_keys WHERE project_id = 'proj_web'};
}
# what the list of projects says is not a row of the project's list
with_fault('the list of projects cannot be read', [ 'status', 'code=503', 'endpoint=projects' ],
	sql => sprintf($keys, 'usage'), C => qr/^HV00N$/, W => qr/to endpoint "projects"$/);

# the context says whose list it is
with_fault('a project that cannot be read', [ 'status', 'code=403', 'path=proj_ops' ],
	sql => 'SELECT * FROM usage.project_users', C => qr/^42501$/, H => qr/api\.management\.read/,
	W => qr{^request "req_\w+" to endpoint "project_users"\ncolumn "project_id" is "proj_ops/eu"$});
with_fault('a list of a project that is broken', [ 'garbage', 'path=proj_ops' ],
	sql => 'SELECT * FROM usage.project_users', C => qr/^HV00M$/, W => qr/"project_users"/);

#
# What breaks off, or is refused for a while: the answer is the same
#
sub is_right
{
	my ($name, $sql, $requests) = @_;
	control($simulator, 'reset-requests');
	my $answer = $session->query(sprintf $sql, 'proxied');
	my $asked = () = requests($simulator);
	control($simulator, 'reset-faults');
	control($proxy, 'clear');
	my $same = ($answer->{rows}[0][0] // '') eq $right{$sql};
	ok($same, $name) or diag explain $answer;
	is($asked, $requests, "$name: requests") if defined $requests;
	return $same;
}

is_right('users', $users, 4);
is_right('keys', $keys, 18);
for my $code (429, 500, 503)
{
	control($simulator, 'fault', 'status', "code=$code", 'count=2', 'match=after', 'endpoint=users');
	is_right("status $code on a later page", $users, 6);
}
control($simulator, 'fault', 'status', 'code=500', 'count=2', 'endpoint=projects');
is_right('status 500 for the list of projects', $keys, 20);
control($simulator, 'fault', 'status', 'code=500', 'count=-1', 'probability=30');
is_right('status 500 now and then', $users) for 1 .. 3;

# A server that has forgotten a cursor: the list is read again, and no row is twice.
control($simulator, 'fault', 'status', 'code=400', 'count=1', 'after=1', 'match=after=', 'endpoint=users');
is_right('a cursor that is refused', $users, 4 + 3);
control($simulator, 'fault', 'status', 'code=404', 'count=2', 'after=1', 'match=after=', 'endpoint=users');
is_right('a cursor that is refused twice', $users, 4 + 5);
control($simulator, 'fault', 'status', 'code=400', 'count=-1', 'match=after=', 'endpoint=users');
is($session->query(sprintf $users, 'proxied')->{error}{C}, 'HV024', 'one that is always refused');
control($simulator, 'reset-faults');

# An object without an id can't be told from one that came before.
$session->rows(q{CREATE FOREIGN TABLE nameless (name text)
	SERVER proxied OPTIONS (path '/organization/users', kind 'list')});
control($simulator, 'set', 'absent=id');
is($session->value('SELECT count(*) FROM nameless'), 7, 'objects without an id');
control($simulator, 'fault', 'status', 'code=400', 'count=1', 'match=after=', 'endpoint=users');
is($session->query('SELECT * FROM nameless')->{error}{C}, 'HV024',
	'whose list is not read again from its first page');
control($simulator, 'reset-faults');
control($simulator, 'set', 'absent=');

# Connections that break, at every byte of a later page.
my $bytes = 0;
while ($bytes < 1400)
{
	control($proxy, "truncate $bytes count=1 match=after=user-o");
	my $sent = $session->value(sprintf $users, 'proxied') eq $right{$users};
	my ($applied) = control($proxy, 'stat') =~ /truncate=(\d+)/;
	control($proxy, 'clear');
	if (!$sent) { fail("truncated at byte $bytes"); last }
	$bytes++;
}
is($bytes, 1400, 'truncated at each byte of a page');
for my $rule ('reset 300', 'stall 300', 'stall 0', 'reset 0')
{
	control($proxy, "$rule count=1 match=after=");
	is_right("$rule on a later page", $users);
	control($proxy, "$rule count=2 match=api_keys");
	is_right("$rule on two projects", $keys);
}

# What says that a project is archived breaks off, in its head or in its body.
for my $bytes (map { 20 * $_ } 8 .. 20)
{
	control($proxy, "truncate $bytes count=1 match=proj_Ab12Cd34/api_keys");
	is_right("an archived project's refusal ends after $bytes bytes", $keys);
}

#
# What changes while it is read
#
control($simulator, 'fault', 'bucket_duplicate', 'count=-1', 'match=after=', 'endpoint=users');
is_right('an object comes again on the next page', $users, 4);
control($simulator, 'fault', 'bucket_duplicate', 'count=-1', 'endpoint=api_keys');
is_right('an object comes twice on its page', $keys);

$session->rows('BEGIN');
$session->rows('DECLARE c CURSOR FOR SELECT id FROM usage.users');
my @ids = map { $_->[0] } @{ $session->query('FETCH 2 FROM c')->{rows} };
control($simulator, 'set', "gone=user-alice,user-100%");
push @ids, map { $_->[0] } @{ $session->query('FETCH ALL FROM c')->{rows} };
is("@ids[0, 1]", "user-alice user-o'neil", 'what was there when it was read');
is(scalar(grep { $_ eq 'user-alice' } @ids), 1, 'a user who goes meanwhile comes once');
is(scalar(grep { $_ eq 'user-ci' } @ids), 1, 'and those after him as well');
$session->rows('COMMIT');
control($simulator, 'set', 'gone=');

# A project that goes between the list of projects and its turn.
$session->rows('BEGIN');
$session->rows('DECLARE c CURSOR FOR SELECT project_id FROM usage.project_users');
is($session->query('FETCH 1 FROM c')->{rows}[0][0], 'proj_web', 'the first project');
control($simulator, 'set', 'gone=proj_ops/eu');
my %seen = map { $_->[0] => 1 } @{ $session->query('FETCH ALL FROM c')->{rows} };
ok(!$seen{'proj_ops/eu'} && $seen{'proj_größe+50%'}, 'one that is gone has no rows')
  or diag explain \%seen;
$session->rows('COMMIT');
control($simulator, 'set', 'gone=');

done_testing();
