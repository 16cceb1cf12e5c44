# Makes a C file of prelude/*.lua, in the order of their names, as one text.
# Sets PRELUDE_SOURCE to it. Nothing but CMake is needed.
set(PRELUDE_SOURCE "${CMAKE_BINARY_DIR}/prelude_lua.c")
file(GLOB PRELUDE_PARTS CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/prelude/*.lua")
list(SORT PRELUDE_PARTS)

set(prelude_hex "")
foreach(part IN LISTS PRELUDE_PARTS)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${part}")
	file(READ "${part}" part_hex HEX)
	string(APPEND prelude_hex "${part_hex}")
endforeach()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," prelude_bytes "${prelude_hex}")
string(REGEX REPLACE "(................................................................................)"
	"\\1\n" prelude_bytes "${prelude_bytes}")
file(CONFIGURE OUTPUT "${PRELUDE_SOURCE}" @ONLY CONTENT
"/* Made from core/script/prelude/ by prelude.cmake: change it there. */
#include <stddef.h>
extern const unsigned char prelude_lua[];
extern const size_t prelude_lua_length;
const unsigned char prelude_lua[] = {
@prelude_bytes@
};
const size_t prelude_lua_length = sizeof prelude_lua;
")
