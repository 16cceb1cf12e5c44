# The Debian package: cmake -S . -B build-deb -DCMAKE_INSTALL_PREFIX=/usr -DAWARDD_TESTS=OFF,
# then cmake --build build-deb --target package. The same source gives the same bytes, wherever
# and whenever it is built.
set(scripts ${CMAKE_SOURCE_DIR}/core/package)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME awardd)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "rules engine that decides award submissions and logs them")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"awardd reads an award scheme as rule scripts, takes benchmark submissions over
a Unix socket, answers criterion by criterion, and writes every decision into
one SQLite file before it answers. The log can be verified and decided again
years later, from the file alone. awardctl is its tool for people.")
set(CPACK_PACKAGE_CONTACT "The maintainers of awardd <awardd@example.org>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# procps: systemd reloads with its kill. adduser is of no use where systemd has sysusers.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, procps")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "sqlite3")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/package/conffiles
	${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${scripts}/before-package.cmake)
# Every file in it is as old as the newest entry of the changelog.
execute_process(COMMAND sed -n "/^ -- /{s/.*>  //p;q}" ${scripts}/changelog
	OUTPUT_VARIABLE day OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND date -d ${day} +%s
	OUTPUT_VARIABLE second OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${CMAKE_BINARY_DIR}/package/cpack.cmake "set(ENV{SOURCE_DATE_EPOCH} ${second})\n")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/package/cpack.cmake)
include(CPack)

# What is the operator's once it is installed.
file(GLOB rules RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS rules/*.lua)
list(TRANSFORM rules PREPEND /etc/awardd/)
list(JOIN rules "\n" conffiles)
file(WRITE ${CMAKE_BINARY_DIR}/package/conffiles "/etc/awardd/awardd.conf\n${conffiles}\n")

install(FILES core/package/copyright core/package/changelog
	DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/awardd)
