#
# META.json is what PGXN wants, and agrees with the control file; the changelog
# speaks of that version.
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

ok(defined $meta->{$_}, "META.json has $_")
  for qw(name abstract version maintainer license provides meta-spec);
is($meta->{license}, 'postgresql', 'a license that PGXN knows');
like($_, qr/^\d+\.\d+\.\d+$/, "$_ is a semantic version")
  for $meta->{version}, $extension->{version}, $meta->{'meta-spec'}{version};
is($meta->{version}, "$version.0", 'the version is that of the control file');
is($extension->{version}, "$version.0", 'and of the extension');
is($extension->{file}, "sql/usage_fdw--$version.sql", 'the install script is of that version');
ok(-s $extension->{$_}, "$_: $extension->{$_}") for qw(file docfile);
ok(-s 'LICENSE', 'LICENSE');
like(slurp('CHANGELOG.md'), qr/^## \Q$version\E\b.*\n\n- /m, 'the changelog has that version');

done_testing();
