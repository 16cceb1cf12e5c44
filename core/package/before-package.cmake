# Run by CPack on what was installed, before it is packed: what Debian wants compressed is, and
# the static library loses what only debuggers want.
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/*.[1-8])
execute_process(COMMAND gzip -9n ${pages}
	${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/awardd/changelog
	COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE archives ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/lib/*.a)
execute_process(COMMAND strip --strip-debug --remove-section=.comment
	--enable-deterministic-archives ${archives} COMMAND_ERROR_IS_FATAL ANY)
