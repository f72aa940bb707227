# Writes the source version into OUTPUT when it has changed: run at every build, so that a commit is never stale.
#   cmake -DSOURCE=<dir> -DOUTPUT=<file> -P build_info.cmake
execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=* WORKING_DIRECTORY ${SOURCE}
                OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT version)
  set(version "unversioned")
endif()
set(text "#include \"sim/workflow/build_info.h\"\n\nnamespace sim {\n
std::string_view SourceVersion() { return \"${version}\"; }\n\n}  // namespace sim\n")
set(old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
