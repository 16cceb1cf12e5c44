# What a Linux service is installed with. Configured for /usr, as Debian's package
# is, its settings and rules are put into /etc, where they are the operator's.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
	set(AWARDD_ETC /etc)
else()
	set(AWARDD_ETC ${CMAKE_INSTALL_FULL_SYSCONFDIR})
endif()

foreach(file awardd.service awardd.socket awardd.conf)
	configure_file(core/package/${file}.in ${CMAKE_BINARY_DIR}/package/${file} @ONLY)
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/package/awardd.service ${CMAKE_BINARY_DIR}/package/awardd.socket
	DESTINATION lib/systemd/system)
install(FILES core/package/awardd.sysusers DESTINATION lib/sysusers.d RENAME awardd.conf)
install(FILES ${CMAKE_BINARY_DIR}/package/awardd.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/awardd)
# What the pages of the manual have people try, and read on.
install(FILES examples/practice.test.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/awardd/examples)
install(DIRECTORY examples/submissions examples/future-tier
	DESTINATION ${CMAKE_INSTALL_DATADIR}/awardd/examples)
install(DIRECTORY examples/audit DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/awardd
	FILES_MATCHING PATTERN "*.sql" PATTERN "*ing.md")
if(AWARDD_ETC STREQUAL "/etc")
	install(FILES ${CMAKE_BINARY_DIR}/package/awardd.conf DESTINATION /etc/awardd)
	install(DIRECTORY rules/ DESTINATION /etc/awardd/rules FILES_MATCHING PATTERN "*.lua")
	include(core/package/package.cmake)
endif()
