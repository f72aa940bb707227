# What tests/determinism/builds runs: smaller than orbsim, as it is compiled anew with another compiler.
add_executable(fingerprint tests/determinism/fingerprint.cc)
set_target_properties(fingerprint PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(fingerprint PRIVATE project_flags sim_session)
