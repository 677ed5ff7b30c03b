# Finds llhttp (in the code: #include <llhttp.h>). In order: a CMake package, pkg-config, the C sources that
# Debian ships, and, only with MOONHERD_FETCH_DEPS, the upstream release. Defines
#
#   moonherd_llhttp           what to link
#   MOONHERD_LLHTTP_OBJECTS   objects of the parser when it is compiled here: they go into our own archive
#   MOONHERD_HTTP_PARSER      a line that names what was chosen
#
# Below version 9 llhttp is loose unless built with LLHTTP_STRICT_MODE, and its loose mode lets requests be
# smuggled, so a prebuilt library of that age is passed over for sources that we compile strictly ourselves.

add_library(moonherd_llhttp INTERFACE)

# Reads MAJOR.MINOR.PATCH from the header, as not every package says its version anywhere else.
function(mh_llhttp_version dir out)
    set(version "")
    if(EXISTS "${dir}/llhttp.h")
        file(STRINGS "${dir}/llhttp.h" lines REGEX "#define LLHTTP_VERSION_(MAJOR|MINOR|PATCH) ")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE ".* ([0-9]+).*" "\\1" number "${line}")
            list(APPEND version "${number}")
        endforeach()
        list(JOIN version "." version)
    endif()
    set(${out} "${version}" PARENT_SCOPE)
endfunction()

# 1. A CMake package, which is what upstream installs.
find_package(llhttp CONFIG QUIET)
foreach(target llhttp::llhttp_shared llhttp::llhttp_static)
    if(TARGET ${target} AND llhttp_VERSION VERSION_GREATER_EQUAL 9)
        target_link_libraries(moonherd_llhttp INTERFACE ${target})
        set(MOONHERD_HTTP_PARSER "llhttp ${llhttp_VERSION} (${target})")
        return()
    endif()
endforeach()

# 2. pkg-config.
pkg_check_modules(LLHTTP QUIET IMPORTED_TARGET libllhttp>=9)
if(LLHTTP_FOUND)
    target_link_libraries(moonherd_llhttp INTERFACE PkgConfig::LLHTTP)
    set(MOONHERD_HTTP_PARSER "llhttp ${LLHTTP_VERSION} (pkg-config)")
    return()
endif()

# 3. Sources of a distribution: Debian's libllhttp-source, then node-llhttp.
foreach(place "/usr/src/llhttp;/usr/src/llhttp" "/usr/share/llhttp;/usr/share/include/llhttp")
    list(GET place 0 source_dir)
    list(GET place 1 include_dir)
    file(GLOB header "${include_dir}/llhttp.h" "${include_dir}/include/llhttp.h")
    file(GLOB_RECURSE sources "${source_dir}/*.c")
    if(header AND sources)
        get_filename_component(include_dir "${header}" DIRECTORY)
        set(found_as "sources in ${source_dir}, compiled strict")
        break()
    endif()
    set(sources "")
endforeach()

# 4. The upstream release, by its hash. Never without being asked.
if(NOT sources AND MOONHERD_FETCH_DEPS)
    if(NOT MOONHERD_LLHTTP_URL OR NOT MOONHERD_LLHTTP_SHA256)
        message(FATAL_ERROR "moonherd: MOONHERD_FETCH_DEPS needs -DMOONHERD_LLHTTP_URL=... (a release tarball "
            "of https://github.com/nodejs/llhttp) and -DMOONHERD_LLHTTP_SHA256=... to check it by")
    endif()
    include(FetchContent)
    FetchContent_Declare(llhttp_release URL "${MOONHERD_LLHTTP_URL}"
        URL_HASH "SHA256=${MOONHERD_LLHTTP_SHA256}" SOURCE_SUBDIR no-build-of-its-own)
    FetchContent_MakeAvailable(llhttp_release)
    file(GLOB sources "${llhttp_release_SOURCE_DIR}/src/*.c")
    set(include_dir "${llhttp_release_SOURCE_DIR}/include")
    set(found_as "fetched, compiled strict")
endif()

if(NOT sources)
    message(FATAL_ERROR "moonherd: llhttp, the HTTP parser, is missing. Install it (Debian 12: node-llhttp; "
        "Debian 13: libllhttp-dev), or run scripts/deps.")
endif()
mh_llhttp_version("${include_dir}" version)
add_library(moonherd_llhttp_sources OBJECT ${sources})
target_compile_options(moonherd_llhttp_sources PRIVATE -w)
target_link_libraries(moonherd_llhttp_sources PRIVATE moonherd_llhttp)
set(MOONHERD_LLHTTP_OBJECTS $<TARGET_OBJECTS:moonherd_llhttp_sources>)
target_include_directories(moonherd_llhttp SYSTEM INTERFACE "${include_dir}")
target_compile_definitions(moonherd_llhttp INTERFACE LLHTTP_STRICT_MODE=1)
set(MOONHERD_HTTP_PARSER "llhttp ${version} (${found_as})")
