#
# Chains of pages with cursors made at random, of usage and of lists: a cursor comes back
# as it was sent, to the same path with the same parameters and headers; a chain ends
# where it says so, and is refused where it leads nowhere or in a circle.
#
# USAGE_CHAINS says how many, USAGE_CHAINS_SEED which.
#
use strict;
use warnings;

use JSON::PP;
use Test::More;

use UsageFdw::Hostile;
use UsageFdw::Session;
use UsageFdw::Test;

my $CHAINS = $ENV{USAGE_CHAINS} // 200;
my $SEED = $ENV{USAGE_CHAINS_SEED} // int(time() / 86400);
my $DAYS = 12;
my $MOST_PAGES = 6;

srand $SEED;
keep_day(60);

sub any { return $_[ rand @_ ] }

# --- chains ---

my @pieces = ('page_', 'AAAA', '=', '==', '&page=', '&after=x', '?', '#', '/', '..', '%41', '%', '+', ' ', "\r\nX-More: 1\r\n",
	"\t", "\x01", "\x7f", '"', '\\', "'", '<', '{', '@', ':', ',', "\x{e9}", "\x{20ac}", "\x{1f600}", "\x{feff}", "\x{202e}", 'x' x 700);

sub cursor { return join '', map { any(@pieces) } 1 .. 1 + rand 8 }

# What the last page of a chain is, and what is said of that; nothing: it is the end.
my @endings = (
	map({ ([ end => undef ], [ absent => undef ], [ 'end with a cursor' => undef ]) } 1 .. 4),
	[ 'no cursor' => qr/no cursor/ ], [ 'an empty cursor' => qr/no cursor/ ], [ unsaid => qr/no "has_more"/ ],
	[ empty => qr/the page has no (bucket|object)/ ], [ again => qr/sent before/ ], [ itself => qr/sent before/ ],
	[ nul => qr/null character/ ], [ number => qr/not a string/ ]);

# A chain: pages, each with how many items it has, what it says of more, and its cursor; and
# what comes of it.
sub make_chain
{
	my $kind = shift;
	my ($ending, $complaint) = @{ any(@endings) };
	my (%seen, @pages);
	my $count = 1 + int rand $MOST_PAGES;
	$count++ if $count == 1 && $ending =~ /^(again|itself)$/;
	for (2 .. $count)
	{
		my $cursor = cursor();
		redo if $seen{$cursor}++;
		push @pages, { items => 1, more => JSON::PP::true, cursor => $cursor };
	}
	my $last = { items => $ending eq 'empty' ? 0 : 1 };
	$last->{more} = $ending =~ /^end/ ? JSON::PP::false : JSON::PP::true if $ending !~ /^(absent|unsaid)$/;
	$last->{cursor} = {
		'end with a cursor' => cursor(), 'an empty cursor' => '', unsaid => cursor(), empty => cursor(), nul => cursor() . "\0",
		number => 7, again => @pages ? $pages[0]{cursor} : undef, itself => @pages ? $pages[-1]{cursor} : undef }->{$ending};
	push @pages, $last;
	return { kind => $kind, ending => $ending, complaint => $complaint, pages => \@pages };
}

my @chains = map { make_chain(any(qw(usage list))) } 1 .. $CHAINS;

# --- the server ---

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my %known = map { $_ => 1 } qw(host authorization accept accept-encoding user-agent);

# Of which page of the chain is the cursor?  undef: of none.
sub page_of
{
	my ($chain, $cursor) = @_;
	return 0 if !defined $cursor;
	$cursor =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
	utf8::decode($cursor);
	my @pages = @{ $chain->{pages} };
	my ($before) = grep { $pages[$_]{cursor} eq $cursor } 0 .. $#pages - 1;
	return defined $before ? $before + 1 : undef;
}

# A page's items: the days from that number on, or objects.
sub items_of
{
	my ($chain, $number, $start) = @_;
	return if !$chain->{pages}[$number]{items};
	return { id => "id_$number" } if $chain->{kind} eq 'list';
	return { start_time => $start + 86400 * $number, end_time => $start + 86400 * ($number + 1),
		results => [ { model => "m_$number" } ] };
}

