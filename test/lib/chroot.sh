#
# test/lib/chroot.sh
#	  New systems of Debian and Ubuntu below a directory, for test/chroot,
#	  test/matrix, test/package and .ci/run, which source this.
#
# Commands run in namespaces of their own, so no mount and no process outlives
# them.  Packages are checked by the archives' keys.
#

# Why no system can be made here; nothing where one can.
chroot_obstacle()
{
	if [ "$(id -u)" != 0 ]
	then
		echo "needs root"
	elif ! type debootstrap >/dev/null 2>&1
	then
		echo "needs debootstrap"
	elif [ -z "$(chroot_mirror debian)" ]
	then
		echo "apt has no Debian mirror; set MIRROR"
	fi
}

mirror_of_apt()
{
	apt-get indextargets --format '$(SITE) $(COMPONENT)' 2>/dev/null |
		awk '$2 == "main" && /\/debian / {print $1; exit}'
}

# The archive of a distribution: MIRROR or UBUNTU_MIRROR, or the one that this
# machine's apt uses for Debian, and that of Ubuntu beside it.
chroot_mirror()
{
	local debian=${MIRROR:-$(mirror_of_apt)}
	if [ "$1" = debian ]
	then
		echo "$debian"
	else
		echo "${UBUNTU_MIRROR:-${debian:+${debian%/debian}/ubuntu}}"
	fi
}

# Print the path of the keys that sign a release.  Those of Ubuntu are a package of Debian,
# which is fetched into $2 where this machine has none, and has been checked by Debian's keys.
chroot_keys()
{
	local distribution=$1 dir=$2 keys
	keys=/usr/share/keyrings/$distribution-archive-keyring.gpg
	if [ ! -e "$keys" ] && [ "$distribution" = ubuntu ]
	then
		keys=$dir$keys
		[ -e "$keys" ] || fetch_package trixie ubuntu-keyring "$dir" >&2 || return 1
	fi
	echo "$keys"
}

# Unpack a package of another release of Debian in a directory, with apt's state kept there.
fetch_package()
{
	local release=$1 package=$2 dir=$3
	local apt=$dir/apt
	mkdir -p "$apt/lists/partial" "$apt/parts" "$apt/archives/partial" || return 1
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(chroot_mirror debian) $release main" \
		>"$apt/sources.list"
	: >"$apt/status"
	(
		cd "$apt" || exit 1
		set -- -q -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
			-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/parts" \
			-o Dir::Cache="$apt" -o APT::Sandbox::User=root
		apt-get "$@" update && apt-get "$@" download "$package" && dpkg -x "$package"_*.deb "$dir"
	)
}

# Make a system in the directory $3 with the packages $4 (git,make).  Its log is $3.log.
chroot_make()
{
	local distribution=$1 release=$2 root=$3 packages=$4 mirror keys script=
	mirror=$(chroot_mirror "$distribution")
	keys=$(chroot_keys "$distribution" "$(dirname "$root")") || return 1
	# A debootstrap that is older than the release
	[ -e "/usr/share/debootstrap/scripts/$release" ] || script=/usr/share/debootstrap/scripts/sid
	mkdir -p "$root" &&
		debootstrap --variant=minbase --include="$packages" --keyring="$keys" --force-check-gpg \
			--components="$(chroot_components "$distribution")" \
			"$release" "$root" "$mirror" ${script:+"$script"} \
			>"$root.log" 2>&1 || { tail -n 20 "$root.log"; return 1; }
	# The same mirror, so a copy of it that is not renewed is as old
	apt-config dump Acquire::Check-Valid-Until >"$root/etc/apt/apt.conf.d/90valid"
	apt-config dump Acquire::Check-Date >>"$root/etc/apt/apt.conf.d/90valid"
	[ -e "$root/etc/hosts" ] || echo '127.0.0.1 localhost' >"$root/etc/hosts"
}

# Put the committed state into a directory, as source.bundle.
chroot_source() { git -c safe.directory="$PWD" bundle create -q "$1/source.bundle" HEAD; }

chroot_components() { if [ "$1" = ubuntu ]; then echo main,universe; else echo main; fi; }

# Run bash with the script on stdin in a system; arguments are the script's.
chroot_run()
{
	local root=$1
	shift
	unshare --mount --pid --fork --kill-child bash -c '
		root=$1
		shift
		mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" && cd / &&
		exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root bash -s -- "$@"' \
		bash "$root" "$@"
}

chroot_remove() { rm -rf --one-file-system "${1:?}"; }
