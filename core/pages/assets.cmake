# Makes a C file of the style sheets and scripts of this folder, each as bytes.
# Sets ASSETS_SOURCE to it. Nothing but CMake is needed.
set(ASSETS_SOURCE "${CMAKE_BINARY_DIR}/assets.c")
file(GLOB assets CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.css" "${CMAKE_CURRENT_LIST_DIR}/*.js")
list(SORT assets)

set(assets_text "")
foreach(asset IN LISTS assets)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${asset}")
	get_filename_component(asset_name "${asset}" NAME)
	string(MAKE_C_IDENTIFIER "${asset_name}" asset_name)
	file(READ "${asset}" asset_bytes HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," asset_bytes "${asset_bytes}")
	string(REGEX REPLACE "(................................................................................)"
		"\\1\n" asset_bytes "${asset_bytes}")
	string(APPEND assets_text "static const unsigned char bytes_of_${asset_name}[] = {\n${asset_bytes}\n};\n"
		"const struct asset asset_${asset_name} = {bytes_of_${asset_name}, sizeof bytes_of_${asset_name}};\n")
endforeach()
file(CONFIGURE OUTPUT "${ASSETS_SOURCE}" @ONLY CONTENT
"/* Made from core/pages/ by assets.cmake: change it there. */
#include \"pages/html.h\"
@assets_text@")
