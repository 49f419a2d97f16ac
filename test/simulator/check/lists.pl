#
# The lists: every object once, page by page, as the CSV has it.
#
use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::Bin;
use Check;

my %path = (
	projects => 'projects', users => 'users', admin_api_keys => 'admin_api_keys',
	spend_alerts => 'spend_alerts', spend_limits => 'spend_limit',
	project_users => 'projects/{}/users', project_service_accounts => 'projects/{}/service_accounts',
	project_api_keys => 'projects/{}/api_keys', project_rate_limits => 'projects/{}/rate_limits',
	project_spend_alerts => 'projects/{}/spend_alerts',
	project_spend_limits => 'projects/{}/spend_limit');
my %whole = (projects => [ include_archived => 'true' ],
	project_api_keys => [ owner_project_access => 'any' ]);

sub ask_list
{
	my ($list, $project, @parameters) = @_;
	my $where = $path{$list} =~ s/\{\}/Control::encode($project)/er;
	return get("/v1/organization/$where?" . query_of(@parameters));
}

# All objects of a list, and how many pages there were.
sub read_list
{
	my ($list, $project, $limit) = @_;
	my ($after, $pages, @objects) = (undef, 0);
	while (1)
	{
		my $answer = ask_list($list, $project, limit => $limit, @{ $whole{$list} // [] },
			defined $after ? (after => $after) : ());
		die "$list: $answer->{status} $answer->{content}" if $answer->{status} != 200;
		my $page = $json->decode($answer->{content});
		push @objects, @{ $page->{data} };
		$pages++;
		return (\@objects, $pages) if !$page->{has_more};
		$after = $page->{last_id};
	}
}

sub rows_of
{
	my ($list) = @_;
	my $csv = control('objects', list => $list);
	utf8::decode($csv);
	return Control::csv_rows($csv);
}

# The columns of an object as the CSV names them.
sub flat
{
	my ($object) = @_;
	my $owner = $object->{owner} // {};
	my $person = $owner->{ $owner->{type} // '' } // $owner;
	my %row = (%$object,
		threshold_cents => $object->{threshold_amount}, period => $object->{interval},
		enforcement => ref $object->{enforcement} ? $object->{enforcement}{status} : undef,
		owner_type => $owner->{type}, owner_id => $person->{id}, owner_name => $person->{name},
		owner_email => $person->{email});
	return \%row;
}

sub text_of
{
	my ($value) = @_;
	return '' if !defined $value;
	return JSON::PP::is_bool($value) ? ($value ? 'true' : 'false') : "$value";
}

sub check_list
{
	my ($list) = @_;
	my @rows = rows_of($list);
	my %projects = map { ($_->{project_id} // '') => 1 } @rows;
	my ($found, $equal) = (0, 0);
	foreach my $project (sort keys %projects)
	{
		my ($objects) = read_list($list, $project, 3);
		my @wanted = grep { ($_->{project_id} // '') eq $project } @rows;
		$found += @$objects;
		foreach my $i (0 .. $#$objects)
		{
			my $object = flat($objects->[$i]);
			my @differ = grep { text_of($object->{$_}) ne text_of($wanted[$i]{$_}) }
			  grep { $_ ne 'project_id' } keys %{ $wanted[$i] };
			diag("$list $i: @differ") if @differ;
			$equal++ if !@differ;
		}
	}
	is("$found $equal", @rows . ' ' . @rows, "$list: every object");
	cmp_ok($found, '>', 2, "$list: there are some");
	return;
}

check_list($_) foreach grep { !/spend_limit/ } sort keys %path;

my ($all, $pages) = read_list('projects', '', 2);
is("$pages " . scalar(@$all), '4 7', 'pages');
is(ask_list('spend_limits', '')->{status}, 200, 'a limit that is set');
is($json->decode(ask_list('project_spend_limits', 'proj_web')->{content})->{threshold_amount},
	300000, 'a limit of a project');
is_error(ask_list('project_spend_limits', 'proj_data pipeline'), 404, undef, 'none is set');
is_error(ask_list('project_users', 'proj_nowhere'), 404, undef, 'no such project');
is_error(ask_list('project_users', 'proj_Ab12Cd34'), 400, undef, 'an archived project');
is_error(ask_list('users', '', after => 'user-bob'), 400, 'after', 'a cursor that is gone');
is_error(ask_list('users', '', limit => 101), 400, 'limit', 'too much');
is_error(ask_list('users', '', include_archived => 'true'), 400, 'include_archived', 'unknown');
is(scalar @{ $json->decode(ask_list('projects', '')->{content})->{data} }, 5, 'not archived');
is(join(' ', map { $_->{id} } @{ $json->decode(ask_list('users', '',
	emails => [ 'a+b@example.com', "o'neil\@example.com", 'zoë@example.com' ])->{content})->{data} }),
	"user-o'neil user-zo\x{eb}", 'emails');
is(join(' ', map { $_->{id} } @{ $json->decode(ask_list('admin_api_keys', '',
	order => 'desc', limit => 2)->{content})->{data} }), 'key_admin_5 key_admin_4', 'order');
is($json->decode(get('/v1/organization/projects/proj_ops%2Feu')->{content})->{id}, 'proj_ops/eu',
	'one object');
is_error(get('/v1/organization/users/user-bob'), 404, undef, 'a deleted user');
is_error(get('/v1/organization/widgets'), 404, undef, 'no such list');
is(get('/v1/organization/users', Authorization => 'Bearer sk-admin-usage-only')->{status}, 403,
	'a key without the scope');

control('set', projects => 1000, gone => 'proj_web,user-alice', archived => 'rows',
	forbidden_project => 'proj_empty', spend_limit => 'off');
is(scalar @{ (read_list('projects', '', 100))[0] }, 1006, 'many projects, one gone');
is_error(ask_list('project_users', 'proj_empty'), 403, undef, 'a project that may not be read');
is(ask_list('project_users', 'proj_Ab12Cd34')->{status}, 200, 'an archived project that answers');
is_error(ask_list('spend_limits', ''), 404, undef, 'no limit');
control('reset');
control('fault', kind => 'empty_page', path => 'proj_web');
my $page = $json->decode(ask_list('project_users', 'proj_web')->{content});
ok($page->{has_more} && !@{ $page->{data} } && $page->{last_id}, 'empty_page');
control('reset');
done_testing();