sub refuse
{
	my ($client, $why) = @_;
	answer($client, 422, $json->encode({ error => { message => $why } }));
	return;
}

sub serve_chain
{
	my ($client, $head) = @_;
	my ($number, $query) = $head =~ m{^GET /chain/(\d+)\?(\S+) HTTP/1\.1\r\n}
	  or return refuse($client, "another request: $head");
	my $chain = $chains[$number];
	my $own = $chain->{kind} eq 'list' ? qr/limit=100(?:&after=([^&]*))?/
	  : qr/start_time=(?:\d+)&end_time=\d+&bucket_width=1d&limit=$DAYS&group_by=model(?:&page=([^&]*))?/;
	$query =~ /^$own$/ or return refuse($client, "another query: $query");
	my $page = page_of($chain, $1) // return refuse($client, "another cursor: $query");
	my ($start) = $query =~ /start_time=(\d+)/;
	my @odd = grep { !$known{ lc $_ } } $head =~ /^([^:\r\n]*):/mg;
	return refuse($client, "another header: @odd") if @odd;
	my %page = %{ $chain->{pages}[$page] };
	my $cursor_name = $chain->{kind} eq 'list' ? 'last_id' : 'next_page';
	my %body = (data => [ items_of($chain, $page, $start) ], defined $page{more} ? (has_more => $page{more}) : (),
		defined $page{cursor} || rand() < 0.5 ? ($cursor_name => $page{cursor}) : ());
	# in either of the two ways to write what is not ASCII
	answer($client, 200, $json->ascii($page % 2)->encode(\%body));
	return;
}

my $server = hostile_server(chain => \&serve_chain);

# --- asking ---

my $node = cluster('main');
connect_server($node, { url => $server->{url} }, import => undef, options => { base_url => "$server->{url}/chain", max_retries => 0 });
my $session = UsageFdw::Session->new($node);
$session->rows(q{CREATE FOREIGN TABLE usage.usage (day date, model text OPTIONS (role 'dimension')) SERVER openai OPTIONS (path '/0');
	CREATE FOREIGN TABLE usage.list (id text OPTIONS (role 'attribute')) SERVER openai OPTIONS (path '/0', kind 'list')});

my %sql = (usage => "SELECT model FROM usage.usage WHERE day >= current_date - $DAYS AND day < current_date", list => 'SELECT id FROM usage.list');
my (@wrong, %met);

sub complain { push @wrong, "chain $_[0] ($chains[$_[0]]{kind}, $chains[$_[0]]{ending}): $_[1]"; return }

for my $number (0 .. $#chains)
{
	my ($kind, $ending, $complaint, $pages) = @{ $chains[$number] }{qw(kind ending complaint pages)};
	$session->rows("ALTER FOREIGN TABLE usage.$kind OPTIONS (SET path '/$number')");
	my $answer = $session->query($sql{$kind}, 60);
	my $error = $answer->{error};
	$met{"$kind, $ending"}++;
	if ($complaint)
	{
		my $said = $error ? join ' / ', map { $error->{$_} // '' } qw(C M D) : 'nothing';
		complain($number, "said $said") if $said !~ /^HV00M.*$complaint/s;
		next;
	}
	complain($number, "$error->{C} $error->{M} / " . ($error->{D} // '')) if $error;
	my $prefix = $kind eq 'list' ? 'id' : 'm';
	my $rows = join ' ', map { $_->[0] } @{ $answer->{rows} };
	complain($number, "rows $rows") if !$error && $rows ne join ' ', map { "${prefix}_$_" } 0 .. $#$pages;
}
note "$_: $met{$_}" for sort keys %met;
is(scalar @wrong, 0, "$CHAINS chains (seed $SEED)") or diag join "\n", @wrong[ 0 .. ($#wrong > 9 ? 9 : $#wrong) ];
cmp_ok(scalar keys %met, '>=', $CHAINS >= 200 ? 18 : 2, 'of all kinds');
$node->stop;

done_testing();
