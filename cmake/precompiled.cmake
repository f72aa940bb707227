# Headers of others that most sources include, parsed once per build folder instead of once per source
# (docs/decisions/0011-precompiled-headers.md). Ours stay out: a layer would see folders that it does not depend on.
#
# A source includes what it uses all the same: the preset `clang` compiles without, and shows what is missing.
option(ORBWEAVER_PRECOMPILE "Parse the headers that most sources share only once" OFF)

if(ORBWEAVER_PRECOMPILE AND ORBWEAVER_CCACHE)
  # Without pch_defines ccache keeps neither such a header nor what was compiled with it.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${ORBWEAVER_CCACHE})
endif()

# add_precompiled(NAME HEADERS...): what precompile(<target> NAME) hands to the sources of a target.
function(add_precompiled name)
  if(ORBWEAVER_PRECOMPILE)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cc)
    target_precompile_headers(${name} PRIVATE ${ARGN})
    target_link_libraries(${name} PRIVATE project_flags)
  endif()
endfunction()

function(precompile target name)
  if(ORBWEAVER_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
    # g++ 12 forgets with such a header that char_traits.h silences these for itself, and finds overflows in string moves.
    target_compile_options(${target} PRIVATE
      "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
  endif()
endfunction()

# Small on purpose: g++ 12 reads one of 100 MB in 0.3 s, one of 160 MB in 1.1 s.
set(shared_headers
  <algorithm> <array> <cstdint> <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <utility> <variant>
  <vector> <absl/status/statusor.h> <absl/strings/str_cat.h>)
add_precompiled(layer_headers ${shared_headers})
add_precompiled(test_headers ${shared_headers} <gtest/gtest.h>)
if(ORBWEAVER_PRECOMPILE)
  target_link_libraries(test_headers PRIVATE test_flags GTest::gtest)
endif()
