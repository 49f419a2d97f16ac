#
# The jobs of docs/recipes.md: there are that many, each leads to blocks that are run, each
# has the answer that it has where nothing is pushed down, and asks for as little as it says.
#
use strict;
use warnings;

use IPC::Run;
use Test::More;

use UsageFdw::Documents;
use UsageFdw::Test;

use constant now => 1795176000;    # 2026-11-20 12:00 UTC, as in the documents

# Most requests that a block of a job may take, but for those that say so.
use constant MOST_REQUESTS => 20;

my @before = qw(README.md docs/recipes.md);
my @pages = map { "docs/recipes/$_.md" } qw(finance platform data);
my %parts = map { $_ => [ document_parse($_) ] } @before, @pages;

#
# The list of jobs
#
my ($list) = map { ($_->{text} // '') =~ /^## Jobs\n(.*?)^## /ms ? $1 : () } @{ $parts{'docs/recipes.md'} };
my %is_job = map { $_ => 1 } $list =~ /\]\(([^)]+)\)/g;
cmp_ok(scalar keys %is_job, '>=', 25, 'there are 25 jobs and more');

# Headings of the pages of jobs, as links write them, with the blocks below each.
my %blocks;
for my $page (@pages)
{
	my $heading;
	for my $part (@{ $parts{$page} })
	{
		$heading = $1 for grep { defined } ($part->{text} // '') =~ /^## (.*)$/mg;
		next if !defined $part->{language} || !defined $heading;
		my $link = $page =~ s{^docs/}{}r . '#' . (lc($heading) =~ s/[^\w -]//gr) =~ s/ /-/gr;
		push @{ $blocks{$link} }, $part;
	}
}
my %is_listed = map { $_ => 1 } grep { m{^recipes/} } keys %is_job;
is_deeply([ sort keys %blocks ], [ sort keys %is_listed ], 'each job of the pages is in the list, and the other way round');

#
# Two servers: one asks for as little as it can, the other for all there is.
#
my $simulator = simulator('--now', now);
my %options = (
	pushed => '',
	plain => '-c usage_fdw.enable_pushdown=off -c usage_fdw.enable_grain_reduction=off '
	  . '-c usage_fdw.enable_width_coarsening=off');
my %node = map { $_ => cluster($_, clock => now, conf => "timezone = 'UTC'\n") } sort keys %options;
$_->psql('postgres', 'CREATE ROLE postgres SUPERUSER LOGIN') for values %node;

# What a block prints on one of the servers.
sub run_on
{
	my ($name, $code) = @_;
	my $key = api_key;
	$code =~ s/FOREIGN DATA WRAPPER usage_fdw;/FOREIGN DATA WRAPPER usage_fdw OPTIONS (base_url '$simulator->{url}\/v1');/;
	$code =~ s/sk-admin-\.\.\./$key/g;
	local @ENV{qw(PGHOST PGPORT PGDATABASE PGUSER PGOPTIONS)} =
	  ($node{$name}->host, $node{$name}->port, 'postgres', 'postgres', $options{$name});
	delete local $ENV{PGTZ};
	IPC::Run::run([ 'psql', '-X', '-q' ], '<', \$code, '>', \my $out, '2>&1');
	return $out;
}

sub sql_blocks { return grep { ($_->{language} // '') eq 'sql' && $_->{code} !~ /reports\.example\.com/ } @_ }

for my $block (map { sql_blocks(@{ $parts{$_} }) } @before)
{
	run_on($_, $block->{code}) for sort keys %node;
}

for my $page (@pages)
{
	for my $block (sql_blocks(@{ $parts{$page} }))
	{
		my $name = "$page, line $block->{line}";
		control($simulator, 'reset-requests');
		my $pushed = run_on('pushed', $block->{code});
		my @requests = requests($simulator);
		my $plain = run_on('plain', $block->{code});
		is($pushed, $plain, "$name: the answer is the one without pushdown");
		unlike($pushed, qr/ERROR/, "$name: and no error");
		cmp_ok(scalar @requests, '<=', MOST_REQUESTS, "$name: asks for little");
		my $bytes = 0;
		$bytes += $_->{bytes} for @requests;
		note sprintf '%s: %d requests, %d bytes; without pushdown %d requests', $name, scalar @requests, $bytes,
		  requests($simulator) - @requests;
	}
}

done_testing();
