#
# test/lib/UsageFdw/Tree.pm
#	  A copy of the tree to write in: the tests' user need not own the tree.
#
package UsageFdw::Tree;

use strict;
use warnings;

use Exporter 'import';
use File::Path;
use File::Temp;

our @EXPORT = qw(copy_tree processes_of);

my @directories;

# Not left to File::Temp, which keeps everything where a test fails.
END
{
	my $status = $?;
	File::Path::remove_tree(@directories);
	$? = $status;
}

# A new directory that goes with this process, the copy in its "tree".
# Modification times are kept to the nanosecond, so that nothing is rebuilt;
# the path is short, for sockets below it.
sub copy_tree
{
	my $scratch = File::Temp::mkdtemp('/tmp/usage_fdw.XXXXXX');
	push @directories, $scratch;
	mkdir "$scratch/tree";
	system("tar -cf - --format=posix --exclude=./.git --exclude=./tmp_check . "
		  . "| tar -xf - -C $scratch/tree") == 0
	  or die 'could not copy the tree';
	return $scratch;
}

# Command lines of the processes that run from below that directory, or in it.
sub processes_of
{
	my $directory = shift;
	my @found;
	for my $process (glob '/proc/[0-9]*')
	{
		open my $file, '<', "$process/cmdline" or next;
		my $command = join ' ', split /\0/, <$file> // '';
		my $where = readlink("$process/cwd") // '';
		push @found, $command if index("$command $where", "$directory/") >= 0;
	}
	return @found;
}

1;
