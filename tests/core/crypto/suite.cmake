add_orb_test(core_crypto_test
  SOURCES core/crypto/aead_test.cc core/crypto/combined_key_test.cc core/crypto/modelled_suite_test.cc core/crypto/noise_test.cc
  core/crypto/sealing_test.cc core/crypto/sodium_suite_test.cc core/crypto/suite_test.cc core/crypto/threshold_key_test.cc
  DEPENDS core_crypto core_codec nlohmann_json::nlohmann_json)

# Anyone can run the published files: tests/core/crypto/vectors/README.md.
add_executable(noise_vectors tests/core/crypto/noise_vectors.cc)
set_target_properties(noise_vectors PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_include_directories(noise_vectors PRIVATE ${CMAKE_BINARY_DIR}/include_roots/tests)
target_link_libraries(noise_vectors PRIVATE project_flags core_crypto core_codec nlohmann_json::nlohmann_json)
set(vectors ${CMAKE_SOURCE_DIR}/tests/core/crypto/vectors)
add_test(NAME noise_vectors COMMAND noise_vectors ${vectors}/noise_xx.json)
# A vector that is wrong in one digit, and a file with none of ours, must fail.
add_test(NAME noise_vectors_finds_a_wrong_vector
         COMMAND sh -c "$<TARGET_FILE:noise_vectors> ${vectors}/wrong.json; test $? -eq 1")
add_test(NAME noise_vectors_needs_one_of_ours
         COMMAND sh -c "$<TARGET_FILE:noise_vectors> ${vectors}/none_of_ours.json; test $? -eq 1")
set_tests_properties(noise_vectors noise_vectors_finds_a_wrong_vector noise_vectors_needs_one_of_ours
                     PROPERTIES TIMEOUT 60)
