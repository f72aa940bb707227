# Writes the source version into OUTPUT when it has changed: run at every build, so that a commit is never stale.
#   cmake -DSOURCE=<dir> -DOUTPUT=<file> -DHEADER=<that declares it> -DNAMESPACE=<of it> -P build_info.cmake
execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=* WORKING_DIRECTORY ${SOURCE}
                OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT version)
  set(version "unversioned")
endif()
set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n
std::string_view SourceVersion() { return \"${version}\"; }\n\n}  // namespace ${NAMESPACE}\n")
set(old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
