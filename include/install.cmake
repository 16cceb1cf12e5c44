# What others build against: the headers and the client library, found by CMake
# (find_package(awardd): awardd::plugin, awardd::client) and by pkg-config
# (awardd-plugin, awardd-client). An installed tree may be moved as a whole.
include(CMakePackageConfigHelpers)

add_library(awardd-plugin INTERFACE)
add_library(awardd::plugin ALIAS awardd-plugin)
target_include_directories(awardd-plugin INTERFACE
	$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
	$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_include_directories(awardd-client INTERFACE
	$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(awardd-plugin PROPERTIES EXPORT_NAME plugin)
set_target_properties(awardd-client PROPERTIES EXPORT_NAME client)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/awardd)
install(DIRECTORY include/awardd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS awardd-client awardd-plugin EXPORT awardd-targets
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT awardd-targets NAMESPACE awardd:: DESTINATION ${package})
file(WRITE ${CMAKE_BINARY_DIR}/package/awardd-config.cmake
	"include(\"\${CMAKE_CURRENT_LIST_DIR}/awardd-targets.cmake\")\n")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/awardd-config-version.cmake
	COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/package/awardd-config.cmake
	${CMAKE_BINARY_DIR}/package/awardd-config-version.cmake DESTINATION ${package})

file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
function(write_pc name says libs)
	file(WRITE ${CMAKE_BINARY_DIR}/package/${name}.pc
		"prefix=\${pcfiledir}/${up}\n"
		"Name: ${name}\n"
		"Description: ${says}\n"
		"Version: ${PROJECT_VERSION}\n"
		"Cflags: -I\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}\n"
		"${libs}")
	install(FILES ${CMAKE_BINARY_DIR}/package/${name}.pc
		DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
write_pc(awardd-plugin "The header that plugins of awardd are built against" "")
write_pc(awardd-client "Talking to awardd from C or C++"
	"Libs: -L\${prefix}/${CMAKE_INSTALL_LIBDIR} -lawardd-client\n")
