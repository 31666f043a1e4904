# Sourced by the scripts beside it: makes in $root a small Debian of this machine's own
# packages, with those named in "$@" besides. As root, on Debian; nothing is
# downloaded, and nothing outside the folder is touched.
#
# inside COMMAND… runs a command in it.

mapfile -t essential < <(dpkg-query -Wf '${Essential} ${Package}\n' | sed -n 's/^yes //p')
mapfile -t packages < <(
  apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    "${essential[@]}" adduser ca-certificates passwd libssl3 "$@" | sed -n 's/^\([a-z0-9][^ ]*\)$/\1/p' | sort -u |
    xargs dpkg-query -Wf '${db:Status-Status} ${binary:Package}\n' 2>/dev/null | sed -n 's/^installed //p' # names of nothing real are passed over
)
mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,proc,sys,run,tmp,etc,root} "$root"/var/{lib/dpkg/{info,updates,triggers},log,tmp,cache}
for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done
dpkg -L "${packages[@]}" 2>/dev/null | sed 's,^/\(s\?bin\|lib\|lib64\)/,/usr/\1/,' | grep '^/' |
  grep -Ev '^/usr/share/(doc|man|locale|info|i18n|zoneinfo)(/|$)|^/usr/lib/[^/]*/gconv/|^/(boot|dev|proc|sys|run|tmp)(/|$)' | sort -u |
  while IFS= read -r f; do if [ -L "$f" ] || [ -f "$f" ]; then printf '%s\n' "${f#/}"; fi; done |
  tar -C / -T - --ignore-failed-read -c 2>/dev/null | tar -C "$root" --keep-directory-symlink -x
# What their scripts made: accounts, alternatives, the database of packages.
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
cp /etc/nsswitch.conf "$root/etc/" 2>/dev/null || true
cp /etc/pam.d/common-* "$root/etc/pam.d/"
printf 'root:*:19000:0:99999:7:::\n' >"$root/etc/shadow"
cp -a /etc/alternatives "$root/etc/" && cp /etc/ld.so.conf "$root/etc/" && cp -a /etc/ld.so.conf.d "$root/etc/"
dpkg-query -s "${packages[@]}" >"$root/var/lib/dpkg/status" 2>/dev/null
: >"$root/var/lib/dpkg/available"
for p in "${packages[@]}"; do cp /var/lib/dpkg/info/"$p"{,:*}.list "$root/var/lib/dpkg/info/" 2>/dev/null || true; done
cp /var/lib/dpkg/arch "$root/var/lib/dpkg/" 2>/dev/null || true
mknod -m 666 "$root/dev/null" c 1 3 2>/dev/null || true
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
inside /bin/sh -c ': >/dev/null' 2>/dev/null || { rm -f "$root/dev/null"; install -m 666 /dev/null "$root/dev/null"; } # no devices where /tmp is mounted so
inside /sbin/ldconfig
inside /usr/bin/dpkg --audit >/dev/null
