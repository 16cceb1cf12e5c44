# The manual's pages and the completion for bash, from the program's own tables. Two pages
# are what stands in the source for those who read it there.
set(MANUAL_rules ${CMAKE_SOURCE_DIR}/rules/README.md)
set(MANUAL_log ${CMAKE_SOURCE_DIR}/examples/audit/README.md
	${CMAKE_SOURCE_DIR}/core/journal/README.md)

add_executable(awardd-manual core/manual/main.c core/manual/page.c core/manual/completion.c)
target_link_libraries(awardd-manual PRIVATE awardd-ctl)
set_target_properties(awardd-manual PROPERTIES
	RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/manual)

set(made "")
foreach(program awardd awardctl)
	set(file ${CMAKE_BINARY_DIR}/manual/completion/${program})
	add_custom_command(OUTPUT ${file} DEPENDS awardd-manual
		COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/manual/completion
		COMMAND awardd-manual completion ${program} >${file})
	list(APPEND made ${file})
	install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()

find_program(LOWDOWN lowdown)
if(LOWDOWN)
	foreach(page awardd.8 awardctl.1 awardd.conf.5 awardd-protocol.7 awardd-rules.7 awardd-log.5)
		string(REGEX MATCH "([^.]*(\\.conf)?)\\.([0-9])" all ${page})
		set(title ${CMAKE_MATCH_1})
		set(section ${CMAKE_MATCH_3})
		string(REGEX REPLACE "^awardd-" "" topic ${title})
		set(source ${CMAKE_SOURCE_DIR}/core/manual/${page}.md)
		set(file ${CMAKE_BINARY_DIR}/manual/${page})
		add_custom_command(OUTPUT ${file} 
			DEPENDS awardd-manual ${source} ${MANUAL_${topic}} core/manual/items.sed
				core/manual/tables.sed
			COMMAND ${CMAKE_COMMAND} -E cat ${source} ${MANUAL_${topic}} >${file}.source
			COMMAND awardd-manual page ${file}.source >${file}.md
			COMMAND ${LOWDOWN} -s -Tman --out-no-smarty --nroff-nolinks --parse-no-metadata
				--parse-no-intraemph
				-M title=${title} -M section=${section} -M date=
				-o ${file}.roff ${file}.md
			COMMAND sed -z -f ${CMAKE_SOURCE_DIR}/core/manual/items.sed ${file}.roff >${file}.items
			COMMAND sed -f ${CMAKE_SOURCE_DIR}/core/manual/tables.sed ${file}.items >${file})
		list(APPEND made ${file})
		install(FILES ${file} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
	endforeach()
elseif(AWARDD_DEV)
	message(FATAL_ERROR "lowdown, which makes the manual's pages, is not installed")
else()
	message(STATUS "the manual's pages are left out: lowdown is not installed")
endif()
add_custom_target(manual ALL DEPENDS ${made})
