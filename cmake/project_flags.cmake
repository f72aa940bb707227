# Compiler settings that every target of ours shares. Floating point never contracts (docs/determinism.md, hazard 6).
add_library(project_flags INTERFACE)
target_compile_options(project_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -ffp-contract=off -fsigned-char -fno-strict-overflow)
# A program loads the libraries that it calls and no others.
target_link_options(project_flags INTERFACE LINKER:--as-needed)
target_compile_definitions(project_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
# Tests run for seconds: a second round of optimisation costs more than it saves. What they link has it.
add_library(test_flags INTERFACE)
target_compile_options(test_flags INTERFACE $<$<CONFIG:RelWithDebInfo>:-O1>)

set(ORBWEAVER_SANITIZE "" CACHE STRING "Sanitizers for every target, for example address,undefined")
option(ORBWEAVER_FUZZ "Build the libFuzzer targets" OFF)
if(ORBWEAVER_SANITIZE)
  add_compile_options(-fsanitize=${ORBWEAVER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ORBWEAVER_SANITIZE})
endif()
if(ORBWEAVER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
find_program(ORBWEAVER_CCACHE ccache)
if(ORBWEAVER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ORBWEAVER_CCACHE})
endif()
