# Links the source version into a layer: HEADER of it declares SourceVersion() in NAMESPACE. Written anew at every build.
function(add_source_version layer)
  cmake_parse_arguments(arg "" "HEADER;NAMESPACE" "" ${ARGN})
  set(output ${CMAKE_BINARY_DIR}/${layer}_version.cc)
  add_custom_target(write_${layer}_version BYPRODUCTS ${output}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${output}
            -DHEADER=${arg_HEADER} -DNAMESPACE=${arg_NAMESPACE} -P ${CMAKE_SOURCE_DIR}/cmake/build_info.cmake)
  target_sources(${layer} PRIVATE ${output})
  add_dependencies(${layer} write_${layer}_version)
endfunction()
