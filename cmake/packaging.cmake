# The Debian package of the node: tools/package builds it. docs/node.md, "Install".
#
# /etc/orbnode/node.json is the file of `orbnode init` with the data directory of a system; it is generated here, so that it cannot
# differ from what the program accepts.
set(package_config ${CMAKE_BINARY_DIR}/packaging/node.json)
add_custom_command(OUTPUT ${package_config}
  COMMAND ${CMAKE_COMMAND} -DORBNODE=$<TARGET_FILE:orbnode> -DOUTPUT=${package_config} -P ${CMAKE_SOURCE_DIR}/cmake/package_config.cmake
  DEPENDS orbnode ${CMAKE_SOURCE_DIR}/cmake/package_config.cmake VERBATIM)
set(package_changelog ${CMAKE_BINARY_DIR}/packaging/changelog.gz)
add_custom_command(OUTPUT ${package_changelog}
  COMMAND sh -c "gzip -9nc \"$1\" >\"$2\"" gzip ${CMAKE_SOURCE_DIR}/packaging/changelog ${package_changelog}
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/changelog VERBATIM)
# What orbctl completes is written by orbctl itself.
set(completions "")
foreach(shell bash zsh fish)
  set(completion ${CMAKE_BINARY_DIR}/packaging/orbctl.${shell})
  add_custom_command(OUTPUT ${completion} COMMAND orbctl completion ${shell} > ${completion} DEPENDS orbctl VERBATIM)
  list(APPEND completions ${completion})
endforeach()
add_custom_target(package_files DEPENDS ${package_config} ${package_changelog} ${completions})

install(TARGETS orbnode orbctl RUNTIME DESTINATION bin COMPONENT orbnode)
install(FILES ${CMAKE_BINARY_DIR}/packaging/orbctl.bash DESTINATION share/bash-completion/completions RENAME orbctl COMPONENT orbnode)
install(FILES ${CMAKE_BINARY_DIR}/packaging/orbctl.zsh DESTINATION share/zsh/vendor-completions RENAME _orbctl COMPONENT orbnode)
install(FILES ${CMAKE_BINARY_DIR}/packaging/orbctl.fish DESTINATION share/fish/vendor_completions.d RENAME orbctl.fish COMPONENT orbnode)
install(FILES ${package_config} DESTINATION /etc/orbnode COMPONENT orbnode)
install(FILES ${CMAKE_SOURCE_DIR}/packaging/orbnode.service DESTINATION /lib/systemd/system COMPONENT orbnode)
install(FILES ${CMAKE_SOURCE_DIR}/docs/node.md ${CMAKE_SOURCE_DIR}/packaging/copyright ${package_changelog}
        DESTINATION share/doc/orbnode COMPONENT orbnode)
foreach(page node_configuration discovery storage control_protocol)
  install(FILES ${CMAKE_SOURCE_DIR}/docs/${page}.md DESTINATION share/doc/orbnode COMPONENT orbnode OPTIONAL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME orbnode)
set(CPACK_PACKAGE_VENDOR "Orbweaver")
set(CPACK_PACKAGE_CONTACT "Orbweaver maintainers <maintainers@orbweaver.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "node of a network for peer-to-peer elections")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "orbnode finds other nodes over TCP, encrypts what it says to them, takes\npart in routing and matchmaking, and keeps its identity and what it has\nlearned. It needs no configuration; /usr/share/doc/orbnode/node.md is its\nguide.")
set(CPACK_PACKAGE_VERSION 0.1.0)
set(CPACK_PACKAGE_FILE_NAME orbnode_${CPACK_PACKAGE_VERSION}_amd64)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/packaging/postinst ${CMAKE_SOURCE_DIR}/packaging/prerm ${CMAKE_SOURCE_DIR}/packaging/postrm
  ${CMAKE_SOURCE_DIR}/packaging/conffiles)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL orbnode)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
include(CPack)
