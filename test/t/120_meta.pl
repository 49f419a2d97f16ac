#
# META.json is what PGXN wants, and agrees with the control file, the changelog and the
# Debian package; versions that were released can be updated.
#
use strict;
use warnings;

use JSON::PP;
use Test::More;

sub slurp
{
	my $path = shift;
	open my $file, '<', $path or die "could not open $path: $!";
	local $/;
	return scalar <$file>;
}

my $meta = decode_json(slurp('META.json'));
my ($version) = slurp('usage_fdw.control') =~ /^default_version = '(.*)'$/m;
my $extension = $meta->{provides}{usage_fdw};
my $changelog = slurp('CHANGELOG.md');

ok(defined $meta->{$_}, "META.json has $_")
  for qw(name abstract version maintainer license provides meta-spec);
is($meta->{license}, 'postgresql', 'a license that PGXN knows');
like($_, qr/^\d+\.\d+\.\d+$/, "$_ is a semantic version")
  for $meta->{version}, $extension->{version}, $meta->{'meta-spec'}{version};
like($meta->{version}, qr/^\Q$version\E\.\d+$/, 'the version is that of the control file');
is($extension->{version}, $meta->{version}, 'and of the extension');
is($extension->{file}, "sql/usage_fdw--$version.sql", 'the install script is of that version');
ok(-s $extension->{$_}, "$_: $extension->{$_}") for qw(file docfile);
ok(-s 'LICENSE', 'LICENSE');
like($changelog, qr/\A# .*?^## \Q$version\E\b[^\n]*\n\n- /ms, 'the changelog begins with that version');

# The Debian package
my ($debian_version) = slurp('debian/changelog') =~ /\Ausage-fdw \((.*?)-\d+\) /;
is($debian_version, $meta->{version}, 'debian/changelog has that version');
my $compat = slurp('src/base/compat.h');
my ($major) = $compat =~ /#if PG_VERSION_NUM < (\d+)0000\n#error/;
is($meta->{prereqs}{runtime}{requires}{PostgreSQL}, "$major.0.0", 'the oldest PostgreSQL: META.json');
is(slurp('debian/pgversions'), "$major+\n", 'debian/pgversions');
my ($curl) = $compat =~ /#error usage_fdw needs libcurl ([\d.]+) or later/;
my ($number) = $compat =~ /#if LIBCURL_VERSION_NUM < 0x(\w+)\n#error/;
is(join('.', map { hex } $number =~ /^(..)(..)00$/), $curl, 'the oldest libcurl is what is said');
like(slurp('debian/control.in'), qr/libcurl4-openssl-dev \(>= \Q$curl\E\)/, 'debian/control.in');
like(slurp('README.md'), qr/libcurl \(from \Q$curl\E on\)/, 'README.md');
like(slurp('docs/internals/porting.md'), qr/^libcurl is needed from \Q$curl\E on/m, 'docs/internals/porting.md');

# Versions that can't be updated to the newest, or not be created any more: of each
# there is a script, and scripts lead on.
sub without_update
{
	my ($newest, $versions, @scripts) = @_;
	my %script = map { $_ => 1 } @scripts;
	my %reaches = ($newest => 1);
	my $grown = 1;
	while ($grown)
	{
		$grown = 0;
		for (@scripts)
		{
			my ($from, $to) = /--([\d.]+)--([\d.]+)\.sql$/ or next;
			$grown = $reaches{$from} = 1 if $reaches{$to} && !$reaches{$from};
		}
	}
	return grep { !$reaches{$_} || $_ ne $newest && !$script{"usage_fdw--$_.sql"} } @$versions;
}

my @versions = $changelog =~ /^## (\d+\.\d+)\b/mg;
my @scripts = map { s{^sql/}{}r } glob 'sql/usage_fdw--*.sql';
is_deeply([ without_update($version, \@versions, @scripts) ], [], 'each version in the changelog can be updated');

my @all = map { "usage_fdw--$_.sql" } qw(1.0 1.1 1.0--1.1 1.1--1.2);
is_deeply([ without_update('1.2', [ '1.2', '1.1', '1.0' ], @all) ], [], 'which is so with all scripts');
is_deeply([ without_update('1.2', [ '1.2', '1.1', '1.0' ], grep { !/1\.0--/ } @all) ], ['1.0'], 'not without a step');
is_deeply([ without_update('1.2', [ '1.2', '1.1', '1.0' ], grep { !/--1\.1\.sql/ || /--1\.0--/ } @all) ], ['1.1'],
	'nor without an old script');

done_testing();
