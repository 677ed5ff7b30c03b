# Shared by the scripts of this folder (source it): where the project is, how to speak, which packages it takes.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf 'moonherd: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# Debian packages by purpose. "a|b": either will do; the first one that can be had is taken.
luajit_dev='libluajit-5.1-dev|libluajit2-5.1-dev'
packages_run="gcc libc6-dev cmake ninja-build pkgconf $luajit_dev luajit|luajit2 libuv1-dev libjansson-dev \
node-llhttp|libllhttp-dev"
packages_test="$packages_run lua-busted valgrind"
packages_check="$packages_run clang clang-format clang-tidy lua-check"
packages_bench="$packages_run wrk nginx-light nodejs"

# is_debian: can packages be asked for here at all?
is_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

# wanted_packages PURPOSE...: one per line, each once.
wanted_packages() {
    local purpose variable
    for purpose in "$@"; do
        variable=packages_$purpose
        tr -s ' ' '\n' <<<"${!variable}"
    done | awk '!seen[$0]++'
}

# missing_packages PURPOSE...: those of them that are not installed, found with one dpkg-query.
missing_packages() {
    local installed choice name found wanted names
    mapfile -t wanted < <(wanted_packages "$@")
    mapfile -t names < <(printf '%s\n' "${wanted[@]}" | tr '|' '\n')
    # Its exit code only says that some are not known.
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "${names[@]}" 2>/dev/null || true)"
    for choice in "${wanted[@]}"; do
        found=no
        for name in ${choice//|/ }; do
            [[ $installed != *" installed:$name "* ]] || found=yes
        done
        # The two LuaJITs conflict with one another: the interpreter follows the library that is there.
        if [[ $choice == 'luajit|luajit2' && $installed == *' installed:libluajit2-5.1-dev '* ]]; then
            choice=luajit2
        fi
        [[ $found == yes ]] || printf '%s\n' "$choice"
    done
}

# first_names LIST...: of each "a|b" the first.
first_names() {
    local choice names=()
    for choice in "$@"; do
        names+=("${choice%%|*}")
    done
    printf '%s' "${names[*]}"
}
