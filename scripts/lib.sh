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

# wanted_packages PURPOSE...: one per line, each once.
wanted_packages() {
    local purpose variable
    for purpose in "$@"; do
        variable=packages_$purpose
        tr -s ' ' '\n' <<<"${!variable}"
    done | awk '!seen[$0]++'
}

# installed_packages NAME...: those of them that are installed, one per line.
installed_packages() {
    if command -v dpkg-query >/dev/null; then
        # Its exit code only says that some are not known.
        dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true
        return
    fi
    # Not Debian: ask for what the package brings.
    local name
    for name in "$@"; do
        case $name in
        libc6-dev) true ;;
        gcc) command -v cc ;;
        ninja-build) command -v ninja ;;
        pkgconf) command -v pkg-config ;;
        libluajit*-dev) pkg-config --exists luajit ;;
        libuv1-dev) pkg-config --exists 'libuv >= 1.44' ;;
        libjansson-dev) pkg-config --exists jansson ;;
        libllhttp-dev) pkg-config --exists 'libllhttp >= 9' ;;
        node-llhttp) [[ -f /usr/share/llhttp/llhttp.c ]] ;;
        lua-busted) command -v busted ;;
        lua-check) command -v luacheck ;;
        nginx-light) command -v nginx ;;
        nodejs) command -v node ;;
        *) command -v "$name" ;;
        esac >/dev/null 2>&1 && printf '%s\n' "$name"
    done
    return 0
}

# missing_packages PURPOSE...: the wanted ones that are not installed.
missing_packages() {
    local installed choice name found wanted names
    mapfile -t wanted < <(wanted_packages "$@")
    mapfile -t names < <(printf '%s\n' "${wanted[@]}" | tr '|' '\n')
    installed=" $(installed_packages "${names[@]}" | tr '\n' ' ')"
    for choice in "${wanted[@]}"; do
        found=no
        for name in ${choice//|/ }; do
            [[ $installed != *" $name "* ]] || found=yes
        done
        # The two LuaJITs conflict with one another: the interpreter follows the library that is there.
        if [[ $choice == 'luajit|luajit2' && $installed == *' libluajit2-5.1-dev '* ]]; then
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
