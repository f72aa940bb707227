# Writes the configuration of the package into OUTPUT: what `orbnode init` writes, but for the data directory.
#   cmake -DORBNODE=<program> -DOUTPUT=<file> -P package_config.cmake
execute_process(COMMAND ${ORBNODE} default-config OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
set(from "\"data_dir\": \"data\"")
string(FIND "${text}" "${from}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "package_config: the default configuration has no line ${from}")
endif()
string(REPLACE "${from}" "\"data_dir\": \"/var/lib/orbnode\"" text "${text}")
file(WRITE ${OUTPUT} "${text}")
